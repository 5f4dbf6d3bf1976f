"""Doing a run again that failed: under its own id, with what it had claimed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data_lake.contracts import ContractSet
from strata.books import Books, Row, known_name
from strata.errors import StrataError
from strata.lakes import Lake
from strata.starting import start_execution

REDRIVE = "redrive"
STOPPED = frozenset({"ABORTED", "TIMED_OUT"})
"""How an execution ends that no state of it has caught; the service goes on where it stopped."""
_NAMES = 50


@dataclass(frozen=True)
class Redriven:
    """What was started: `how` says it in words."""

    run_id: str
    execution_arn: str
    how: str


def redrive_run(
    lake: Lake, contracts: ContractSet, dataset: str, run_id: str | None = None
) -> Redriven:
    """Start the last run of a dataset, or the given one, once more.

    A run that failed gets a new execution, which takes the run's id, its claims that still wait or
    were parked, and leaves out the steps that have their result. One whose execution was aborted
    or ran out of time is gone on with by the service, at the state where it stopped. A product is
    built anew, by a run of its own, from what its inputs are now.

    Raises `StrataError` for a run that did not fail, that goes on, or that could not open now.
    """
    books = Books(lake, known_name(contracts, dataset))
    record = _record(books, run_id)
    if record["status"] == "closed":
        _check_failed(record)
    elif (status := _status(lake, record)) in STOPPED:
        return _go_on(lake, books, record, status)
    elif status != "FAILED":
        raise StrataError(
            f"{dataset}: run {record['run_id']} goes on ({status.lower()}); nothing was changed"
        )
    _check_circuit(books)
    _check_lock(books, record["run_id"])
    if dataset in contracts.products:
        return _build_again(lake, contracts, record)
    return _start(lake, books, record)


def _record(books: Books, run_id: str | None) -> Row:
    records = [one for one in books.records() if one.get("trigger") != "rollback"]
    if not records:
        raise StrataError(f"{books.dataset} has had no run yet; nothing to redrive")
    if run_id is None:
        return records[-1]
    for record in records:
        if record["run_id"] == run_id:
            return record
    failed = [one["run_id"] for one in records if one.get("outcome") == "failed"][-5:]
    hint = f"the last that failed: {', '.join(failed)}" if failed else "none of its runs failed"
    raise StrataError(f"{books.dataset} has no run {run_id}; {hint}")


def _check_failed(record: Row) -> None:
    if record.get("outcome") != "failed":
        raise StrataError(
            f"{record['dataset']}: run {record['run_id']} ended as {record.get('outcome')}; only "
            "a run that failed is redriven, nothing was changed"
        )


def _status(lake: Lake, record: Row) -> str:
    states = lake.client("stepfunctions")
    try:
        answer = states.describe_execution(executionArn=record["execution_arn"])
    except states.exceptions.ExecutionDoesNotExist:
        return "FAILED"
    return str(answer["status"])


def _go_on(lake: Lake, books: Books, record: Row, status: str) -> Redriven:
    """Let the service go on with an execution; the run must hold its lock still."""
    lock = books.item("LOCK")
    if lock is None or lock["run_id"] != record["run_id"]:
        raise StrataError(
            f"{books.dataset}: run {record['run_id']} is not the dataset's any more: another one "
            "has taken its files over; nothing is left to redrive"
        )
    lake.client("stepfunctions").redrive_execution(executionArn=record["execution_arn"])
    how = f"its execution was {status.lower().replace('_', ' ')} and goes on where it stopped"
    return Redriven(record["run_id"], record["execution_arn"], how)


def _check_circuit(books: Books) -> None:
    circuit = books.item("CIRCUIT") or {"state": "closed"}
    until = str(circuit.get("retry_at") or "")
    if circuit["state"] != "closed" and (not until or _now() < until):
        when = f" until {until}" if until else ""
        raise StrataError(
            f"{books.dataset}: its circuit is open{when}, so no run would open; mend the cause, "
            f"then: strata circuit close {books.dataset} --why '...'"
        )


def _check_lock(books: Books, run_id: str) -> None:
    lock = books.item("LOCK")
    if lock is not None and lock["run_id"] != run_id and lock["expires_at"] > _seconds():
        raise StrataError(
            f"{books.dataset}: run {lock['run_id']} is going and may take the same files; redrive "
            "when it has ended, if anything is left then"
        )


def _start(lake: Lake, books: Books, record: Row) -> Redriven:
    """Start an execution for the run; while it goes on, starting it again is the same one."""
    run_id, times = record["run_id"], int(record.get("redrives", 0)) + 1
    content = {"dataset": books.dataset, "trigger": REDRIVE, "run_id": run_id}
    for name in _names(run_id, times):
        arn = start_execution(lake, lake["IngestStateMachineArn"], name, content)
        if arn is not None:
            return Redriven(run_id, arn, f"a new execution does it again: {name}")
    raise StrataError(f"{run_id}: was redriven {_NAMES} times without opening; look for the cause")


def _names(run_id: str, times: int) -> list[str]:
    """Give names: later ones are for executions that ended without opening the run again."""
    first = f"{run_id[:60]}-redrive-{times}"
    return [first, *(f"{first}-{number}" for number in range(2, _NAMES))]


def _build_again(lake: Lake, contracts: ContractSet, record: Row) -> Redriven:
    root = record["dataset"]
    while root in contracts.products:
        root = contracts.products[root].inputs[0]
    name = f"{record['run_id'][:50]}-{REDRIVE}-{datetime.now(UTC):%Y%m%dT%H%M}"
    content: dict[str, Any] = {"dataset": root, "trigger": REDRIVE}
    arn = start_execution(lake, lake["CurateStateMachineArn"], name, content)
    if arn is None:
        raise StrataError(
            f"{record['dataset']}: run {record['run_id']} was redriven a moment ago; look at it: "
            "strata runs"
        )
    return Redriven(record["run_id"], arn, f"it is built anew from its inputs by {name}")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seconds() -> float:
    return datetime.now(UTC).timestamp()
