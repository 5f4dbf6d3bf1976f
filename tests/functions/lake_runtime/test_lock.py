import threading

import pytest

from lake_runtime.errors import LeaseLost
from lake_runtime.ledger import Ledger
from lake_runtime.lock import DatasetLock


@pytest.fixture
def lock(lake):
    return DatasetLock(Ledger(lake.ledger.name, lake.scope("flights")))


def test_a_held_lock_is_refused_to_another_run_and_given_again_to_its_own(lock):
    assert lock.acquire("run-1", "arn:1", 60) is not None
    assert lock.acquire("run-2", "arn:2", 60) is None
    assert lock.acquire("run-1", "arn:1", 60) is not None
    assert lock.holder().run_id == "run-1"


def test_of_many_runs_at_once_one_gets_the_lock(lock):
    got = []

    def acquire(number):
        if lock.acquire(f"run-{number}", f"arn:{number}", 60):
            got.append(f"run-{number}")

    threads = [threading.Thread(target=acquire, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [lock.holder().run_id]


def test_an_expired_lock_is_taken_over_and_names_who_left_it(lake, lock):
    lock.acquire("run-1", "arn:1", 60)
    lake.expire_lock()
    assert lock.acquire("run-2", "arn:2", 60).abandoned == ("run-1",)


def test_runs_left_behind_are_remembered_until_they_are_settled(lake, lock):
    # Given a run that took over and died before it had settled the run before it
    lock.acquire("run-1", "arn:1", 60)
    lake.expire_lock()
    lock.acquire("run-2", "arn:2", 60)
    lake.expire_lock()
    # When a third takes over
    held = lock.acquire("run-3", "arn:3", 60)
    # Then it has both to settle, once
    assert held.abandoned == ("run-1", "run-2")
    lock.settle("run-3")
    assert lock.acquire("run-3", "arn:3", 60).abandoned == ()


def test_only_its_holder_frees_a_lock(lock):
    lock.acquire("run-1", "arn:1", 60)
    assert lock.release("run-2") is False
    assert lock.holder().run_id == "run-1"
    assert lock.release("run-1") is True
    assert lock.holder() is None


def test_a_lease_is_renewed_by_its_holder_alone(lake, lock):
    lock.acquire("run-1", "arn:1", 60)
    lake.expire_lock()
    lock.renew("run-1")
    assert not lock.holder().has_expired
    with pytest.raises(LeaseLost, match="run-2 no longer holds the lock"):
        lock.renew("run-2")


def test_a_lease_of_a_lock_that_is_free_is_lost(lock):
    with pytest.raises(LeaseLost):
        lock.renew("run-1")


class _Late(DatasetLock):
    """A lock whose reader saw it as it was before another run acted."""

    seen = None

    def holder(self):
        return type(self).seen


def test_a_run_that_saw_an_expired_lock_too_late_does_not_take_it_from_its_new_holder(
    lake, lock, monkeypatch
):
    # Given two runs that both saw the lock of a dead one
    lock.acquire("run-1", "arn:1", 60)
    lake.expire_lock()
    monkeypatch.setattr(_Late, "seen", lock.holder())
    # When the first of them has taken it over
    lock.acquire("run-2", "arn:2", 60)
    # Then the second does not get it
    assert _Late(lock.ledger).acquire("run-3", "arn:3", 60) is None
    assert lock.holder().run_id == "run-2"


def test_a_run_that_saw_a_free_lock_too_late_does_not_take_it(lock):
    lock.acquire("run-1", "arn:1", 60)
    assert _Late(lock.ledger).acquire("run-2", "arn:2", 60) is None
    assert lock.holder().run_id == "run-1"
