"""To which end each file of a run comes."""

from typing import Any

from lake_runtime.claims import return_arrivals, settle_arrivals
from lake_runtime.endings import Books, Outcome
from lake_runtime.ledger import Status
from lake_runtime.records import Claim, Inspection, Verdict

_Place = tuple[Claim, Status, dict[str, Any]]


def end_arrivals(books: Books) -> list[Claim]:
    """Settle what the run still holds and give the arrivals that were parked."""
    run = books.run
    if books.outcome is Outcome.FAILED:
        reason = "; ".join(books.ending.reasons) or "the run failed"
        waiting = books.claims
        if books.batch is not None:
            # The files first: once the manifest waits again, all of them must be there.
            held: list[_Place] = [(claim, Status.HELD, {}) for claim in books.claims]
            settle_arrivals(run.ledger, run.run_id, held)
            waiting = [books.batch.manifest]
        why, most = f"run {run.run_id}: {reason}", books.limits.max_attempts
        return return_arrivals(run.ledger, run.run_id, waiting, why, most)
    found = {inspection.arrival_id: inspection for inspection in books.inspections}
    left = [claim for claim in books.claims if _is_left(found.get(claim.arrival_id))]
    rest = [claim for claim in books.claims if not _is_left(found.get(claim.arrival_id))]
    ends = [(claim, *_end(books, found.get(claim.arrival_id))) for claim in rest]
    if books.batch is not None:
        ends.append((books.batch.manifest, *_manifest_end(books)))
    settle_arrivals(run.ledger, run.run_id, ends)
    why, most = f"run {run.run_id}: it was not inspected", books.limits.max_attempts
    return return_arrivals(run.ledger, run.run_id, left, why, most) if left else []


def _is_left(inspection: Inspection | None) -> bool:
    return inspection is not None and inspection.verdict is Verdict.UNINSPECTED


def _end(books: Books, inspection: Inspection | None) -> tuple[Status, dict[str, Any]]:
    is_published = books.outcome.is_published
    details: dict[str, Any] = {}
    if inspection is not None:
        details = {"checksum": inspection.checksum}
        # A duplicate shares the end of the file whose bytes it repeats.
        left_out = inspection.verdict not in (Verdict.ACCEPTED, Verdict.DUPLICATE)
        repeats = is_published or books.is_repeated_batch
        if left_out or (repeats and inspection.verdict is Verdict.DUPLICATE):
            details |= {"rule": inspection.rule, "reason": inspection.reason}
            return Status(inspection.verdict), details
    if books.is_broken_batch:
        return Status.HELD, {}
    if is_published:
        return Status.PUBLISHED, details
    rule = "quality" if books.outcome is Outcome.QUARANTINED else "no_rows"
    reason = "; ".join(books.ending.reasons) or "the run published nothing"
    return Status.REJECTED, details | {"rule": rule, "reason": reason}


def _manifest_end(books: Books) -> tuple[Status, dict[str, Any]]:
    if books.outcome.is_published:
        return Status.PUBLISHED, {}
    if books.is_repeated_batch:
        reason = "every file that it lists holds what was loaded before"
        return Status.DUPLICATE, {"rule": "duplicate_content", "reason": reason}
    reason = "; ".join(books.ending.reasons) or "the batch was not loaded"
    return Status.REJECTED, {"rule": "batch", "reason": reason}
