"""Opening a run: the lock first, then the audit record, then the claims."""

from dataclasses import dataclass, field
from enum import StrEnum

from lake_runtime.circuit import Passage
from lake_runtime.contracts import Dataset, Product
from lake_runtime.endings import Ending, Outcome
from lake_runtime.errors import LedgerUnsettled, RunAlreadyClosed
from lake_runtime.limits import Limits
from lake_runtime.lock import Holder
from lake_runtime.run import Run
from lake_runtime.settlement import settle_run
from lake_runtime.telemetry import logger
from open_run.redriving import REDRIVE, Redriving
from open_run.work import Taken, Work

_LOOKS = 5


class OpenStatus(StrEnum):
    """Whether a run was opened, and if not, why.

    An `unchanged` run is open, too: a product whose inputs are the very snapshots that it was
    built from, so that all that is left to do is to close it as skipped.
    """

    OPENED = "opened"
    UNCHANGED = "unchanged"
    NOTHING_WAITING = "nothing_waiting"
    BUSY = "busy"
    CIRCUIT_OPEN = "circuit_open"


@dataclass(frozen=True)
class Opening:
    """What became of the wish to open a run; `refused` says how the circuit refused it."""

    status: OpenStatus
    taken: Taken = field(default_factory=Taken)
    refused: Passage | None = None


def open_run(
    run: Run,
    work: Work,
    *,
    contract: Dataset | Product,
    trigger: str,
    execution_arn: str,
    lease_seconds: int,
) -> Opening:
    """Open the run if there is work, no other run holds the dataset, and the circuit lets it.

    Safe to repeat: what was opened stays open, whatever the circuit says by then. With the trigger
    `redrive`, a run that failed is opened again with what is left of its claims.

    The lock is a promise: who finds it held leaves what waits to whoever gives it back. So a lock
    given back unused is followed by another look, and closing looks after a run that failed.
    Raises `RunAlreadyClosed` for the id of a run that ended, and `LedgerUnsettled`, which is worth
    another try, where nothing is promised yet.
    """
    record = run.audit.read(run.run_id)
    redriving = Redriving(run, execution_arn)
    is_redrive = trigger == REDRIVE and redriving.is_possible(record)
    if record is not None and record.get("status") == "closed" and not is_redrive:
        raise RunAlreadyClosed(
            f"{run.dataset}: run {run.run_id} was closed before; start a new execution"
        )
    for _ in range(_LOOKS):
        holder = run.lock.holder()
        if holder is None and not (redriving if is_redrive else work).is_pending():
            return Opening(OpenStatus.NOTHING_WAITING)
        # A redrive takes nothing but its own files, so it can promise only once it goes on.
        held = run.lock.acquire(
            run.run_id, execution_arn, lease_seconds, looks_again=not is_redrive
        )
        if held is None:
            if _is_taken_care_of(run):
                return Opening(OpenStatus.BUSY)
            continue
        _settle_abandoned(run, held)
        is_open = record is not None and not is_redrive
        passage = Passage(is_free=True) if is_open else run.circuit.enter(run.run_id)
        if not passage.is_free:
            run.lock.release(run.run_id)
            if run.circuit.refuses_runs():
                return Opening(OpenStatus.CIRCUIT_OPEN, refused=passage)
            continue
        if is_redrive:
            if not redriving.is_pending():
                run.lock.release(run.run_id)
                return Opening(OpenStatus.NOTHING_WAITING)
            run.lock.promise_to_look(run.run_id)
            redriving.reopen()
        run.audit.open(
            run.run_id,
            {
                "kind": contract.kind,
                "trigger": trigger,
                "execution_arn": execution_arn,
                "contract_version": contract.version,
                "limits": Limits.of(contract).model_dump(),
            },
        )
        taken = work.take()
        if taken is not None:
            status = OpenStatus.UNCHANGED if taken.unchanged else OpenStatus.OPENED
            return Opening(status, taken)
        run.audit.discard(run.run_id)
        run.lock.release(run.run_id)
    raise LedgerUnsettled(
        f"{run.dataset}: the lock or what waited was gone {_LOOKS} times when it was to be taken; "
        "retry"
    )


def _is_taken_care_of(run: Run) -> bool:
    """Tell whether another run holds the lock; False if it has just given it back.

    A person's command makes no promise, but starts a run for what waits when it has ended. Raises
    `LedgerUnsettled` for a run that is about to promise or to leave.
    """
    holder = run.lock.holder()
    if holder is None or holder.has_expired:
        return False
    if holder.execution_arn and not holder.looks_again:
        raise LedgerUnsettled(
            f"{run.dataset}: run {holder.run_id} is only being opened, and may leave again; retry"
        )
    return True


def _settle_abandoned(run: Run, held: Holder) -> None:
    """Close the books of the runs whose lease ran out, so that their arrivals wait again."""
    if not held.abandoned:
        return
    for run_id in held.abandoned:
        logger.warning("settling an abandoned run", extra={"abandoned_run_id": run_id})
        settle_run(
            Run(run.environment, run.dataset, run_id),
            Ending(
                Outcome.FAILED,
                reasons=(f"the lease ran out; run {run.run_id} took over",),
                error_class="transient",
            ),
        )
    run.lock.settle(run.run_id)
