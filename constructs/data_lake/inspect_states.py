"""How a run's files are inspected: a few batches inside the run, many by a distributed Map."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from data_lake.asl import FUNCTION_MARGIN, State, States, invoke
from data_lake.asl_many import ChildExecutions, each, each_listed
from data_lake.function import LakeFunction
from data_lake.retries import FUNCTION_RETRIES, RetryPolicy
from data_lake.run_states import RUN

LABEL: Final = "InspectMany"
"""Part of the names of the executions that inspect many files."""
RESULTS: Final = "inspections/results"
"""Where in a run's folder the Map writes what became of each batch; the functions read it."""
_EXPRESS_SECONDS: Final = 300
"""An Express execution may not take longer."""
_EXPRESS_TRIES: Final = 2
_EXPRESS_WAIT_SECONDS: Final = 10
_INLINE_AT_ONCE: Final = 10


@dataclass(frozen=True)
class InspectionMap:
    """How many files are inspected at once, and in what kind of executions.

    Attributes:
        at_once: the most batches that are inspected at the same time where they are many; each
            is one invocation of a function. At most 10,000.
        executions: ``STANDARD``, or ``EXPRESS`` for high rates: no history but the log, started
            thousands in a second, and each at most five minutes long.
    """

    at_once: int = 40
    executions: ChildExecutions = ChildExecutions.STANDARD

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a number that Step Functions refuses."""
        if not 1 <= self.at_once <= 10_000:
            raise ValueError(f"at_once: must be from 1 to 10,000: got {self.at_once}")


@dataclass(frozen=True)
class InspectStates:
    """The states that inspect a run's files.

    Attributes:
        function: inspects one batch.
        artifacts_bucket: name of the bucket with the runs' folders.
        map: how many at once, and how.

    Raises:
        ValueError: an Express execution has not the time for the function and another try.
    """

    function: LakeFunction
    artifacts_bucket: str
    map: InspectionMap

    def __post_init__(self) -> None:
        """Check that a batch and another try of it end within an Express execution."""
        if self.map.executions is not ChildExecutions.EXPRESS:
            return
        most = _EXPRESS_SECONDS // 2 - FUNCTION_MARGIN.to_seconds()
        if self.function.timeout.to_seconds() > most:
            raise ValueError(
                f"inspection_seconds: must be at most {most:.0f} with EXPRESS executions, which "
                "end after five minutes, so that a batch can be tried again: got "
                f"{self.function.timeout.to_seconds():.0f}"
            )

    def states(self, *, catch: str, then: str) -> States:
        """Give the states; ``InspectFiles`` takes ``$run.batches``, ``InspectManyFiles`` the list
        that ``$run.index`` names."""
        batch = self._inspect({**RUN, "batch": "{% $states.input %}"})
        return {
            "InspectFiles": each(
                "{% $run.batches %}",
                "InspectBatch",
                {"InspectBatch": batch},
                at_once=_INLINE_AT_ONCE,
                catch=catch,
                then=then,
            ),
            "InspectManyFiles": each_listed(
                {"Bucket": "{% $run.index.bucket %}", "Key": "{% $run.index.key %}"},
                "InspectListedBatch",
                {"InspectListedBatch": self._inspect("{% $states.input %}", *self._tries())},
                label=LABEL,
                selector={**RUN, "batch": "{% $states.context.Map.Item.Value %}"},
                results={
                    "Bucket": self.artifacts_bucket,
                    "Prefix": f"{{% $run_prefix & '{RESULTS}' %}}",
                },
                tolerated_percent="{% $run.tolerated_failure_percent %}",
                at_once=self.map.at_once,
                executions=self.map.executions,
                catch=catch,
                then=then,
            ),
        }

    def _inspect(self, payload: Mapping[str, Any] | str, *retries: RetryPolicy) -> State:
        return invoke(self.function, payload, catch=None, retries=retries or FUNCTION_RETRIES)

    def _tries(self) -> tuple[RetryPolicy, ...]:
        if self.map.executions is ChildExecutions.STANDARD:
            return FUNCTION_RETRIES
        return tuple(
            policy.within(_EXPRESS_TRIES, _EXPRESS_WAIT_SECONDS) for policy in FUNCTION_RETRIES
        )
