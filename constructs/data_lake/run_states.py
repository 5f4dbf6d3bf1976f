"""States that both machines share: how a run is opened, judged, closed and told about."""

from dataclasses import dataclass
from typing import Any, Final

from data_lake.asl import State, States, invoke, remember, task
from data_lake.asl_many import both
from data_lake.notice_states import Notices
from data_lake.retries import NOT_DELIVERED
from data_lake.run_functions import RunFunctions

RUN: Final = {
    "dataset": "{% $dataset %}",
    "run_id": "{% $run_id %}",
    "run_prefix": "{% $run_prefix %}",
}
"""What every function is told about the run."""

JOB_RUN: Final = {f"--{name}": value for name, value in RUN.items()}
"""The same for a job."""

EVENT_SOURCE: Final = "strata.lake"
DATASET_PUBLISHED: Final = "DatasetPublished"

_STILL_OPEN: Final = (
    "Nobody could say how the run ended: it may have published. If it holds its lock still, the "
    "sweep ends that, and the next run closes it; the cause is in the execution that run_id names."
)


@dataclass(frozen=True)
class RunStates:
    """The shared states.

    Attributes:
        functions: the run's functions.
        notices: where the notices go.
        event_bus: the name of the bus that gets the events. Default: the account's own.
    """

    functions: RunFunctions
    notices: Notices
    event_bus: str = "default"

    def open_run(self, trigger: str, *, catch: str, then: str) -> State:
        """Take the dataset's lock and claim what waits; the answer is ``$run``."""
        return invoke(
            self.functions.open_run,
            {
                "dataset": "{% $dataset %}",
                "trigger": trigger,
                "run_id": "{% $run_id %}",
                "execution_arn": "{% $states.context.Execution.Id %}",
            },
            answer="run",
            catch=catch,
            then=then,
        )

    def judge(self, *, catch: str, then: str) -> State:
        """Judge the quality of what was staged; the answer is ``$judgement``."""
        return invoke(
            self.functions.judge,
            {**RUN, "threshold": "{% $run.threshold %}"},
            answer="judgement",
            catch=catch,
            then=then,
        )

    def close(self, outcome: str, *, catch: str, then: str, **details: Any) -> State:
        """Record the run's outcome and release its lock; the answer is ``$closed``."""
        return invoke(
            self.functions.close_run,
            {**RUN, "outcome": outcome, **details},
            answer="closed",
            catch=catch,
            then=then,
        )

    def close_failed(self, *, then: str) -> State:
        """Record that the run failed with ``$error``; its files wait again.

        If not even that works, the notice says so; what was not closed has the lock still.
        """
        return invoke(
            self.functions.close_run,
            {**RUN, "outcome": "failed", "error": "{% $error %}"},
            answer="closed",
            catch=then,
            catch_assign={"closed": _not_closed(self.notices.runbooks)},
            then=then,
        )

    def notify_circuit(self, *, then: str) -> States:
        """Send the notice that opening the run has written about its open circuit."""
        return self._notify("NotifyCircuitOpen", "run", then=then)

    def notify(self, name: str, *, then: str | None, lost: str | None = None) -> States:
        """Send the notice that closing the run has written; arguments as of ``Notices.states``."""
        return self._notify(name, "closed", then=then, lost=lost)

    def _notify(
        self, name: str, answer: str, *, then: str | None, lost: str | None = None
    ) -> States:
        subject, message = f"${answer}.notice.subject", f"${answer}.notice.message"
        return self.notices.states(name, subject, message, then=then, lost=lost)

    def side_effects(self, *, catch: str, then: str) -> State:
        """Send the event and the notice of a publish. Neither can fail the run: the rows are
        visible already."""
        event = task(
            "events:putEvents",
            {
                "Entries": [
                    {
                        "EventBusName": self.event_bus,
                        "Source": EVENT_SOURCE,
                        "DetailType": DATASET_PUBLISHED,
                        "Detail": "{% $closed.event %}",
                    }
                ]
            },
            retries=[NOT_DELIVERED],
            catch="EventNotSent",
            catch_assign={},
        )
        emit: States = {"EmitEvent": event, "EventNotSent": remember()}
        notice: States = {
            **self.notify("Notify", then=None, lost="NoticeLost"),
            "NoticeLost": remember(),
        }
        return both(("EmitEvent", emit), ("Notify", notice), catch=catch, then=then)


def unexpected_answer(*, then: str) -> State:
    """Turn an answer that no choice knows into an error of its own."""
    return remember(
        {
            "error": {
                "Error": "UnexpectedAnswer",
                "Cause": "{% 'No choice knows this answer: ' & $string($states.input) %}",
            }
        },
        then=then,
    )


def _not_closed(runbooks: str) -> dict[str, Any]:
    message = (
        "{% $string({'notice': 'run_failed', 'severity': 'critical', 'dataset': $dataset, "
        "'run_id': $run_id, 'outcome': 'unknown', 'counts': {}, 'reasons': [$error.Error], "
        f"'next_step': '{_STILL_OPEN}', 'runbook': '{runbooks}/run-failed.md'}}) %}}"
    )
    return {
        "more_waiting": False,
        "event": None,
        "notice": {"subject": "Run could not be closed", "message": message},
    }
