"""Replayed files: runs of their own, judged by what is good now, linked to their origin."""

import json

import pytest

from lake_runtime.errors import QualityFailed
from lake_runtime.replays import change_of
from lake_spark.replays import REPLAY
from tests.functions.support.contracts import default_bundle
from tests.functions.support.lake import Lake
from tests.functions.support.resources import GOOD, HEADER

CHANGE = "20260102T030405-0123abcd"
KEY = f"flights/replay/{CHANGE}-0000.csv"


@pytest.mark.parametrize(
    ("key", "change"),
    [
        (KEY, CHANGE),
        (f"deep/prefix/replay/{CHANGE}-0012.csv.gz", CHANGE),
        (f"flights/replay/{CHANGE}-0000/other.csv", None),
        ("flights/replay/by hand.csv", None),
        (f"flights/notreplay/{CHANGE}-0000.csv", None),
    ],
)
def test_a_replayed_file_is_known_by_its_name_to_functions_and_jobs(
    key: str, change: str | None
) -> None:
    assert change_of(key) == change
    found = REPLAY.search(key)
    assert (found and found["change"]) == change


def test_a_replay_is_a_run_of_its_own(lake: Lake) -> None:
    lake.arrive("flights/a.csv")
    lake.arrive(KEY)
    lake.arrive("flights/b.csv", HEADER + b"2013,2,UA\n")
    assert [claim["key"] for claim in _claims(lake, "run-1")] == ["flights/a.csv", "flights/b.csv"]
    lake.close("run-1", "rejected")
    assert [claim["key"] for claim in _claims(lake, "run-2")] == [KEY]


def test_bytes_that_were_published_before_are_read_again_when_they_are_replayed(lake: Lake) -> None:
    lake.arrive("flights/a.csv", GOOD)
    lake.publish_run("run-1")
    lake.arrive("flights/again.csv", GOOD)
    lake.arrive(KEY, GOOD)
    lake.read_and_plan("run-2")
    assert lake.artifact("run-2", "input.json")["files"] == []
    lake.close("run-2", "rejected")
    lake.read_and_plan("run-3")
    assert [file["key"] for file in lake.artifact("run-3", "input.json")["files"]] == [KEY]


def test_what_is_good_in_a_replay_is_published_whatever_its_score(lake: Lake) -> None:
    lake.arrive(KEY)
    opened = lake.read_and_plan()
    lake.stage("run-1", rows_in=4, rows_good=1, rows_quarantined=3, score=0.25)
    assert lake.judge(opened)["decision"] == "publish"


def test_a_rule_of_severity_fail_fails_a_replay_too(lake: Lake) -> None:
    lake.arrive(KEY)
    opened = lake.read_and_plan()
    broken = {"rule": "never", "severity": "fail", "rows": 1}
    lake.stage("run-1", rows_in=4, rows_good=3, rows_quarantined=1, score=0.75, rules=[broken])
    with pytest.raises(QualityFailed, match="never"):
        lake.judge(opened)


def test_a_replay_is_too_few_rows_for_the_rules_of_the_dataset_to_decide(lake: Lake) -> None:
    lake.arrive(KEY)
    opened = lake.read_and_plan()
    few = {"rule": "few", "severity": "fail", "rows": 0, "kind": "row_count", "scope": "dataset"}
    broken = few | {"state": "failed", "measure": 2, "expected": "9 to 99 rows", "decides": True}
    lake.stage("run-1", rules=[broken])
    judged = lake.judge(opened)
    assert judged["decision"] == "publish"
    assert judged["warnings"] == ["rule few was broken: row_count is 2, expected 9 to 99 rows"]


def test_the_audit_record_names_the_origin_of_a_replay(lake: Lake) -> None:
    described = {
        "who": "somebody",
        "runs": {"run-0": 2},
        "files": [
            {"key": "flights/old.csv", "version_id": "v1", "run_id": "run-00", "rule": "header"}
        ],
    }
    key = f"changes/flights/{CHANGE}/change.json"
    lake.s3.put_object(Bucket=lake.quarantine, Key=key, Body=json.dumps(described).encode())
    lake.arrive(KEY)
    lake.publish_run("run-1")
    assert lake.record("run-1")["replay_of"] == {
        "change": CHANGE,
        "who": "somebody",
        "runs": {"run-0": 2},
        "files": [{"key": "flights/old.csv", "version_id": "v1", "run_id": "run-00"}],
    }
    lake.arrive("flights/a.csv", HEADER + b"2013,3,UA\n")
    lake.publish_run("run-2")
    assert "replay_of" not in lake.record("run-2")


def test_a_rejected_file_with_classified_columns_is_not_copied(lake: Lake) -> None:
    bundle = default_bundle()
    bundle["datasets"]["flights"]["columns"][2]["classification"] = "restricted"
    lake.deploy(bundle)
    version = lake.arrive("flights/wrong.csv", b"year,month\n2013,1\n")
    lake.read_and_plan()
    rejected = lake.arrival(version)
    assert (rejected["status"], rejected["rule"]) == ("rejected", "header")
    assert "quarantine_uri" not in rejected
    kept = [key for key in lake.keys(lake.quarantine) if not key.startswith("rejections/")]
    assert kept == []


def _claims(lake: Lake, run_id: str) -> list[dict[str, str]]:
    lake.read_and_plan(run_id)
    claims: list[dict[str, str]] = lake.artifact(run_id, "claims.json")
    return claims
