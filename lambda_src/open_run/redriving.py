"""A run that failed is opened once more under its own id, with what it had claimed before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lake_runtime.claims import unpark_arrivals
from lake_runtime.inspections import forget_inspections
from lake_runtime.ledger import Status
from lake_runtime.parallel import in_parallel
from lake_runtime.records import Claim
from lake_runtime.run import Run

REDRIVE = "redrive"
"""The trigger of an execution that a person starts for a run that failed."""


@dataclass(frozen=True)
class Redriving:
    """A run that failed, and the execution that does it again.

    Its finished steps recognise what they wrote, but for the inspections, which are made anew: a
    file may have been replaced, or its bytes loaded by another run, since.
    """

    run: Run
    execution_arn: str

    def is_possible(self, record: dict[str, Any] | None) -> bool:
        """Tell whether the run was closed as failed."""
        known = record or {}
        return known.get("status") == "closed" and known.get("outcome") == "failed"

    def is_pending(self) -> bool:
        """Tell whether anything that the run had claimed waits, or was parked by its failure."""
        return any(in_parallel(self._is_left, self._wanted()))

    def reopen(self) -> None:
        """Make the run one that is going on, under the dataset's lock; safe to repeat."""
        run = self.run
        unpark_arrivals(run.ledger, run.run_id, self._wanted())
        forget_inspections(run, run.claims())
        run.circuit.forget(run.run_id)
        run.audit.reopen(run.run_id, self.execution_arn)

    def _wanted(self) -> Sequence[Claim]:
        batch = self.run.batch()
        return self.run.claims() if batch is None else [batch.manifest]

    def _is_left(self, claim: Claim) -> bool:
        arrival = self.run.ledger.arrival(claim.arrival_id) or {}
        if arrival.get("status") == Status.WAITING:
            return True
        ours = arrival.get("run_id") == self.run.run_id
        return bool(ours and arrival.get("status") in (Status.PARKED, Status.CLAIMED))
