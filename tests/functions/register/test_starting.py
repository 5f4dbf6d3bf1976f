"""A run is started for what arrives, unless the one that goes on takes it; none is forgotten."""

import threading
import time
from itertools import combinations_with_replacement

import pytest

from lake_runtime.ledger import Ledger
from lake_runtime.lock import DatasetLock
from register import handler
from tests.functions.support.batches import MANIFEST, PLANES, arrive, batch_lake, manifest, statuses
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


def test_what_a_run_has_given_back_is_told_from_what_came_anew(lake, ledger):
    lake.arrive("flights/a.csv", one_row(1))
    lake.fail("run-1")
    versions = [lake.arrive(f"flights/{number}.csv", one_row(number)) for number in range(2, 5)]
    found = [claim.arrival_id for claim in ledger.waiting_anew()]
    assert found == [version.arrival_id for version in versions]
    assert len(ledger.waiting(10)) == 4


def test_a_file_that_one_failed_run_left_to_the_next_is_not_dropped_by_it(lake, monkeypatch):
    # Given a file that came during a run, and has been left to the run after it
    monkeypatch.setenv("FILES_PER_RUN", "1")
    lake.arrive("flights/a.csv", one_row(1))
    lake.open("run-1")
    late = lake.arrive("flights/b.csv", one_row(2))
    # When that takes something else, begins much later, and fails, too
    assert lake.close("run-1", "failed", error=BUG)["more_waiting"] is True
    lake.open("run-2")
    _begin_later(lake, "run-2")
    # Then the next one is started all the same, until one takes it; what they had starts none
    assert lake.status(late) == "waiting"
    assert lake.close("run-2", "failed", error=BUG)["more_waiting"] is True
    monkeypatch.setenv("FILES_PER_RUN", "2")
    lake.open("run-3")
    assert lake.close("run-3", "failed", error=BUG)["more_waiting"] is False


def test_a_batch_that_becomes_whole_during_a_failed_run_has_a_run_after_it(lake):
    # Given a manifest that waits for its file, and a run that begins much later
    batch_lake(lake)
    arrive(lake, "planes/other.manifest.json", manifest("b.csv"))
    arrive(lake, "planes/a.csv", one_row(1))
    arrive(lake, MANIFEST, manifest("a.csv"))
    lake.open("run-1", PLANES)
    _begin_later(lake, "run-1", PLANES)
    # When its file comes during that run, which fails
    before = lake.executions()
    arrive(lake, "planes/b.csv", one_row(2))
    assert lake.executions() == before
    # Then closing starts the next one
    assert lake.close("run-1", "failed", PLANES, error=BUG)["more_waiting"] is True


def _begin_later(lake, run_id, dataset="flights"):
    lake.audit.update_item(
        Key={"scope": lake.scope(dataset), "run_id": run_id},
        UpdateExpression="SET started_at = :later",
        ExpressionAttributeValues={":later": "2100-01-01T00:00:00.000000Z"},
    )


def test_a_run_that_never_held_the_lock_starts_none_after_it(lake):
    lake.arrive("flights/a.csv", one_row(1))
    assert lake.close("run-1", "failed", error=BUG)["more_waiting"] is False


@pytest.mark.fault(40, by="run")
def test_a_file_whose_execution_has_ended_is_started_for_again_when_it_is_told_again(lake):
    # Given a file whose run was started, and came to nothing
    version = lake.upload("flights/a.csv")
    lake.register(lake.event(version))
    (first,) = _ended(lake)
    # When its event comes once more
    lake.register(lake.event(version))
    # Then it has another run, because a name is used once
    assert lake.waiting() == [version.arrival_id]
    assert len(set(_ended(lake)) - {first}) == 1


def test_a_batch_whose_file_is_replaced_after_its_run_was_started_gets_another_run(lake):
    # Given a whole batch, one of whose files another batch takes before its run opens
    batch_lake(lake)
    arrive(lake, "planes/a.csv", one_row(1))
    given = arrive(lake, MANIFEST, manifest("a.csv"))
    _ended(lake)
    newer = arrive(lake, "planes/a.csv", one_row(2))
    _set_status(lake, newer, "rejected")
    assert lake.open("run-1", PLANES)["status"] == "nothing_waiting"
    assert statuses(lake, given) == ["held"]
    before = _ended(lake)
    # When the file arrives anew
    arrive(lake, "planes/a.csv", one_row(3))
    # Then the batch waits, and a run is started for it
    assert statuses(lake, given) == ["waiting"]
    assert len(lake.executions()) == len(before) + 1


def _set_status(lake, version, status):
    lake.ledger.update_item(
        Key={"scope": lake.scope(PLANES), "item": f"ARRIVAL#{version.arrival_id}"},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": status},
    )


def _ended(lake):
    """Give the names of the executions, once all of them have ended."""
    while True:
        found = lake.sfn.list_executions(stateMachineArn=lake.machine)["executions"]
        if all(one["status"] == "SUCCEEDED" for one in found):
            return [one["name"] for one in found]
        time.sleep(0.05)
