"""How a run is said to have ended, and all that is known of it before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lake_runtime.limits import Limits
from lake_runtime.records import (
    Batch,
    Claim,
    Inspection,
    PublishReport,
    StageReport,
    Verdict,
    is_batch_broken,
)
from lake_runtime.reports import (
    publish_report,
    publish_report_if_any,
    stage_report,
    stage_report_if_any,
)
from lake_runtime.run import VERDICTS, Run


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
class Books:
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


def read_books(run: Run, ending: Ending) -> Books:
    """Read what a run left behind.

    Raises `ReportMissing` when a run that is said to have published has no reports.
    """
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
    return Books(
        run, ending, run.claims(), run.batch(), inspections, stage, published, record, limits
    )
