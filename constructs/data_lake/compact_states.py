"""The compact machine: one Parquet table, brought to few files by the job of its zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from data_lake.asl import States, choose, run_job
from data_lake.retries import RetryPolicy
from data_lake.spark_job import SparkJob

_ATTEMPT: Final = (
    "{% $states.context.Execution.Name & '-' & $string($states.context.State.RetryCount) %}"
)
"""Each attempt has a name, hence a folder and a claim, of its own: one that timed out may still be
writing while the next begins."""

COMPACTION_FAILED: Final = RetryPolicy(
    errors=("States.TaskFailed", "States.Timeout"),
    attempts=1,
    first_seconds=300,
    longest_seconds=900,
)
"""The table is as it was, or whole partitions of it are compacted."""


@dataclass(frozen=True)
class CompactMachine:
    """What the compact machine's definition refers to.

    Attributes:
        jobs: by zone.
    """

    jobs: Mapping[str, SparkJob]

    def definition(self) -> dict[str, Any]:
        """Give the machine's definition in the Amazon States Language."""
        return {
            "Comment": "One Parquet table, brought to few files",
            "StartAt": "WhichZone?",
            "States": {
                "WhichZone?": choose(
                    *((f"$states.input.zone = '{zone}'", _state(zone)) for zone in self.jobs),
                    otherwise="UnknownZone",
                ),
                **self._compact(),
                "UnknownZone": {
                    "Type": "Fail",
                    "Error": "UnknownZone",
                    "Cause": (
                        "{% 'zone: must be " + " or ".join(self.jobs) + ", which have Parquet "
                        "tables: got ' & $string($states.input.zone) %}"
                    ),
                },
                "CompactionFailed": {
                    "Type": "Fail",
                    "Error": "{% $error.Error %}",
                    "Cause": "{% $error.Cause %}",
                },
            },
        }

    def _compact(self) -> States:
        return {
            _state(zone): run_job(
                job,
                {"--dataset": "{% $states.input.dataset %}", "--run_id": _ATTEMPT},
                retries=[COMPACTION_FAILED],
                output={"dataset": "{% $states.input.dataset %}", "run_id": _ATTEMPT},
                catch="CompactionFailed",
            )
            for zone, job in self.jobs.items()
        }


def _state(zone: str) -> str:
    return f"Compact{zone.capitalize()}"
