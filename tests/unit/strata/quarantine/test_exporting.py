"""Exports: a spreadsheet runs nothing of them, and nothing is lost on the way out and back."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.quarantine.exporting import export, read_corrections
from strata.quarantine.inert import inert, restored
from strata.quarantine.zone import Part, Row

PART = Part("run-1", "s3://bucket/rows/")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def row(record: str, line: int = 2) -> Row:
    """Give a quarantined row with a record."""
    values: dict[str, Any] = {
        "raw_record": record,
        "rule_ids": ["malformed"],
        "reasons": ["=cmd|'/c calc'!A1"],
        "source_key": "-flights/a.csv",
        "source_version": "v1",
        "source_line": line,
        "quarantined_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Row(PART, 0, values)


@pytest.mark.parametrize("start", RISKY)
def test_a_cell_that_could_be_a_formula_is_made_inert(start: str) -> None:
    cell = f"{start}1+1"
    assert inert(cell) == f"'{cell}"
    assert restored(inert(cell)) == cell


@given(st.text())
def test_every_text_comes_back_and_none_stays_a_formula(text: str) -> None:
    cell = inert(text)
    assert restored(cell) == text
    assert not cell.startswith(RISKY)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(record=TEXTS, kind=st.sampled_from(["csv", "jsonl"]))
def test_a_record_comes_back_from_an_export_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, record: str, kind: str
) -> None:
    file = tmp_path_factory.mktemp("export") / f"rows.{kind}"
    assert export([row(record)], file) == 1
    identity = ("run-1", "-flights/a.csv", "v1", 2)
    assert read_corrections(file) == {identity: (1, record)}


def test_no_cell_of_a_csv_export_is_a_formula(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    export([row("=HYPERLINK(1)"), row("+1", 3), row("@x", 4)], file)
    cells = [cell for line in csv.reader(io.StringIO(file.read_text())) for cell in line]
    assert "'=HYPERLINK(1)" in cells
    assert "'-flights/a.csv" in cells
    assert not [cell for cell in cells if cell.startswith(RISKY)]


def test_json_lines_have_every_text_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    export([row("=1+1")], file)
    (line,) = file.read_text().splitlines()
    content = json.loads(line)
    assert (content["raw_record"], content["reasons"]) == ("=1+1", ["=cmd|'/c calc'!A1"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.xlsx", "", r"must end in \.csv or \.jsonl"),
        ("rows.csv", "raw_record\n1\n", "row 1: run_id: is required; edit an export"),
        ("rows.jsonl", "", "holds no rows"),
        ("rows.jsonl", "{", "cannot be read as an export"),
        ("rows.jsonl", "[1]", "row 1: must be a JSON object"),
        (
            "rows.csv",
            "run_id,source_key,source_version,source_line,raw_record\nr,k,v,two,x\n",
            "row 1: source_line: must be a number: got 'two'",
        ),
        (
            "rows.csv",
            "run_id,source_key,source_version,source_line,raw_record\nr,k,v,2,x\nr,k,v,2,y\n",
            "row 2: is the same row as row 1; keep one",
        ),
    ],
)
def test_a_file_that_is_no_edited_export_is_refused(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(StrataError, match=message):
        read_corrections(file)


def test_an_export_replaces_no_file(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("mine")
    with pytest.raises(StrataError, match="is there already"):
        export([row("x")], file)
    assert file.read_text() == "mine"
