"""Classes of errors: what the lake does about each, and who is told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ErrorClass(StrEnum):
    """How an error is handled; the functions record and tell failures in the same words."""

    THROTTLING = "throttling"
    TRANSIENT = "transient"
    RESOURCES = "resources"
    DATA = "data"
    CODE = "code"
    PERMISSION = "permission"


@dataclass(frozen=True)
class Handling:
    """What is done about the errors of a class.

    Attributes:
        means: what has happened.
        done: what the state machine does.
        told: who is told, and how loudly.
        state: the state that handles what retrying does not mend.
    """

    means: str
    done: str
    told: str
    state: str


_FAILED: Final = "`CloseFailed`, then `NotifyFailure`"
_AT_ONCE: Final = "the subscribers, as critical at once: a person is needed"

HANDLING: Final = {
    ErrorClass.THROTTLING: Handling(
        "A service has no capacity for the call, or another run has what this one needs.",
        "Tried again for long, each wait longer than the one before and anywhere below its bound. "
        "Arrivals wait. A job that failed over it inside is run again after a wait, twice.",
        "nobody while it is retried; then the subscribers, as a warning",
        f"the retrier, `HandleTransientError` for jobs, then {_FAILED}",
    ),
    ErrorClass.TRANSIENT: Handling(
        "A service or a connection failed for a moment.",
        "Tried again a few times. A job that failed over it inside is run again after a wait, "
        "twice. `SourceChanged` starts another run at once, which reads the newer file.",
        "nobody while it is retried; then the subscribers, as a warning",
        f"the retrier, `HandleTransientError` for jobs, then {_FAILED}",
    ),
    ErrorClass.RESOURCES: Handling(
        "Memory, disk or time ran out, or a worker was lost.",
        "A job is run once more with twice its workers, none of them flexible. A function is "
        "called once more.",
        "the subscribers, as a warning, when the larger job starts; as a warning again if that "
        "fails, too",
        f"`HandleResourceError`, which tells and starts the larger job, then {_FAILED}",
    ),
    ErrorClass.DATA: Handling(
        "The data is not what the contract says.",
        "Never retried. Rows and files are quarantined with their reasons, the run goes on; below "
        "the contract's threshold the whole batch is quarantined. A broken rule of severity fail "
        "ends the run, and its files wait.",
        "the subscribers, as a warning for rows and files, as critical for a batch or a run",
        "`CloseQuarantined` or `CloseRejected`, then `NotifyQuarantine`; for a rule of severity "
        f"fail {_FAILED}",
    ),
    ErrorClass.CODE: Handling(
        "A bug, a missing contract or script, or an error that nobody has given a class.",
        "Never retried: trying the unknown again hides it. Only a publish is tried twice more "
        "whatever its error, because it may have committed, and by its run id it does so once.",
        _AT_ONCE,
        _FAILED,
    ),
    ErrorClass.PERMISSION: Handling(
        "A role may not do what its step does, or a key is disabled.",
        "Never retried.",
        _AT_ONCE,
        _FAILED,
    ),
}
"""What is done, by class."""
