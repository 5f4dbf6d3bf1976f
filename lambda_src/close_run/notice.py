"""The notice about a run that ended."""

from lake_runtime.endings import Outcome
from lake_runtime.notices import Notice, Severity, make_notice
from lake_runtime.records import Verdict
from lake_runtime.settlement import Settled

_COUNTS = (
    "files_claimed",
    "files_accepted",
    "files_rejected",
    "files_duplicate",
    "files_skipped",
    "files_uninspected",
    "rows_in",
    "rows_good",
    "rows_quarantined",
    "rows_deduplicated",
)
_KINDS = {
    Outcome.PUBLISHED: "run_published",
    Outcome.PUBLISHED_WITH_WARNINGS: "run_published_with_warnings",
    Outcome.QUARANTINED: "batch_quarantined",
    Outcome.REJECTED: "files_rejected",
    Outcome.SKIPPED: "build_skipped",
    Outcome.FAILED: "run_failed",
}
_NEEDS_A_PERSON = frozenset({"code", "permission", "data"})


def notice_of(settled: Settled, *, environment: str, run_uri: str) -> Notice:
    """Make the notice of a run from its closed record."""
    counts = {name: int(settled.record.get(name) or 0) for name in _COUNTS}
    counts["files_parked"] = settled.parked
    return make_notice(
        kind=_KINDS[settled.outcome],
        severity=_severity(settled, counts),
        environment=environment,
        dataset=settled.record["dataset"],
        headline=_headline(settled, counts),
        run_id=settled.record["run_id"],
        outcome=settled.outcome,
        counts=counts,
        reasons=_reasons(settled),
        next_step=_next_step(settled, counts, run_uri),
        runbook=_runbook(settled),
    )


def _severity(settled: Settled, counts: dict[str, int]) -> Severity:
    attention = counts["files_rejected"] + counts["files_skipped"] + counts["rows_quarantined"]
    is_warned = any(found.warnings for found in settled.inspections)
    match settled.outcome:
        case Outcome.PUBLISHED:
            return Severity.WARNING if attention or is_warned else Severity.INFO
        case Outcome.REJECTED:
            return Severity.WARNING if attention else Severity.INFO
        case Outcome.SKIPPED:
            return Severity.INFO
        case Outcome.PUBLISHED_WITH_WARNINGS:
            return Severity.WARNING
        case Outcome.QUARANTINED:
            return Severity.CRITICAL
        case Outcome.FAILED:
            needs_a_person = settled.record.get("error_class") in _NEEDS_A_PERSON
            is_final = settled.parked or settled.circuit_opened
            return Severity.CRITICAL if needs_a_person or is_final else Severity.WARNING


def _runbook(settled: Settled) -> str | None:
    match settled.outcome:
        case Outcome.FAILED:
            return f"error-{settled.record.get('error_class') or 'code'}"
        case Outcome.QUARANTINED | Outcome.REJECTED:
            return "error-data"
        case _:
            return None


def _headline(settled: Settled, counts: dict[str, int]) -> str:
    match settled.outcome:
        case Outcome.PUBLISHED:
            return f"published {counts['rows_good']} rows, {counts['rows_quarantined']} put aside"
        case Outcome.PUBLISHED_WITH_WARNINGS:
            return f"published {counts['rows_good']} rows, with warnings"
        case Outcome.QUARANTINED:
            return f"not published, score {settled.record.get('score', 'unknown')}"
        case Outcome.REJECTED:
            return f"nothing to read, {counts['files_rejected']} files rejected"
        case Outcome.SKIPPED:
            return "not built again, because nothing in its inputs has changed"
        case Outcome.FAILED:
            opened = ", and its circuit is open now" if settled.circuit_opened else ""
            return f"run failed ({settled.record.get('error_class', 'unknown')}){opened}"


def _reasons(settled: Settled) -> list[str]:
    files = [
        f"{found.key}: {found.rule}: {found.reason}"
        for found in settled.inspections
        if found.verdict in (Verdict.REJECTED, Verdict.DUPLICATE, Verdict.MISSING)
    ]
    warnings = [
        f"{found.key}: {warning}" for found in settled.inspections for warning in found.warnings
    ]
    return [*settled.reasons, *files, *warnings]


def _next_step(settled: Settled, counts: dict[str, int], run_uri: str) -> str:
    attention = counts["rows_quarantined"] + counts["files_rejected"] + counts["files_skipped"]
    dataset, run_id = settled.record["dataset"], settled.record["run_id"]
    look = f"strata quarantine show {dataset} --run {run_id}"
    match settled.outcome:
        case Outcome.FAILED if settled.parked:
            step = (
                f"{settled.parked} files failed in as many runs as their contract allows and are "
                "parked: no run takes them by itself. Mend the cause, then: strata redrive "
                f"{dataset} --run {run_id}."
            )
        case Outcome.FAILED if settled.circuit_opened:
            step = (
                "So many runs failed one after the other that no more are started until the "
                "circuit has cooled down; what arrives waits. Mend the cause, then: strata "
                f"circuit close {settled.record['dataset']} --why '...'"
            )
        case Outcome.FAILED if settled.record.get("error_class") == "resources":
            step = (
                "Nothing was published; the files wait for the next run. A job was run twice, the "
                "second time with more workers: give the contract a larger engine (workers, "
                "workerType, timeoutMinutes), then start the ingest state machine for this dataset."
            )
        case Outcome.FAILED:
            step = (
                "Nothing was published; the files wait for the next run. Mend the cause, then: "
                f"strata redrive {dataset} --run {run_id}."
            )
        case Outcome.QUARANTINED:
            step = (
                f"Readers see what they saw before. Look at the quarantined rows ({look}), mend "
                "the source or the contract, and upload or replay the files."
            )
        case Outcome.REJECTED if attention:
            step = f"Mend the files by the reasons given ({look}) and upload them again."
        case Outcome.PUBLISHED_WITH_WARNINGS:
            step = "The rows are published; look at the warnings."
        case Outcome.PUBLISHED if attention:
            step = f"Look at what was put aside ({look}); mend it and replay it."
        case _:
            step = "Nothing to do."
    return f"{step} The run's record: {run_uri}"
