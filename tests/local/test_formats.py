"""JSON documents through the deployed local lake: records in, rows and quarantined records out."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from data_lake.contracts import load_contracts
from strata.activity import wait_until_quiet
from strata.arrivals import put_object
from strata.errors import StrataError
from strata.local.lake import LocalLake
from strata.quarantine.replaying import replay
from strata.quarantine.selection import Selection
from strata.query import query
from strata.runs import arrivals, artifact, runs

NAME = "rooms"
FIRST = b"""{"house": {"street": "Lane 1", "rooms": [
  {"room": "kitchen", "squareMetres": 12.345678901234567, "heated": true},
  {"room": "hall",
   "squareMetres": "wide", "heated": false},
  {"room": "cellar \xc3\xa9", "squareMetres": 30}
]}}
"""
PACKED = b'{"house": {"rooms": [{"heated": null, "squareMetres": 9.5, "room": "bath"}]}}'


@pytest.fixture(scope="module")
def rooms(lake: LocalLake, tmp_path_factory: pytest.TempPathFactory) -> LocalLake:
    """Give the lake after a document, a packed one, and one that was cut off went through it."""
    folder = tmp_path_factory.mktemp(NAME)
    files = {"first.json": FIRST, "packed.json": zstd.compress(PACKED), "cut.json": FIRST[:-20]}
    for name, content in files.items():
        (folder / name).write_bytes(content)
        put_object(lake, f"{NAME}/{name}", folder / name)
    wait_until_quiet(lake, seconds=600)
    return lake


def of_rooms(lake: LocalLake) -> list[dict[str, Any]]:
    """Give the runs of the dataset that read rows."""
    return [run for run in runs(lake) if run["dataset"] == NAME and run.get("rows_in")]


def test_each_record_of_a_document_is_a_row_with_every_digit_it_was_written_with(
    rooms: LocalLake,
) -> None:
    found = query(
        rooms, "SELECT room, square_metres, heated FROM processed.rooms ORDER BY room"
    ).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        ("bath", Decimal("9.5"), None),
        ("cellar é", Decimal(30), None),
        ("kitchen", Decimal("12.345678901234567"), True),
    ]
    assert sum(run["rows_in"] for run in of_rooms(rooms)) == 4
    assert sum(run["rows_good"] for run in of_rooms(rooms)) == 3


def test_a_bad_record_is_kept_as_it_was_written_with_its_number_in_the_raw_document(
    rooms: LocalLake,
) -> None:
    (row,) = query(rooms, "SELECT * FROM quarantine.rooms").to_pylist()
    assert row["rule_ids"] == ["type:square_metres"]
    assert json.loads(row["raw_record"]) == {
        **{"room": "hall", "squareMetres": "wide", "heated": False},
    }
    assert (row["source_key"], row["source_line"]) == ("rooms/first.json", 2)


def test_spark_read_what_the_inspection_wrote_and_the_books_name_the_raw_file(
    rooms: LocalLake,
) -> None:
    given = [
        file
        for run in of_rooms(rooms)
        for file in (artifact(rooms, NAME, run["run_id"], "input.json") or {})["files"]
    ]
    read = {file["key"]: file["read_uri"].rpartition("/")[2] for file in given}
    assert read == {
        "rooms/first.json": "first.json.jsonl",
        "rooms/packed.json": "packed.json.jsonl",
    }


def test_a_document_that_was_cut_off_is_rejected_with_the_place(rooms: LocalLake) -> None:
    (cut,) = [one for one in arrivals(rooms) if one["key"] == "rooms/cut.json"]
    assert (cut["status"], cut["rule"]) == ("rejected", "format")
    assert "character" in cut["reason"]


def test_a_record_of_a_document_is_not_replayed_alone_and_the_way_out_is_told(
    rooms: LocalLake, contracts_folder: Path
) -> None:
    contract = load_contracts(contracts_folder).datasets[NAME]
    told = "single rows of json files cannot be replayed: mend rooms/first.json and upload it"
    with pytest.raises(StrataError, match=told):
        replay(rooms, contract, Selection(rule="type:square_metres"))
