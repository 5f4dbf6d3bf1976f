"""The kinds of alarms: how loud each is, and the cause under which it wakes a person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from data_lake.severity import Severity


@dataclass(frozen=True)
class Cause:
    """Why alarms ring together; a composite alarm tells it once, however many of them ring.

    Attributes:
        says: the composite alarm's description.
        quiet_while: another cause, while whose alarm rings this one tells nobody. Default: none.
        severity: which topic is told. Default: critical; what wakes people is always a cause.
    """

    says: str
    quiet_while: str | None = None
    severity: Severity = Severity.CRITICAL


CAUSES: Final = {
    "runs-failing": Cause(
        "Runs do not succeed; however many datasets fail together, this tells it once"
    ),
    "data-late": Cause(
        "Data is older than its contract promises, or a batch is overdue, and not because runs "
        "have just failed",
        quiet_while="runs-failing",
    ),
    "quality-low": Cause("Batches were kept back, because too few of their rows are good"),
    "undelivered": Cause("Messages could not be delivered and wait in dead-letter queues"),
}
"""What wakes a person, by the end of the composite alarm's name."""


class AlarmKind(StrEnum):
    """What an alarm watches for."""

    RUN_FAILED = "run-failed"
    RUN_TIMED_OUT = "run-timed-out"
    RUN_ABORTED = "run-aborted"
    BATCH_QUARANTINED = "batch-quarantined"
    DEAD_LETTERS = "dead-letters"
    REPLICATION_FAILED = "replication-failed"
    FRESHNESS = "freshness"
    BATCHES_OVERDUE = "batches-overdue"
    EVENTS_MISSED = "events-missed"


@dataclass(frozen=True)
class Kind:
    """What is done about the alarms of a kind.

    Attributes:
        severity: which topic each of them tells. Never critical.
        cause: what they are told under to those who are woken. ``None``: nobody is woken.
    """

    severity: Severity
    cause: str | None = None


def with_runbook(says: str, runbooks: str, page: str) -> str:
    """Give an alarm's description: what has happened, and the page that says what to do.

    Args:
        says: what has happened, without a full stop.
        runbooks: the folder or URL of the runbooks.
        page: name of the kind or cause, which is the page's, too.
    """
    return f"{says}. Runbook: {runbooks}/{page}.md"


KINDS: Final = {
    AlarmKind.RUN_FAILED: Kind(Severity.WARNING, "runs-failing"),
    AlarmKind.RUN_TIMED_OUT: Kind(Severity.WARNING, "runs-failing"),
    AlarmKind.RUN_ABORTED: Kind(Severity.WARNING, "runs-failing"),
    AlarmKind.BATCH_QUARANTINED: Kind(Severity.WARNING, "quality-low"),
    AlarmKind.DEAD_LETTERS: Kind(Severity.WARNING, "undelivered"),
    AlarmKind.REPLICATION_FAILED: Kind(Severity.WARNING),
    AlarmKind.FRESHNESS: Kind(Severity.WARNING, "data-late"),
    AlarmKind.BATCHES_OVERDUE: Kind(Severity.WARNING, "data-late"),
    AlarmKind.EVENTS_MISSED: Kind(Severity.INFO),
}
"""Severity and cause of every kind."""
