"""What is written when a run ends: by the run itself, or by the run that finds it abandoned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lake_runtime.arrival_ends import end_arrivals
from lake_runtime.audit import plain_value
from lake_runtime.endings import Books, Ending, Outcome, read_books
from lake_runtime.identity import seconds_between, utc_now, utc_text
from lake_runtime.inputs import attempt_of
from lake_runtime.quality import add_measures, judged_by
from lake_runtime.records import Inspection, PublishReport, Verdict
from lake_runtime.replays import replay_of
from lake_runtime.reports import row_counts
from lake_runtime.run import INPUT, RUN, Run


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


def settle_run(run: Run, ending: Ending) -> Settled:
    """Bring everything a run claimed to its end and close its audit record.

    Safe to repeat. A run that failed after it published counts as `published_with_warnings`:
    readers see its rows, so its files must not be read again. Raises `ReportMissing` when a
    run that is said to have published has no reports.
    """
    books = read_books(run, ending)
    parked = end_arrivals(books)
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


def _count(books: Books) -> bool:
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


def _write_state(run: Run, books: Books, published: PublishReport, given: dict[str, Any]) -> None:
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


def _result(books: Books, given: dict[str, Any]) -> dict[str, Any]:
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
