"""What is written when a run ends: by the run itself, or by the run that finds it abandoned."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lake_runtime.audit import plain_value
from lake_runtime.claims import return_arrivals, settle_arrivals
from lake_runtime.identity import seconds_between, utc_now, utc_text
from lake_runtime.inputs import attempt_of
from lake_runtime.ledger import Status
from lake_runtime.limits import Limits
from lake_runtime.quality import add_measures, judged_by
from lake_runtime.records import (
    Batch,
    Claim,
    Inspection,
    PublishReport,
    StageReport,
    Verdict,
    is_batch_broken,
)
from lake_runtime.replays import replay_of
from lake_runtime.reports import (
    publish_report,
    publish_report_if_any,
    row_counts,
    stage_report,
    stage_report_if_any,
)
from lake_runtime.run import INPUT, RUN, VERDICTS, Run


class Outcome(StrEnum):
    """How a run ended; `skipped` is a product that was not built, because nothing was new."""

    PUBLISHED = "published"
    PUBLISHED_WITH_WARNINGS = "published_with_warnings"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    FAILED = "failed"

    @property
    def is_published(self) -> bool:
        """Tell whether readers see what the run wrote."""
        return self in (Outcome.PUBLISHED, Outcome.PUBLISHED_WITH_WARNINGS)


@dataclass(frozen=True)
class Ending:
    """How a run is said to have ended; `error_class` is that of a failure.

    `more_workers` tells that the run's job was run a second time, larger.
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    error_class: str | None = None
    more_workers: bool = False


@dataclass(frozen=True)
class Settled:
    """A run whose books are closed; `is_first` is False where they were closed before."""

    outcome: Outcome
    reasons: tuple[str, ...]
    record: dict[str, Any]
    parked: int
    is_first: bool
    inspections: Sequence[Inspection] = ()
    circuit_opened: bool = False
    """Whether it was this run's failure that opened the circuit."""

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return max(0.0, seconds_between(self.record["started_at"], self.record["ended_at"]))


_Place = tuple[Claim, Status, dict[str, Any]]


@dataclass(frozen=True)
class _Books:
    """All that is known of a run, read before anything is written."""

    run: Run
    ending: Ending
    claims: Sequence[Claim]
    batch: Batch | None
    inspections: Sequence[Inspection]
    stage: StageReport | None
    published: PublishReport | None
    record: dict[str, Any] | None
    limits: Limits

    @property
    def is_broken_batch(self) -> bool:
        """Whether a batch lacks a file, so that the others wait for another manifest."""
        return self.batch is not None and is_batch_broken(self.inspections)

    @property
    def is_repeated_batch(self) -> bool:
        """Whether a batch was not loaded because all its files hold what was loaded before."""
        verdicts = {inspection.verdict for inspection in self.inspections}
        is_rejected = self.ending.outcome is Outcome.REJECTED
        return self.batch is not None and is_rejected and verdicts == {Verdict.DUPLICATE}

    @property
    def outcome(self) -> Outcome:
        """The outcome as the reports show it."""
        is_clean = self.ending.outcome is not Outcome.FAILED and not self.ending.reasons
        if self.published is None or is_clean:
            return self.ending.outcome
        return Outcome.PUBLISHED_WITH_WARNINGS


def settle_run(run: Run, ending: Ending) -> Settled:
    """Bring everything a run claimed to its end and close its audit record.

    Safe to repeat. A run that failed after it published counts as `published_with_warnings`:
    readers see its rows, so its files must not be read again. Raises `ReportMissing` when a
    run that is said to have published has no reports.
    """
    books = _read_books(run, ending)
    parked = _end_arrivals(books)
    given = run.artifacts.read(INPUT) or {}
    if books.published is not None:
        _write_state(run, books, books.published, given)
    attempt = attempt_of(given, run.run_id, books.outcome)
    if attempt is not None:
        run.ledger.write_attempt(attempt)
    result = _result(books, given)
    circuit_opened = _count(books)
    is_first = run.audit.close(run.run_id, result)
    record = run.audit.read(run.run_id) or result
    plain = {name: plain_value(value) for name, value in record.items()}
    run.artifacts.write(RUN, plain)
    return Settled(
        outcome=Outcome(plain["outcome"]),
        reasons=ending.reasons,
        record=plain,
        parked=len(parked),
        is_first=is_first,
        inspections=books.inspections,
        circuit_opened=circuit_opened,
    )


def _read_books(run: Run, ending: Ending) -> _Books:
    if ending.outcome.is_published:
        stage: StageReport | None = stage_report(run)
        published: PublishReport | None = publish_report(run)
    else:
        stage = stage_report_if_any(run)
        published = publish_report_if_any(run) if ending.outcome is Outcome.FAILED else None
    verdicts = run.artifacts.read(VERDICTS) or []
    inspections = [Inspection.model_validate(entry) for entry in verdicts]
    record = run.audit.read(run.run_id)
    limits = Limits.recorded(record, run.contract)
    return _Books(
        run, ending, run.claims(), run.batch(), inspections, stage, published, record, limits
    )


def _count(books: _Books) -> bool:
    """Count for the circuit how the run ended, once; tell whether it opened with it.

    A run that never held the lock says nothing of the dataset: it counts neither way.
    """
    run = books.run
    if books.record is None:
        holder = run.lock.holder()
        if holder is None or run.run_id not in (holder.run_id, *holder.abandoned):
            return False
    elif books.record.get("status") == "closed":
        return bool(run.circuit.look().get("opened_by_run") == run.run_id)
    return run.circuit.record(
        run.run_id,
        is_failure=books.outcome is Outcome.FAILED,
        limits=books.limits,
        why="; ".join(books.ending.reasons) or f"the run ended as {books.outcome}",
    )


def _end_arrivals(books: _Books) -> list[Claim]:
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


def _end(books: _Books, inspection: Inspection | None) -> tuple[Status, dict[str, Any]]:
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


def _manifest_end(books: _Books) -> tuple[Status, dict[str, Any]]:
    if books.outcome.is_published:
        return Status.PUBLISHED, {}
    if books.is_repeated_batch:
        reason = "every file that it lists holds what was loaded before"
        return Status.DUPLICATE, {"rule": "duplicate_content", "reason": reason}
    reason = "; ".join(books.ending.reasons) or "the batch was not loaded"
    return Status.REJECTED, {"rule": "batch", "reason": reason}


def _write_state(run: Run, books: _Books, published: PublishReport, given: dict[str, Any]) -> None:
    inputs, measures = given.get("inputs", {}), add_measures(run, books.stage)
    built_from = {
        "inputs": {name: source["run_id"] for name, source in inputs.items()},
        "input_snapshots": {name: source["snapshot_id"] for name, source in inputs.items()},
        "fingerprint": given.get("fingerprint", ""),
    }
    run.ledger.write_state(
        {
            "last_published_run": run.run_id,
            "last_published_at": utc_text(published.published_at),
            "table": published.table,
            "snapshot_id": published.snapshot_id,
        }
        | ({"measures": measures} if measures else {})
        | (built_from if inputs else {})
    )


def _engine(ending: Ending, given: dict[str, Any]) -> str | None:
    """Say the size of the run's job, and of its second one if there was one."""
    engine: str | None = given.get("engine")
    if engine is None or not ending.more_workers:
        return engine
    return f"{engine}; then {given.get('larger', 'larger')}"


def _result(books: _Books, given: dict[str, Any]) -> dict[str, Any]:
    verdicts = [inspection.verdict for inspection in books.inspections]
    return {
        "outcome": books.outcome,
        "ended_at": utc_now(),
        "manifest": books.batch.manifest.key if books.batch else None,
        "files_claimed": len(books.claims),
        "files_accepted": verdicts.count(Verdict.ACCEPTED),
        "files_rejected": verdicts.count(Verdict.REJECTED),
        "files_duplicate": verdicts.count(Verdict.DUPLICATE),
        "files_skipped": verdicts.count(Verdict.MISSING) + verdicts.count(Verdict.SKIPPED),
        "files_uninspected": verdicts.count(Verdict.UNINSPECTED),
        "snapshot_id": books.published.snapshot_id if books.published else None,
        "reason": "; ".join(books.ending.reasons) or None,
        "error_class": books.ending.error_class,
        "engine": _engine(books.ending, given),
        "replay_of": replay_of(
            books.run.environment, books.run.dataset, (claim.key for claim in books.claims)
        ),
        **row_counts(books.stage),
        **judged_by(books.run),
    }
