"""Figures of several rounds, and what they are divided by."""

import json
from pathlib import Path

import pytest

from benchmarks.measure import Cost
from benchmarks.results import Result, ratios, write_results

OURS = Result("strata", 10, (Cost(3, 9, 5), Cost(1, 9, 7), Cost(2, 9, 6)))
RESULTS = [OURS, Result("duckdb", 10, (Cost(4, 1, 1),)), Result("duckdb", 20, (Cost(8, 1, 1),))]


def test_time_is_the_median_of_the_rounds_and_memory_the_most() -> None:
    assert (OURS.cpu, OURS.wall, OURS.peak) == (2, 9, 7)


def test_a_ratio_is_to_the_same_size(tmp_path: Path) -> None:
    assert ratios(OURS, RESULTS) == {"duckdb": 0.5}
    write_results(RESULTS, tmp_path / "figures.json")
    figures = json.loads((tmp_path / "figures.json").read_text())["results"]
    assert [one["cpu_ratios"] for one in figures] == [{"duckdb": 0.5}, {"duckdb": 1}, {"duckdb": 1}]
    assert figures[0]["rounds"][1] == {"cpu": 1, "wall": 9, "peak": 7}
    assert figures[0]["cpu_seconds"] == pytest.approx(2)
