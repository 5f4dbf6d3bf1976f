"""The states that a table was in, as the audit records tell them."""

from collections.abc import Sequence
from dataclasses import dataclass

from data_lake.problems import nearest
from strata.books import Row
from strata.errors import StrataError

TRIGGER = "rollback"
OUTCOME = "rolled_back"
PREFIX = "rollback-"
"""Starts the ids of rollbacks."""
_PUBLISHED = ("published", "published_with_warnings")
_NAMED = 5


@dataclass(frozen=True)
class State:
    """What readers saw after a run or a rollback, `run_id`.

    `runs` are the runs whose rows were in the table then, oldest first; `back_to` is the state
    that a rollback made current again.
    """

    run_id: str
    at: str
    snapshot_id: str | None
    runs: tuple[str, ...]
    back_to: str | None = None


def states_of(records: Sequence[Row]) -> list[State]:
    """Give every published state, oldest first, from a dataset's audit records in their order."""
    found: dict[str, State] = {}
    runs: tuple[str, ...] = ()
    for record in records:
        run_id, back_to = record["run_id"], None
        if record.get("outcome") in _PUBLISHED:
            runs = (*(one for one in runs if one != run_id), run_id)
        elif record.get("outcome") == OUTCOME:
            back_to = str(record["rolled_back_to"])
            runs = found[back_to].runs if back_to in found else runs
        else:
            continue
        found[run_id] = State(
            run_id=run_id,
            at=str(record.get("ended_at")),
            snapshot_id=record.get("snapshot_id"),
            runs=runs,
            back_to=back_to,
        )
    return list(found.values())


def state_named(states: Sequence[State], run_id: str, dataset: str) -> State:
    """Give the state that a run left; raises `StrataError` for one that left none."""
    for state in states:
        if state.run_id == run_id:
            return state
    names = [state.run_id for state in states]
    near = nearest(run_id, names)
    hint = f"did you mean {near}? " if near else ""
    last = ", ".join(names[-_NAMED:]) or "none"
    raise StrataError(
        f"{dataset}: no run {run_id} has published it; {hint}The last that did: {last}"
    )
