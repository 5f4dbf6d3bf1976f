"""An execution's history becomes what each state did."""

from datetime import UTC, datetime, timedelta
from typing import Any

from strata.page.graph import read_graph
from strata.page.history import visits

START = datetime(2026, 1, 1, tzinfo=UTC)
INVOKE = "arn:aws:states:::lambda:invoke"
JOB = "arn:aws:states:::glue:startJobRun.sync"


def event(second: float, kind: str, **details: Any) -> dict[str, Any]:
    """Give an event of a history, with its details under whatever name."""
    return {"timestamp": START + timedelta(seconds=second), "type": kind} | details


def entered(second: float, name: str) -> dict[str, Any]:
    """Give the event of entering a state."""
    return event(second, "StateEntered", stateEnteredEventDetails={"name": name})


def left(second: float, name: str) -> dict[str, Any]:
    """Give the event of leaving a state."""
    return event(second, "StateExited", stateExitedEventDetails={"name": name})


def tried(second: float, resource: str) -> dict[str, Any]:
    """Give the event of a try."""
    return event(second, "TaskScheduled", taskScheduledEventDetails={"resource": resource})


def broke(second: float, resource: str, error: str) -> dict[str, Any]:
    """Give the event of a try that failed."""
    details = {"resource": resource, "error": error}
    return event(second, "TaskFailed", taskFailedEventDetails=details)


def worked(second: float, resource: str) -> dict[str, Any]:
    """Give the event of a try that succeeded."""
    return event(second, "TaskSucceeded", taskSucceededEventDetails={"resource": resource})


def test_a_state_has_its_start_and_its_seconds(definition: dict[str, Any]) -> None:
    history = [
        event(0, "ExecutionStarted"),
        entered(1, "Open"),
        tried(1, INVOKE),
        worked(3, INVOKE),
        left(3.5, "Open"),
        event(4, "ExecutionSucceeded"),
    ]
    (found,) = visits(history, read_graph(definition))
    assert (found.state, found.start, found.seconds) == ("Open", 1.0, 2.5)
    assert (found.outcome, found.attempts) == ("succeeded", 1)


def test_a_try_that_failed_before_one_that_worked_is_a_retry(definition: dict[str, Any]) -> None:
    history = [
        event(0, "ExecutionStarted"),
        entered(0, "Open"),
        tried(0, INVOKE),
        broke(1, INVOKE, "ThrottlingException"),
        tried(1, INVOKE),
        worked(2, INVOKE),
        left(2, "Open"),
    ]
    (found,) = visits(history, read_graph(definition))
    assert (found.outcome, found.attempts, found.error) == ("retried", 2, "ThrottlingException")


def test_a_state_that_was_left_after_an_error_caught_it(definition: dict[str, Any]) -> None:
    history = [
        event(0, "ExecutionStarted"),
        entered(0, "Open"),
        tried(0, "invoke"),
        broke(1, "invoke", "CodeError"),
        left(1, "Open"),
        entered(1, "Tidy"),
        left(1, "Tidy"),
        entered(1, "Failed"),
        event(1, "ExecutionFailed"),
    ]
    found = {visit.state: visit.outcome for visit in visits(history, read_graph(definition))}
    assert found == {"Open": "caught", "Tidy": "succeeded", "Failed": "failed"}


def test_an_error_in_a_branch_belongs_to_the_state_that_uses_the_resource(
    definition: dict[str, Any],
) -> None:
    history = [
        event(0, "ExecutionStarted"),
        entered(0, "Both"),
        entered(0, "Stage"),
        tried(0, JOB),
        entered(0, "Wait"),
        broke(2, JOB, "States.TaskFailed"),
        left(3, "Wait"),
        left(3, "Both"),
        event(4, "ExecutionSucceeded"),
    ]
    found = {visit.state: visit.outcome for visit in visits(history, read_graph(definition))}
    assert found == {"Both": "caught", "Stage": "failed", "Wait": "succeeded"}


def test_a_state_of_an_execution_that_goes_on_is_running(definition: dict[str, Any]) -> None:
    history = [event(0, "ExecutionStarted"), entered(0, "Open"), tried(5, INVOKE)]
    (found,) = visits(history, read_graph(definition))
    assert (found.outcome, found.seconds) == ("running", 5.0)


def test_a_loop_is_one_visit_for_each_round(definition: dict[str, Any]) -> None:
    history = [event(0, "ExecutionStarted")]
    for second in range(3):
        history += [entered(second, "Wait"), left(second + 1, "Wait")]
    assert [visit.start for visit in visits(history, read_graph(definition))] == [0.0, 1.0, 2.0]
