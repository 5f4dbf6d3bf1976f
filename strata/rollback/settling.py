"""What the books say after a rollback: of the files, of the table, of a product's inputs."""

from dataclasses import dataclass
from datetime import UTC, datetime

from strata.books import Books, Row
from strata.errors import StrataError
from strata.rollback.lineage import TRIGGER
from strata.runs import artifact

UNDONE = "rolled_back"
"""The status of an arrival whose rows a rollback took out of the table."""


@dataclass(frozen=True)
class Rollback:
    """One rollback: its id, and the runs that it took out of and put back into the table."""

    run_id: str
    back_to: str
    undone: tuple[str, ...]
    redone: tuple[str, ...]


def settle_arrivals(books: Books, done: Rollback) -> None:
    """Say of each file whether its rows are in the table; safe to repeat.

    Files whose rows are not may be loaded again: their bytes count as new.
    """
    for arrival in books.arrivals():
        was, to = "published", UNDONE
        if arrival.get("run_id") in done.redone:
            was, to = UNDONE, "published"
        elif arrival.get("run_id") not in done.undone:
            continue
        if arrival["status"] == was:
            given = {":to": to, ":was": was, ":run": arrival["run_id"], ":by": done.run_id}
            update = "SET #status = :to, moved_by = :by"
            condition = "#status = :was AND run_id = :run"
            books.write([books.update_action(arrival["item"], update, condition, given)])


def write_state(books: Books, done: Rollback, snapshot_id: str | None, *, is_product: bool) -> None:
    """Let the next run, and the products that read the table, go by what is current now."""
    state = dict(books.item("STATE") or {})
    was = state.get("last_published_run")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    state |= {"last_published_run": done.run_id, "last_published_at": now}
    state["snapshot_id"] = snapshot_id
    state["measures"] = {
        rule: [one for one in measured if one["run_id"] not in done.undone]
        for rule, measured in state.get("measures", {}).items()
    }
    if is_product:
        state |= _built_from(books, done.back_to)
    content = {name: value for name, value in state.items() if name not in ("scope", "item")}
    if not books.put("STATE", content, "last_published_run = :was", {":was": was}):
        raise StrataError(f"{books.dataset}: its state changed meanwhile; repeat the command")


def _built_from(books: Books, run_id: str) -> Row:
    """Give what a product's state says of its inputs, as far as it is known still."""
    records = {one["run_id"]: one for one in books.records()}
    while (records.get(run_id) or {}).get("trigger") == TRIGGER:
        run_id = records[run_id]["rolled_back_to"]
    given = artifact(books.lake, books.dataset, run_id, "input.json") or {}
    inputs = given.get("inputs", {})
    return {
        "inputs": {name: source["run_id"] for name, source in inputs.items()},
        "input_snapshots": {name: source["snapshot_id"] for name, source in inputs.items()},
        "fingerprint": given.get("fingerprint", ""),
    }
