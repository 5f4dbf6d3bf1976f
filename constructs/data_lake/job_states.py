"""How a run's Spark job is run: once, once more with more workers, or again after a while."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import Duration

from data_lake.asl import States, choose, remember, run_job
from data_lake.error_classes import ErrorClass
from data_lake.error_table import shows
from data_lake.notice_states import Notices
from data_lake.run_states import JOB_RUN
from data_lake.spark_job import SparkJob

_TRIES: Final = 3
"""How often a job is run that fails over another service: the first time and twice after that."""
_PAUSE_SECONDS: Final = 120
_NEXT_STEP: Final = (
    "Nothing to do now: the job runs once more with more workers. If that happens often, give the "
    "contract a larger engine (workers, workerType)."
)


@dataclass(frozen=True)
class JobStates:
    """The states around a job whose size the run decides.

    Attributes:
        name: the name of the state that runs it first, such as ``StageRows``.
        job: what is run.
        input_uri: JSONata for the document that says what to read.
        size: the variable that holds the job's size as ``engine`` and the next larger as
            ``larger``.
        longest: what a run may take of whatever size.
        notices: where it is told that the job is run again, larger.
        done: the state that follows; ``None`` ends the branch.
        failed: the state that every other failure leads to; its input is the error.
        caught: variables of the way there.
    """

    name: str
    job: SparkJob
    input_uri: str
    size: str
    longest: Duration
    notices: Notices
    done: str | None
    failed: str
    caught: Mapping[str, Any]

    @property
    def start(self) -> str:
        """The name of the first state."""
        return f"Prepare{self.name}"

    def states(self) -> States:
        """Give the states."""
        error = "$states.input"
        resources = shows(error, ErrorClass.RESOURCES)
        passing = shows(error, ErrorClass.THROTTLING, ErrorClass.TRANSIENT)
        return {
            self.start: remember({"tries": 1, "more_workers": False}, then=self.name),
            self.name: run_job(
                self.job,
                {**JOB_RUN, "--input_uri": self.input_uri},
                engine=f"{self.size}.engine",
                longest=self.longest,
                catch=f"{self.name}Failed?",
                catch_assign=self.caught,
                then=self.done,
                output=self._output(),
            ),
            f"{self.name}Failed?": choose(
                (resources, "HandleResourceError"),
                (f"$tries < {_TRIES} and {passing}", "HandleTransientError"),
                otherwise=self.failed,
            ),
            "HandleTransientError": {
                "Type": "Wait",
                "Seconds": _PAUSE_SECONDS,
                "Assign": {"tries": "{% $tries + 1 %}"},
                "Next": self.name,
            },
            "HandleResourceError": remember({"more_workers": True}, then="NotifyMoreWorkers"),
            **self._notify(),
            f"{self.name}WithMoreWorkers": run_job(
                self.job,
                {**JOB_RUN, "--input_uri": self.input_uri},
                engine=f"{self.size}.larger",
                longest=self.longest,
                catch=self.failed,
                catch_assign=self.caught,
                then=self.done,
                output=self._output(),
            ),
        }

    def _output(self) -> dict[str, Any] | None:
        return None if self.done else {"failed": False, "more_workers": "{% $more_workers %}"}

    def _notify(self) -> States:
        """Tell that the job is run again, and how large; a lost notice stops nothing."""
        sizes = (
            f"'first ' & {self.size}.engine.workers & ', now ' & {self.size}.larger.workers & ' ' "
            f"& {self.size}.larger.worker_type & ' workers'"
        )
        message = (
            "$string({'notice': 'job_retried_with_more_workers', 'severity': 'warning', "
            "'dataset': $dataset, 'run_id': $run_id, 'outcome': null, 'counts': {}, "
            f"'reasons': ['the job ran out of memory, disk or time, or lost a worker', {sizes}], "
            f"'next_step': '{_NEXT_STEP}', "
            f"'runbook': '{self.notices.runbooks}/error-resources.md'}})"
        )
        subject = (
            "$substring('warning: ' & $dataset & ': the job is run again with more workers', 0, "
            "100)"
        )
        return self.notices.states(
            "NotifyMoreWorkers", subject, message, then=f"{self.name}WithMoreWorkers"
        )
