"""States that both machines share: how a run is opened, judged, closed and told about."""

from dataclasses import dataclass
from typing import Any, Final

from data_lake.asl import State, States, both, invoke, remember, task
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
    "The run could not be closed. Its lock ends with its lease, then the next run takes over; "
    "the cause is in the execution that run_id names."
)


@dataclass(frozen=True)
class RunStates:
    """The shared states.

    Attributes:
        functions: the run's functions.
        topic_arn: the topic that gets the notices.
        event_bus: the name of the bus that gets the events. Default: the account's own.
    """

    functions: RunFunctions
    topic_arn: str
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

        If not even that works, the notice says so.
        """
        return invoke(
            self.functions.close_run,
            {**RUN, "outcome": "failed", "error": "{% $error %}"},
            answer="closed",
            catch=then,
            catch_assign={"closed": _not_closed()},
            then=then,
        )

    def notify_circuit(self, *, then: str) -> State:
        """Send the notice that opening the run has written about its open circuit."""
        return self._notify("run", then=then, catch=then)

    def notify(self, *, then: str | None, catch: str) -> State:
        """Send the notice that closing the run has written.

        Args:
            then: the next state. ``None`` ends the branch.
            catch: the state that follows if the notice cannot be sent.
        """
        return self._notify("closed", then=then, catch=catch)

    def _notify(self, answer: str, *, then: str | None, catch: str) -> State:
        return task(
            "sns:publish",
            {
                "TopicArn": self.topic_arn,
                "Subject": f"{{% ${answer}.notice.subject %}}",
                "Message": f"{{% ${answer}.notice.message %}}",
            },
            retries=[NOT_DELIVERED],
            catch=catch,
            # The error of the run must not be replaced by the error of its notice.
            catch_assign={},
            then=then,
        )

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
            "Notify": self.notify(catch="NoticeNotSent", then=None),
            "NoticeNotSent": remember(),
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


def _not_closed() -> dict[str, Any]:
    message = (
        "{% $string({'notice': 'run_failed', 'severity': 'critical', 'dataset': $dataset, "
        "'run_id': $run_id, 'outcome': 'failed', 'counts': {}, 'reasons': [$error.Error], "
        f"'next_step': '{_STILL_OPEN}'}}) %}}"
    )
    return {
        "more_waiting": False,
        "event": None,
        "notice": {"subject": "Run failed and could not be closed", "message": message},
    }
