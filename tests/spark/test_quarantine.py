"""Where quarantined rows stood, and where those that were replayed first came from."""

import json

import boto3
import pytest

from lake_spark import records as reading
from lake_spark.errors import RowsLost
from tests.spark.support import Lake, bucket

CHANGE = "20260102T030405-0123abcd"
HEADER = "id,customer,amount\n"


def describe(lake: Lake, number: int, document: object) -> None:
    """Write what `strata quarantine replay` writes beside a replayed file."""
    boto3.client("s3").put_object(
        Bucket=bucket("quarantine"),
        Key=f"changes/{lake.name}/{CHANGE}/origins-{number:04}.json",
        Body=json.dumps(document).encode(),
    )


def test_a_record_of_several_lines_says_how_many(lake: Lake) -> None:
    lake.contract["raw"]["multiline"] = True
    lake.put("a.csv", HEADER + '1,"Ada\nLovelace",x\n2,Bob,y\n')
    lake.stage()
    assert [(row["source_line"], row["source_lines"]) for row in lake.quarantined()] == [
        (2, 2),
        (4, 1),
    ]
    assert {row["origin_key"] for row in lake.quarantined()} == {None}


def test_a_replayed_record_that_fails_again_keeps_the_link_to_its_origin(lake: Lake) -> None:
    records = [
        {"at": 2, "key": "old.csv", "version_id": "v1", "line": 17, "run_id": "run-0"},
        {"at": 3, "key": "older.csv", "version_id": "v0", "line": 4, "run_id": "run-00"},
    ]
    describe(lake, 0, {"records": records})
    lake.put(f"replay/{CHANGE}-0000.csv", HEADER + "1,Ada,1\n2,Bob,x\n")
    lake.put("other.csv", HEADER + "3,Eve,y\n")
    lake.run()
    assert lake.rows("id") == [(1,)]
    replayed, plain = lake.quarantined()
    assert (replayed["source_line"], replayed["origin_line"]) == (3, 4)
    assert (replayed["origin_key"], replayed["origin_version"]) == ("older.csv", "v0")
    assert replayed["origin_run_id"] == "run-00"
    assert plain["origin_key"] is None


def test_a_record_of_a_file_that_was_replayed_whole_stands_on_the_same_line_there(
    lake: Lake,
) -> None:
    file = {"key": "old.csv", "version_id": "v1", "run_id": "run-0"}
    describe(lake, 3, {"file": file})
    lake.put(f"replay/{CHANGE}-0003.csv", HEADER + "1,Ada,1\n2,Bob,x\n")
    lake.stage()
    (row,) = lake.quarantined()
    assert (row["origin_key"], row["origin_line"], row["origin_run_id"]) == ("old.csv", 3, "run-0")


def test_a_run_that_does_not_keep_every_bad_row_fails(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "fingerprint", lambda line: f"xxhash64(concat('other', {line}))")
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,x\n")
    with pytest.raises(RowsLost, match="found 1 bad rows, and 0 came into"):
        lake.stage()
