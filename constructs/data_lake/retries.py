"""What is worth another try, and for how long."""

from dataclasses import dataclass, replace
from typing import Any, Final

from data_lake.error_classes import ErrorClass
from data_lake.error_table import Seen, names_of


@dataclass(frozen=True)
class RetryPolicy:
    """One kind of failure and how long it is worth waiting for.

    Every policy has full jitter, so that runs which failed together do not return together.

    Attributes:
        errors: names of Step Functions errors.
        attempts: further tries after the first.
        first_seconds: the longest wait before the first of them.
        longest_seconds: the longest wait before any of them.
        backoff: what each wait is multiplied by.
    """

    errors: tuple[str, ...]
    attempts: int
    first_seconds: int
    longest_seconds: int
    backoff: float = 2.0

    def within(self, attempts: int, longest_seconds: int) -> "RetryPolicy":
        """Give the policy for work that must end soon: fewer tries and shorter waits."""
        return replace(
            self,
            attempts=min(self.attempts, attempts),
            longest_seconds=min(self.longest_seconds, longest_seconds),
        )

    def to_asl(self) -> dict[str, Any]:
        """Give the policy as an entry of a task's ``Retry`` list."""
        return {
            "ErrorEquals": list(self.errors),
            "IntervalSeconds": self.first_seconds,
            "MaxAttempts": self.attempts,
            "BackoffRate": self.backoff,
            "MaxDelaySeconds": self.longest_seconds,
            "JitterStrategy": "FULL",
        }


FUNCTION_BUSY: Final = RetryPolicy(
    errors=names_of(Seen.FUNCTION, ErrorClass.THROTTLING),
    attempts=10,
    first_seconds=2,
    longest_seconds=120,
)
"""Lambda, or a service that a function calls, has no capacity at the moment."""

FUNCTION_HICCUP: Final = RetryPolicy(
    errors=names_of(Seen.FUNCTION, ErrorClass.TRANSIENT),
    attempts=4,
    first_seconds=2,
    longest_seconds=60,
)
"""A service failed for a moment. The functions are idempotent, so trying again is safe."""

FUNCTION_EXHAUSTED: Final = RetryPolicy(
    errors=names_of(Seen.FUNCTION, ErrorClass.RESOURCES),
    attempts=1,
    first_seconds=5,
    longest_seconds=30,
)
"""Time or memory of a function ran out. Once more: an inspection goes on where it was cut off."""

FUNCTION_RETRIES: Final = (FUNCTION_BUSY, FUNCTION_HICCUP, FUNCTION_EXHAUSTED)
"""What is worth another try of any function."""

GLUE_BUSY: Final = RetryPolicy(
    errors=names_of(Seen.JOB, ErrorClass.THROTTLING),
    attempts=24,
    first_seconds=30,
    longest_seconds=600,
)
"""All of the job's concurrent runs are taken: wait for hours, the arrivals wait too."""

GLUE_HICCUP: Final = RetryPolicy(
    errors=names_of(Seen.JOB, ErrorClass.TRANSIENT),
    attempts=4,
    first_seconds=5,
    longest_seconds=120,
)
"""Glue failed for a moment."""

PUBLISH_UNSURE: Final = RetryPolicy(
    errors=("States.TaskFailed", "States.Timeout"),
    attempts=2,
    first_seconds=30,
    longest_seconds=300,
)
"""A publish that is idempotent by run id failed: whether it had committed is not known."""

NOT_DELIVERED: Final = RetryPolicy(
    errors=("States.TaskFailed", "States.Timeout"),
    attempts=5,
    first_seconds=2,
    longest_seconds=120,
)
"""A message or a start was not taken. Receivers know repeated ones by their run id or name."""

ALREADY_STARTED: Final = RetryPolicy(
    errors=names_of(Seen.START, ErrorClass.CODE),
    attempts=0,
    first_seconds=1,
    longest_seconds=1,
)
"""Somebody started this very run before: nothing is left to do."""
