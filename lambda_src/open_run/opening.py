"""Opening a run: the lock first, then the audit record, then the claims."""

from dataclasses import dataclass, field
from enum import StrEnum

from lake_runtime.circuit import Passage
from lake_runtime.contracts import Dataset, Product
from lake_runtime.errors import LedgerUnsettled, RunAlreadyClosed
from lake_runtime.limits import Limits
from lake_runtime.lock import Holder
from lake_runtime.run import Run
from lake_runtime.settlement import Ending, Outcome, settle_run
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

    A lock given back unused is followed by another look: an arrival that came while the lock was
    held started a run that found the dataset busy and left.
    Raises `RunAlreadyClosed` for the id of a run that ended.
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
        held = run.lock.acquire(run.run_id, execution_arn, lease_seconds)
        if held is None:
            return Opening(OpenStatus.BUSY)
        _settle_abandoned(run, held)
        is_open = record is not None and not is_redrive
        passage = Passage(is_free=True) if is_open else run.circuit.enter(run.run_id)
        if not passage.is_free:
            run.lock.release(run.run_id)
            return Opening(OpenStatus.CIRCUIT_OPEN, refused=passage)
        if is_redrive and not redriving.reopen():
            run.lock.release(run.run_id)
            return Opening(OpenStatus.NOTHING_WAITING)
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
            run.lock.promise_to_look(run.run_id)
            status = OpenStatus.UNCHANGED if taken.unchanged else OpenStatus.OPENED
            return Opening(status, taken)
        run.audit.discard(run.run_id)
        run.lock.release(run.run_id)
    raise LedgerUnsettled(
        f"{run.dataset}: what waited was gone {_LOOKS} times when it was to be claimed; retry"
    )


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
