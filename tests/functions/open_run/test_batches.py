"""A run takes exactly the files of one manifest, and gives back all of them if it fails."""

import pytest

from tests.functions.support.batches import (
    MANIFEST,
    PLANES,
    arrive,
    batch_lake,
    claimed,
    manifest,
    statuses,
)
from tests.functions.support.resources import one_row


@pytest.fixture
def lake(lake):
    return batch_lake(lake)


@pytest.fixture
def parts(lake):
    """Give two files and the manifest that lists them."""
    return [
        arrive(lake, "planes/a.csv", one_row(1)),
        arrive(lake, "planes/b.csv", one_row(2)),
        arrive(lake, MANIFEST, manifest("a.csv", "b.csv", rows=1)),
    ]


def test_a_run_takes_the_files_of_its_manifest_and_no_other(lake, parts):
    other = arrive(lake, "planes/c.csv", one_row(3))
    opened = lake.open("run-1", PLANES)
    assert (opened["status"], opened["claims"]) == ("opened", 2)
    assert claimed(lake) == ["planes/a.csv", "planes/b.csv"]
    assert statuses(lake, *parts, other) == ["claimed"] * 3 + ["held"]


def test_opening_again_claims_the_same(lake, parts):
    assert lake.open("run-1", PLANES) == lake.open("run-1", PLANES)
    assert lake.arrival(parts[2], PLANES)["attempts"] == 1


def test_a_published_batch_names_its_manifest_in_the_audit(lake, parts):
    closed = lake.publish_run("run-1", PLANES)
    assert statuses(lake, *parts) == ["published"] * 3
    record = lake.record("run-1", PLANES)
    assert (record["manifest"], record["files_claimed"], record["files_accepted"]) == (
        MANIFEST,
        2,
        2,
    )
    assert closed["more_waiting"] is False


def test_two_batches_are_two_runs(lake, parts):
    arrive(lake, "planes/c.csv", one_row(3))
    second = arrive(lake, "planes/2.manifest.json", manifest("c.csv"))
    assert lake.publish_run("run-1", PLANES)["more_waiting"] is True
    assert statuses(lake, second) == ["waiting"]
    lake.publish_run("run-2", PLANES)
    assert claimed(lake, "run-2") == ["planes/c.csv"]


def test_a_file_that_arrived_again_before_the_run_is_taken_in_its_newest_version(lake, parts):
    newer = arrive(lake, "planes/a.csv", one_row(9))
    lake.read_and_plan("run-1", PLANES)
    assert statuses(lake, newer, *parts[1:]) == ["claimed"] * 3


def test_a_failed_run_gives_the_whole_batch_back(lake, parts):
    lake.read_and_plan("run-1", PLANES)
    lake.close("run-1", "failed", PLANES, error={"Error": "Boom", "Cause": ""})
    assert statuses(lake, *parts) == ["held", "held", "waiting"]
    lake.publish_run("run-2", PLANES)
    assert statuses(lake, *parts) == ["published"] * 3


def test_a_batch_that_fails_too_often_is_parked_and_can_be_listed_anew(lake, parts):
    for number in range(5):
        lake.read_and_plan(f"run-{number}", PLANES)
        closed = lake.close(f"run-{number}", "failed", PLANES, error={"Error": "B", "Cause": ""})
    assert "parked" in closed["notice"]["message"]
    assert statuses(lake, *parts) == ["held", "held", "parked"]
    again = arrive(lake, MANIFEST, manifest("a.csv", "b.csv", rows=1))
    lake.publish_run("run-6", PLANES)
    assert statuses(lake, *parts[:2], again) == ["published"] * 3


def test_a_run_that_died_leaves_its_batch_to_the_next(lake, parts):
    lake.open("run-1", PLANES)
    lake.expire_lock(PLANES)
    assert lake.open("run-2", PLANES)["claims"] == 2
    assert {lake.arrival(part, PLANES)["run_id"] for part in parts} == {"run-2"}


def test_a_run_that_died_in_the_middle_of_claiming_loses_nothing(lake, parts):
    # Given a run that claimed the manifest and one file, and died
    lake.open("run-1", PLANES)
    lake.ledger.update_item(
        Key={"scope": lake.scope(PLANES), "item": f"ARRIVAL#{parts[0].arrival_id}"},
        UpdateExpression="SET #status = :held REMOVE run_id",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":held": "held"},
    )
    lake.expire_lock(PLANES)
    # When the next one opens
    opened = lake.open("run-2", PLANES)
    # Then it has the whole batch
    assert opened["claims"] == 2
    assert statuses(lake, *parts) == ["claimed"] * 3


def test_a_batch_below_its_threshold_is_rejected_whole(lake, parts):
    opened = lake.read_and_plan("run-1", PLANES)
    lake.stage("run-1", PLANES, rows_good=1, rows_quarantined=1, score=0.5)
    assert lake.judge(opened)["decision"] == "quarantine"
    lake.close("run-1", "quarantined", PLANES)
    assert statuses(lake, *parts) == ["rejected"] * 3


@pytest.mark.parametrize(("found", "decision"), [(1, "publish"), (2, "quarantine")])
def test_rows_are_counted_against_the_manifest(lake, parts, found, decision):
    opened = lake.read_and_plan("run-1", PLANES)
    files = [{"key": "planes/a.csv", "rows_in": 1}, {"key": "planes/b.csv", "rows_in": found}]
    lake.stage("run-1", PLANES, files=files)
    judged = lake.judge(opened)
    assert judged["decision"] == decision
    told = "planes/b.csv: rows: the manifest says 1, the file has 2" in judged["reason"]
    assert told is (decision == "quarantine")


def test_files_that_waited_before_the_contract_said_manifest_are_still_taken(lake):
    bundle_free = arrive(lake, "planes/old.csv", one_row(1))
    claim = {k: v for k, v in lake.arrival(bundle_free, PLANES).items() if k != "status"}
    marker = f"WAITING#{claim['registered_at']}#{bundle_free.arrival_id}"
    lake.ledger.put_item(Item=claim | {"item": marker})
    lake.ledger.put_item(Item=claim | {"status": "waiting"})
    lake.publish_run("run-1", PLANES)
    assert statuses(lake, bundle_free) == ["published"]
