import pytest

from lake_runtime.errors import LedgerUnsettled
from lake_runtime.lock import DatasetLock


def test_an_expired_lease_is_taken_over_and_its_arrivals_are_claimed_again(lake):
    # Given a run that died with claims in its hands
    version = lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.expire_lock()
    # When another run opens
    opened = lake.open("run-2")
    # Then it has the claims, and the first run is closed as failed
    assert (opened["status"], opened["claims"]) == ("opened", 1)
    assert lake.arrival(version)["run_id"] == "run-2"
    assert lake.arrival(version)["attempts"] == 2
    record = lake.record("run-1")
    assert (record["status"], record["outcome"]) == ("closed", "failed")
    assert "run-2 took over" in record["reason"]
    assert lake.items("LOCK")[0]["abandoned"] == []


def test_a_run_that_died_after_it_published_is_closed_as_published_and_not_read_again(lake):
    # Given a run that died between publishing and closing
    version = lake.arrive("flights/a.csv")
    lake.read_and_plan("run-1")
    lake.stage("run-1")
    lake.publish("run-1")
    lake.expire_lock()
    # When the next run opens
    opened = lake.open("run-2")
    # Then nothing is left to do: readers have the rows, and the ledger says so
    assert opened["status"] == "nothing_waiting"
    assert lake.status(version) == "published"
    assert lake.record("run-1")["outcome"] == "published_with_warnings"
    assert lake.items("STATE")[0]["last_published_run"] == "run-1"
    assert lake.items("LOCK") == []
    assert lake.record("run-2") == {}


def test_a_takeover_that_died_itself_is_finished_by_the_next_one(lake):
    version = lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.expire_lock()
    # Given a second run that took the lock and died before it settled the first
    lock = {"scope": lake.scope("flights"), "item": "LOCK"}
    left = {"run_id": "run-2", "expires_at": 1, "abandoned": ["run-1"], "lease_seconds": 60}
    lake.ledger.put_item(Item=lock | left)
    # When a third opens
    opened = lake.open("run-3")
    # Then it has the arrival of the first
    assert opened["claims"] == 1
    assert lake.arrival(version)["run_id"] == "run-3"


@pytest.mark.fault(24, by="run")
def test_files_of_a_dead_run_are_given_back_though_the_first_run_that_tried_it_failed(
    lake, monkeypatch
):
    # Given a run that took over from a dead one, and failed before it had settled its files
    version = lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.expire_lock()
    with monkeypatch.context() as patch, pytest.raises(LedgerUnsettled):
        patch.setattr("open_run.opening.settle_run", _fail)
        lake.open("run-2")
    lake.close("run-2", "failed", error={"Error": "LedgerUnsettled", "Cause": ""})
    # Then the lock says still who left them, so that the sweep starts a run, which has them
    assert lake.status(version) == "claimed"
    assert lake.sweep() == {"died": 1, "started": 1, "unheard": 0}
    assert "run run-1 died" in lake.notices()[0]["reasons"][0]
    assert lake.open("run-3")["claims"] == 1
    assert lake.record("run-1")["outcome"] == "failed"
    assert lake.items("LOCK")[0]["abandoned"] == []
    # And each of the two failures counts once
    assert lake.circuit()["failures"] == 2


def test_runs_that_are_settled_again_count_once(lake, monkeypatch):
    # Given two dead runs, and a takeover that dies when both are settled
    lake.arrive("flights/a.csv")
    for number in (1, 2):
        lake.open(f"run-{number}")
        lake.expire_lock()
    lock = {"scope": lake.scope("flights"), "item": "LOCK"}
    left = {"run_id": "run-2", "expires_at": 1, "abandoned": ["run-1"], "lease_seconds": 60}
    lake.ledger.put_item(Item=lock | left)
    with monkeypatch.context() as patch, pytest.raises(LedgerUnsettled):
        patch.setattr(DatasetLock, "settle", _fail)
        lake.open("run-3")
    # When it is tried again
    lake.open("run-3")
    # Then they count as two failures
    assert lake.circuit()["failures"] == 2


def _fail(*_):
    raise LedgerUnsettled("the ledger was throttled")
