"""A run is started for what arrives, unless the one that goes on takes it; none is forgotten."""

import threading
from itertools import combinations_with_replacement

import pytest

from lake_runtime.ledger import Ledger
from lake_runtime.lock import DatasetLock
from register import handler
from tests.functions.support.resources import one_row

BUG = {"Error": "AttributeError", "Cause": ""}
POINTS = ("before it is closed", "lock held", "lock free", "has looked")


@pytest.fixture
def ledger(lake):
    """Give the part of the ledger that flights have."""
    return Ledger(lake.ledger.name, lake.scope("flights"))


def test_while_a_run_is_open_what_arrives_starts_no_other(lake):
    lake.arrive("flights/a.csv", one_row(1))
    before = lake.executions()
    lake.read_and_plan("run-1")
    lake.arrive("flights/b.csv", one_row(2))
    lake.arrive("flights/c.csv", one_row(3))
    assert lake.executions() == before
    lake.stage("run-1")
    lake.publish("run-1")
    assert lake.close("run-1", "published")["more_waiting"] is True


def test_other_datasets_start_their_runs_meanwhile(lake):
    lake.change_contract("airlines", trigger={"mode": "on_arrival"})
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.arrive("airlines/a.csv")
    assert {name.rsplit("-", 1)[0] for name in lake.executions()} == {"flights", "airlines"}


def test_a_lock_whose_run_will_not_be_closed_keeps_no_run_from_starting(lake, ledger):
    lock = DatasetLock(ledger)
    lock.acquire("a-persons-command", "", 3600)
    lake.arrive("flights/a.csv", one_row(1))
    assert len(lake.executions()) == 1
    # A run whose lease ran out is taken over by the one that is started
    lock.release("a-persons-command")
    lake.open("run-1")
    lake.expire_lock()
    lake.arrive("flights/b.csv", one_row(2))
    assert len(lake.executions()) == 2


def test_opening_a_run_again_goes_on_promising(lake, ledger):
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.open("run-1")
    assert DatasetLock(ledger).takes_what_waits()


class Registering:
    """A file that is registered while a run is closed: written at one point, looked at another."""

    def __init__(self, lake, monkeypatch):
        self.written, self.may_look = threading.Event(), threading.Event()
        start_runs = handler.start_runs

        def wait_then_start(*given):
            self.written.set()
            assert self.may_look.wait(30)
            return start_runs(*given)

        monkeypatch.setattr(handler, "start_runs", wait_then_start)
        event = lake.event(lake.upload("flights/late.csv", one_row(9)))
        self.thread = threading.Thread(target=lake.register, args=[event])

    def write(self):
        """Let the arrival be written."""
        self.thread.start()
        assert self.written.wait(30)

    def look(self):
        """Let the lock be looked at."""
        self.may_look.set()
        self.thread.join(30)


@pytest.mark.fault(31, by="run")
@pytest.mark.parametrize("outcome", ["published", "failed"])
@pytest.mark.parametrize(("write", "look"), list(combinations_with_replacement(range(4), 2)))
def test_whenever_a_file_is_registered_while_its_run_closes_somebody_starts_the_next_one(
    lake, monkeypatch, write, look, outcome
):
    # Given a run that is about to be closed, and a file that is registered meanwhile
    lake.arrive("flights/a.csv", one_row(1))
    opened = lake.read_and_plan("run-1")
    lake.stage("run-1")
    lake.judge(opened)
    if outcome == "published":
        lake.publish("run-1")
    before = lake.executions()
    late = Registering(lake, monkeypatch)

    def reach(point):
        if point == write:
            late.write()
        if point == look:
            late.look()

    release = DatasetLock.release

    def release_between(self, run_id):
        reach(1)
        done = release(self, run_id)
        reach(2)
        return done

    monkeypatch.setattr(DatasetLock, "release", release_between)
    # When both go on in this order
    reach(0)
    error = {"error": BUG} if outcome == "failed" else {}
    closed = lake.close("run-1", outcome, **error)
    reach(3)
    # Then a run is started for the file: by the look at the lock, or by closing
    started = len(lake.executions()) > len(before)
    assert started or closed["more_waiting"], (POINTS[write], POINTS[look])
    # And while the lock is held, it is closing alone that does
    if look <= 1:
        assert not started


def test_what_waits_is_given_newest_first_over_several_pages(lake, ledger):
    versions = [lake.arrive(f"flights/{number}.csv", one_row(number)) for number in range(30)]
    found = [claim.arrival_id for claim in ledger.waiting_newest_first()]
    assert found == [version.arrival_id for version in reversed(versions)]


def test_files_that_waited_long_before_a_failed_run_start_none_after_it(lake, monkeypatch):
    # Given a run that takes one file of two
    monkeypatch.setenv("FILES_PER_RUN", "1")
    lake.arrive("flights/a.csv", one_row(1))
    lake.arrive("flights/b.csv", one_row(2))
    lake.open("run-1")
    # When it fails much later than they came
    lake.audit.update_item(
        Key={"scope": lake.scope("flights"), "run_id": "run-1"},
        UpdateExpression="SET started_at = :later",
        ExpressionAttributeValues={":later": "2100-01-01T00:00:00.000000Z"},
    )
    # Then the other one waits for the next arrival, or a fault that stays would run in a circle
    assert lake.close("run-1", "failed", error=BUG)["more_waiting"] is False


def test_a_run_that_could_not_even_be_opened_starts_none_after_it(lake):
    lake.arrive("flights/a.csv", one_row(1))
    assert lake.close("run-1", "failed", error=BUG)["more_waiting"] is False
