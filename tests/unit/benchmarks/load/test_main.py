"""A small burst, through the deployed functions and the synthesised machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from strata.cost.cases import Case
from strata.cost.work import read_work
from strata.paths import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmark in a process of its own, which it sets the variables of."""
    paths = os.pathsep.join(str(ROOT / part) for part in (".", "constructs", "lambda_src"))
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *arguments],
        env=os.environ | {"PYTHONPATH": paths},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_small_burst_is_taken_by_two_runs_of_each_dataset(tmp_path: Path) -> None:
    done = run("--files", "200", "--datasets", "4", "--output", str(tmp_path / "load.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every good file was published once, nothing waits" in done.stdout
    written = json.loads((tmp_path / "load.json").read_text())
    counts = written["counts"]
    assert counts["files"] == 200
    # What comes while a run is under way is taken by the one that follows it.
    assert counts["executions that took files"] == 8
    assert counts["Glue job runs"] == 2 * counts["executions that took files"]
    assert counts["executions"] >= counts["executions that took files"]
    assert 6 <= counts["ledger writes, for each file"] < 8
    naive = written["usd"]["naive, 10 G.2X"]
    assert written["usd"]["Strata"]["dpu_hours"] < naive["dpu_hours"] / 5
    assert naive["dpu_hours"] == pytest.approx(200 * 20 / 60 * 0.44)
    assert_what_an_estimate_assumes(written["amounts"]["Strata"], runs=8, files=200)


def assert_what_an_estimate_assumes(amounts: dict[str, float], runs: int, files: int) -> None:
    """Hold the rows of strata/cost/work.yaml that say `measured` to what was counted."""
    work = read_work()
    for counted, row in (
        ("transitions", "transitions"),
        ("invocations", "requests"),
        ("gb_seconds", "gb_seconds"),
        ("write_units", "write_units"),
        ("read_units", "read_units"),
        ("s3_writes", "s3_writes"),
        ("s3_reads", "s3_reads"),
        ("queue_requests", "queue_requests"),
    ):
        rows = [
            (getattr(work, f"{row}_per_{what}", None), number)
            for what, number in (("run", runs), ("file", files))
        ]
        least, expected, most = (
            sum(number * assumed.at(case) for assumed, number in rows if assumed) for case in Case
        )
        # How often runs look whether a crawl is over depends on the second in which it began.
        room = 0.3 if counted == "transitions" else 0.1
        assert amounts[counted] == pytest.approx(expected, rel=room), counted
        assert least <= amounts[counted] <= most, counted


def test_fewer_files_than_datasets_are_refused() -> None:
    done = run("--files", "2", "--datasets", "4")
    assert done.returncode == 2
    assert "--datasets: from 1 to the number of files: got 4" in done.stderr
