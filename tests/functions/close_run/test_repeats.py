import json

import pytest
from botocore.exceptions import ClientError

from lake_runtime.ledger import Ledger
from tests.functions.support.resources import one_row

BUG = {"Error": "AttributeError", "Cause": ""}


def test_a_file_that_arrives_during_a_run_is_taken_by_the_run_that_closing_starts(lake):
    # Given a run, and a file whose own run finds the dataset busy
    lake.arrive("flights/a.csv", one_row(1))
    lake.read_and_plan("run-1")
    later = lake.arrive("flights/b.csv", one_row(2))
    assert lake.open("run-of-b")["status"] == "busy"
    lake.stage("run-1")
    lake.publish("run-1")
    # When the run closes
    closed = lake.close("run-1", "published")
    # Then it asks for the next one, under a name of its own, which takes the file
    assert closed["more_waiting"] is True
    assert closed["next_name"] not in ("run-1", "run-of-b")
    opened = lake.open(closed["next_name"])
    assert opened["claims"] == 1
    assert lake.arrival(later)["run_id"] == closed["next_name"]


@pytest.mark.parametrize("outcome", ["rejected", "quarantined"])
def test_what_arrived_during_a_run_is_not_forgotten_when_it_publishes_nothing(lake, outcome):
    lake.arrive("flights/a.csv", one_row(1))
    lake.read_and_plan("run-1")
    lake.arrive("flights/b.csv", one_row(2))
    assert lake.close("run-1", outcome)["more_waiting"] is True


def test_closing_twice_changes_nothing_and_counts_the_run_once(lake, capsys):
    # Given a closed run
    version = lake.arrive("flights/a.csv")
    first = lake.publish_run()
    record = lake.record("run-1")
    capsys.readouterr()
    # When it is closed again
    second = lake.close("run-1", "published")
    # Then all is as it was
    assert second == first
    assert lake.record("run-1") == record
    assert lake.status(version) == "published"
    assert not [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]


def test_closing_a_failed_run_twice_counts_no_second_attempt(lake):
    version = lake.arrive("flights/a.csv")
    lake.open()
    first = lake.close("run-1", "failed", error=BUG)
    assert lake.close("run-1", "failed", error=BUG) == first
    assert lake.arrival(version)["attempts"] == 1
    assert lake.waiting() == [version.arrival_id]


def test_closing_twice_does_not_touch_the_run_that_followed(lake):
    lake.arrive("flights/a.csv", one_row(1))
    lake.open("run-1")
    lake.close("run-1", "failed", error=BUG)
    opened = lake.open("run-2")
    lake.close("run-1", "failed", error=BUG)
    assert lake.items("LOCK")[0]["run_id"] == "run-2"
    assert lake.waiting() == []
    assert lake.open("run-2") == opened


def test_a_close_that_was_cut_off_is_finished_by_the_next(lake, monkeypatch):
    # Given a close that died before it wrote the audit record
    version = lake.arrive("flights/a.csv")
    lake.read_and_plan()
    lake.stage("run-1")
    lake.publish("run-1")
    monkeypatch.setenv("AUDIT_TABLE", "no-such-table")
    with pytest.raises(lake.s3.exceptions.ClientError):
        lake.close("run-1", "published")
    assert lake.items("LOCK")[0]["run_id"] == "run-1"
    # When it is retried
    monkeypatch.setenv("AUDIT_TABLE", lake.audit.name)
    closed = lake.close("run-1", "published")
    # Then the run is closed and the lock is free
    assert closed["outcome"] == "published"
    assert lake.status(version) == "published"
    assert lake.items("LOCK") == []


def test_every_run_names_a_next_run_of_its_own(lake):
    lake.arrive("flights/a.csv", one_row(1))
    first = lake.publish_run("run-1")["next_name"]
    lake.arrive("flights/b.csv", one_row(2))
    second = lake.publish_run("run-2")["next_name"]
    assert first != second
    assert len(first) <= 80


REFUSED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Query")


def test_a_close_that_cannot_look_for_what_waits_starts_a_run_that_does(lake, monkeypatch):
    # Given a run that published, and a ledger that may not be searched
    lake.arrive("flights/a.csv")
    lake.read_and_plan("run-1")
    lake.stage("run-1")
    lake.publish("run-1")
    monkeypatch.setattr(Ledger, "has_waiting", _refuse)
    # When it is closed
    closed = lake.close("run-1", "published")
    # Then it is told as it ended, and the next run finds out
    assert (closed["outcome"], closed["more_waiting"]) == ("published", True)
    assert json.loads(closed["notice"]["message"])["notice"] == "run_published"
    assert closed["event"]["run_id"] == "run-1"
    assert lake.items("LOCK") == []


def test_a_failed_run_that_never_held_the_lock_needs_no_look(lake, monkeypatch):
    lake.arrive("flights/a.csv")
    monkeypatch.setattr(Ledger, "has_waiting", _refuse)
    monkeypatch.setattr(Ledger, "waiting_anew", _refuse)
    assert lake.close("run-1", "failed", error=BUG)["more_waiting"] is False


def test_a_close_that_dies_after_it_freed_the_lock_looks_when_it_is_repeated(lake, monkeypatch):
    # Given a file that came during a run which fails, and a close that dies before it looks
    lake.arrive("flights/a.csv", one_row(1))
    lake.open("run-1")
    lake.arrive("flights/b.csv", one_row(2))
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(Ledger, "waiting_anew", _die)
        lake.close("run-1", "failed", error=BUG)
    assert lake.items("LOCK") == []
    # When it is repeated, then the file has its run
    assert lake.close("run-1", "failed", error=BUG)["more_waiting"] is True


def _refuse(*_):
    raise REFUSED


def _die(*_):
    raise MemoryError
