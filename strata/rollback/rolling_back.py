"""Rolling back: a run of its own that moves a table to a state it was in before.

It holds the dataset's lock and has an audit record, so that no run goes on beside it, and every
step of it may be done again: whoever finds a rollback that was begun and not ended, ends it first.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from data_lake.contracts import ContractSet
from strata.books import Books, Row, known_name
from strata.errors import StrataError
from strata.lakes import Lake
from strata.locking import LOCK, release_lock, take_lock
from strata.rollback.iceberg import IcebergStates
from strata.rollback.lineage import OUTCOME, PREFIX, TRIGGER, State, state_named, states_of
from strata.rollback.parquet import ParquetStates
from strata.rollback.settling import Rollback, settle_arrivals, write_state
from strata.starting import start_execution
from strata.telling import send_notice, send_published


class TableStates(Protocol):
    """A table whose published states can be made current again."""

    def rows(self, state: State) -> int | None:
        """Give how many rows a state has, None if that is not known."""

    def why_not(self, state: State, later: Sequence[State]) -> str | None:
        """Say why a state cannot be made current, or None if it can."""

    def move(self, state: State, later: Sequence[State], by: str) -> dict[str, Any]:
        """Make a state current; give what the audit record says of it."""


@dataclass(frozen=True)
class RollbackWork:
    """Rollbacks of one dataset or product."""

    lake: Lake
    contracts: ContractSet
    dataset: str

    @property
    def books(self) -> Books:
        """Its books."""
        return Books(self.lake, known_name(self.contracts, self.dataset))

    @property
    def kind(self) -> str:
        """Whether it is a dataset or a product."""
        return "product" if self.dataset in self.contracts.products else "dataset"

    @property
    def table(self) -> TableStates:
        """Its table."""
        contract = (
            self.contracts.products[self.dataset]
            if self.kind == "product"
            else self.contracts.datasets[self.dataset]
        )
        if contract.format == "iceberg":
            return IcebergStates(self.lake, contract.zone, self.dataset)
        return ParquetStates(self.lake, contract.zone, self.dataset)

    def listing(self) -> list[Row]:
        """Give every state that can be gone back to or why it cannot, the newest first."""
        states = states_of(self.books.records())
        table = self.table if states else None
        rows = []
        for place, state in enumerate(states):
            is_current = place == len(states) - 1
            why_not = (
                None if is_current or table is None else table.why_not(state, states[place + 1 :])
            )
            rows.append(
                {
                    "run": state.run_id,
                    "published": state.at,
                    "rows": table.rows(state) if table else None,
                    "state": "current" if is_current else why_not or "can be made current",
                    "back to": state.back_to,
                }
            )
        return rows[::-1]

    def finish_open(self) -> Rollback | None:
        """Finish the rollback that somebody began and did not end; give it, or None."""
        lock = self.books.item(LOCK)
        if lock is None or not str(lock["run_id"]).startswith(PREFIX):
            return None
        record = self.books.record(lock["run_id"])
        take_lock(self.books, lock["run_id"])
        if record is None:
            release_lock(self.books, lock["run_id"])
            return None
        return self._finish(record)

    def roll_back(self, to: str, *, who: str, why: str) -> Rollback:
        """Make the state that a run left current again.

        Raises `StrataError` for a run that has published nothing, whose data has expired, or whose
        state is current, and while another run goes on.
        """
        books = self.books
        states = states_of(books.records())
        target = self._check(states, to)
        run_id = f"{PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
        take_lock(books, run_id)
        if states_of(books.records()) != states:
            release_lock(books, run_id)
            raise StrataError(f"{self.dataset}: a run has just published; look again, then repeat")
        before, after = states[-1].runs, target.runs
        record = {
            "kind": self.kind,
            "trigger": TRIGGER,
            "status": "running",
            "started_at": _now(),
            "execution_arn": "",
            "rolled_back_to": to,
            "undone": [one for one in before if one not in after],
            "redone": [one for one in after if one not in before],
            "who": who,
            "reason": why,
        }
        books.put_record(run_id, record)
        return self._finish({**record, "run_id": run_id, "dataset": self.dataset})

    def _check(self, states: Sequence[State], to: str) -> State:
        target = state_named(states, to, self.dataset)
        if states[-1] == target or states[-1].back_to == to:
            raise StrataError(f"{self.dataset} is as run {to} left it; nothing was changed")
        later = states[states.index(target) + 1 :]
        why_not = self.table.why_not(target, later)
        if why_not is not None:
            raise StrataError(f"{self.dataset} cannot go back to run {to}: {why_not}")
        return target

    def _finish(self, record: Row) -> Rollback:
        """Take every step of a rollback; all of them may be repeated."""
        books, run_id, to = self.books, record["run_id"], record["rolled_back_to"]
        states = [one for one in states_of(books.records()) if one.run_id != run_id]
        target = state_named(states, to, self.dataset)
        moved = self.table.move(target, states[states.index(target) + 1 :], run_id)
        done = Rollback(run_id, to, tuple(record["undone"]), tuple(record["redone"]))
        settle_arrivals(books, done)
        write_state(books, done, moved.get("snapshot_id"), is_product=self.kind == "product")
        ended = {"status": "closed", "outcome": OUTCOME, "ended_at": _now(), **moved}
        self._tell(done, record, moved.get("snapshot_id"))
        books.put_record(run_id, {**record, **ended})
        release_lock(books, run_id)
        self._start_waiting(done)
        return done

    def _tell(self, done: Rollback, record: Row, snapshot_id: str | None) -> None:
        send_published(
            self.lake,
            dataset=self.dataset,
            kind=self.kind,
            run_id=done.run_id,
            snapshot_id=snapshot_id,
        )
        if self.kind == "product":
            # Events of datasets alone start the curate machine.
            content = {"dataset": self.dataset, "trigger": TRIGGER}
            start_execution(self.lake, self.lake["CurateStateMachineArn"], done.run_id, content)
        reasons = [f"{record['who']}: {record['reason']}"]
        reasons += [f"run {one} was undone" for one in done.undone]
        reasons += [f"run {one} counts again" for one in done.redone]
        send_notice(
            self.lake,
            kind=OUTCOME,
            severity="warning",
            dataset=self.dataset,
            headline=f"rolled back to run {done.back_to}",
            run_id=done.run_id,
            outcome=OUTCOME,
            reasons=reasons,
            next_step=(
                "Readers see the earlier rows. What the undone runs had loaded is not in the "
                f"table: strata backfill {self.dataset} loads it again where it was right."
            ),
        )

    def _start_waiting(self, done: Rollback) -> None:
        """Start the run of what arrived while the rollback held the lock."""
        if self.kind == "dataset" and next(self.books.items("WAITING#"), None) is not None:
            content = {"dataset": self.dataset, "trigger": TRIGGER}
            name = f"{done.run_id}-next"
            start_execution(self.lake, self.lake["IngestStateMachineArn"], name, content)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
