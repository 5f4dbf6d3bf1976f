"""Who finds the lock held leaves what waits to whoever gives it back: somebody always looks."""

import json

import pytest

from lake_runtime.circuit import Circuit
from lake_runtime.errors import LedgerUnsettled
from lake_runtime.ledger import Ledger
from lake_runtime.lock import DatasetLock
from open_run.redriving import Redriving
from open_run.work import ArrivalWork
from tests.functions.open_run.test_redriving import redrive
from tests.functions.support.resources import one_row

BUG = {"Error": "AttributeError", "Cause": json.dumps({"errorMessage": "a bug"})}


@pytest.fixture
def lock(lake):
    """Give the lock of flights."""
    return DatasetLock(Ledger(lake.ledger.name, lake.scope("flights")))


def fail_to_open(lake, monkeypatch, run_id, meanwhile=lambda: None):
    """Open a run that fails once it has the lock, after something else has happened."""

    def die(_work):
        meanwhile()
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(ArrivalWork, "take", die)
        lake.open(run_id)


@pytest.mark.fault(31, by="run")
def test_what_came_while_a_run_failed_to_open_has_a_run_after_it(lake, monkeypatch):
    # Given a run that fails once it holds the lock, and a file that came just then
    lake.arrive("flights/a.csv", one_row(1))
    before, statuses = lake.executions(), []

    def arrive_and_find_it_busy():
        lake.arrive("flights/b.csv", one_row(2))
        statuses.append(lake.open("run-of-b")["status"])

    fail_to_open(lake, monkeypatch, "run-1", arrive_and_find_it_busy)
    # When it is closed, then the run that closing starts has both files
    assert (lake.executions(), statuses) == (before, ["busy"])
    closed = lake.close("run-1", "failed", error=BUG)
    assert closed["more_waiting"] is True
    assert lake.open(closed["next_name"])["claims"] == 2


def test_runs_that_never_come_to_be_open_follow_each_other_until_the_circuit_opens(
    lake, monkeypatch
):
    lake.change_contract(circuit={"failures": 3, "cool_down_minutes": 60})
    lake.arrive("flights/a.csv")
    followed = []
    for number in range(3):
        fail_to_open(lake, monkeypatch, f"run-{number}")
        closed = lake.close(f"run-{number}", "failed", error=BUG)
        followed.append(closed["more_waiting"])
    assert followed == [True, True, False]
    assert lake.circuit()["state"] == "open"


def test_a_run_that_is_only_being_opened_is_waited_for_until_it_promises_or_leaves(lake, lock):
    lake.arrive("flights/a.csv")
    lock.acquire("run-1", "arn:run-1", 60)
    with pytest.raises(LedgerUnsettled, match="run-1 is only being opened"):
        lake.open("run-2")
    lock.promise_to_look("run-1")
    assert lake.open("run-2")["status"] == "busy"


def test_a_persons_command_is_not_waited_for_because_it_starts_what_waits_itself(lake, lock):
    lake.arrive("flights/a.csv")
    lock.acquire("rollback-1", "", 60)
    assert lake.open("run-1")["status"] == "busy"


def test_a_lock_that_is_given_back_while_it_is_looked_at_is_tried_for_again(
    lake, lock, monkeypatch
):
    # Given a lock that its holder gives back just after it was refused to another run
    lake.arrive("flights/a.csv")
    lock.acquire("run-1", "arn:run-1", 60)
    acquire = DatasetLock.acquire

    def acquire_too_early(self, run_id, *given, **more):
        held = acquire(self, run_id, *given, **more)
        self.release("run-1")
        return held

    monkeypatch.setattr(DatasetLock, "acquire", acquire_too_early)
    assert lake.open("run-2")["status"] == "opened"


def test_a_circuit_that_is_closed_while_it_refuses_a_run_is_looked_at_again(lake, monkeypatch):
    # Given an open circuit, which a person closes just after it has refused a run
    lake.change_contract(circuit={"failures": 1, "cool_down_minutes": 60})
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    enter = Circuit.enter

    def enter_then_close(self, run_id):
        passage = enter(self, run_id)
        key = {"scope": lake.scope("flights"), "item": "CIRCUIT"}
        lake.ledger.delete_item(Key=key)
        return passage

    monkeypatch.setattr(Circuit, "enter", enter_then_close)
    # Then that run goes on, because others have left what waits to it
    assert lake.open("run-2")["status"] == "opened"


def test_a_redrive_promises_nothing_before_it_knows_that_it_goes_on(lake, monkeypatch):
    # Given a failed run whose file another run takes just before the redrive has the lock
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    answers, promises = iter([True, False]), []

    def look(self):
        promises.append(self.run.lock.takes_what_waits())
        return next(answers)

    monkeypatch.setattr(Redriving, "is_pending", look)
    # Then it gives the lock back, on which nobody has relied
    assert redrive(lake)["status"] == "nothing_waiting"
    assert promises == [False, False]
    assert lake.items("LOCK") == []
