"""Runs that meet each other, fail and are refused: what no run has had always has one coming."""

import random

import pytest

from lake_runtime.ledger import Ledger
from open_run.work import ArrivalWork
from tests.functions.support.resources import one_row

BUG = {"Error": "AttributeError", "Cause": ""}


class Crowd:
    """Files, and the executions that they and closing runs start, in an order told by a seed.

    Nobody sweeps and nothing is told twice, so a start that is lost is never made up for.
    """

    def __init__(self, lake, monkeypatch, seed):
        self.lake, self.monkeypatch = lake, monkeypatch
        self.choose = random.Random(seed)  # noqa: S311
        self.files, self.seen = 0, set()
        self.started, self.open = [], []
        self.statuses = set()

    def arrive(self):
        """Let a file arrive."""
        self.files += 1
        self.lake.arrive(f"flights/{self.files}.csv", one_row(self.files))
        new = set(self.lake.executions()) - self.seen
        self.seen |= new
        self.started += sorted(new)

    def start(self):
        """Let a schedule or a person start an execution."""
        self.seen.add(f"by-hand-{len(self.seen)}")
        self.started.append(f"by-hand-{len(self.seen)}")

    def begin(self, *, may_fail=True):
        """Let an execution that was started open its run, or fail with the lock in its hands."""
        if not self.started:
            return
        run_id = self.started.pop(self.choose.randrange(len(self.started)))
        if may_fail and self.choose.random() < 0.3:
            self._fail_to_open(run_id)
            return
        status = self.lake.open(run_id)["status"]
        self.statuses.add(status)
        if status == "opened":
            self.open.append(run_id)

    def _fail_to_open(self, run_id):
        def die(_work):
            self.arrive()
            self.begin(may_fail=False)
            raise RuntimeError("a bug")

        with self.monkeypatch.context() as patch:
            patch.setattr(ArrivalWork, "take", die)
            try:
                self.statuses.add(self.lake.open(run_id)["status"])
            except RuntimeError:
                self.statuses.add("failed to open")
                self._close(run_id, "failed")

    def end(self, *, may_fail=True):
        """Let a run that is open publish or fail."""
        if self.open:
            run_id = self.open.pop()
            fails = may_fail and self.choose.random() < 0.5
            self._close(run_id, "failed" if fails else "rejected")

    def _close(self, run_id, outcome):
        error = {"error": BUG} if outcome == "failed" else {}
        closed = self.lake.close(run_id, outcome, **error)
        if closed["more_waiting"]:
            self.started.append(closed["next_name"])

    def is_quiet(self):
        """Tell whether no run is open and none was started."""
        return not (self.started or self.open)

    def forgotten(self):
        """Give the files that wait, and that no run has given back."""
        ledger = Ledger(self.lake.ledger.name, self.lake.scope("flights"))
        return [claim.key for claim in ledger.waiting_anew()]


def tell(lake, monkeypatch, seed):
    """Play files and runs in any order, of which many fail, and look at each quiet moment."""
    monkeypatch.setenv("FILES_PER_RUN", "2")
    crowd, quiet = Crowd(lake, monkeypatch, seed), 0
    steps = [crowd.arrive, crowd.arrive, crowd.start, *[crowd.begin] * 4, *[crowd.end] * 4]
    for _ in range(60):
        crowd.choose.choice(steps)()
        if crowd.is_quiet():
            quiet += 1
            assert crowd.forgotten() == []
            assert lake.items("LOCK") == []
    return crowd, quiet


@pytest.mark.fault(31, by="run")
@pytest.mark.parametrize("seed", range(5))
def test_whenever_nothing_goes_on_all_that_waits_was_given_back_by_a_run(lake, monkeypatch, seed):
    crowd, _ = tell(lake, monkeypatch, seed)
    while not crowd.is_quiet():
        crowd.begin()
        crowd.end()
    assert crowd.forgotten() == []
    assert lake.items("LOCK") == []


def test_the_orders_have_runs_that_meet_and_that_fail_to_open_in_them(lake, monkeypatch):
    crowd, quiet = tell(lake, monkeypatch, seed=0)
    assert {"opened", "busy", "failed to open"} <= crowd.statuses
    assert quiet > 3
