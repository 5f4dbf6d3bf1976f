"""Metrics are what the functions recorded, the executions tell, and the queues hold."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from strata.errors import StrataError
from strata.page.deployed.measured import counted_executions, recorded_metrics
from strata.page.story import Story

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def record(**changes: object) -> str:
    """Give a record of one metric, changed as a test wants."""
    directive = {"Namespace": "N", "Dimensions": [["a"]], "Metrics": [{"Name": "M"}]}
    metadata = {"Timestamp": int(MOMENT.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": metadata, "a": "1", "M": [2.0, 3.0]} | changes)


def test_each_value_of_a_record_is_a_datapoint_at_its_time() -> None:
    (metric,) = recorded_metrics([record()])
    assert (metric.namespace, metric.name, metric.dimensions) == ("N", "M", {"a": "1"})
    assert metric.points == ((MOMENT, 2.0), (MOMENT, 3.0))


def test_records_with_other_dimensions_are_other_metrics() -> None:
    found = recorded_metrics([record(), record(a="2", M=7), record(M=4)])
    assert [(metric.dimensions["a"], len(metric.points)) for metric in found] == [
        ("1", 3),
        ("2", 1),
    ]


def test_lines_that_are_no_record_are_passed_over() -> None:
    lines = ["START", '{"level": "INFO"}', 'half "_aws" of a {', '["_aws"]']
    assert recorded_metrics(lines) == ()


@pytest.mark.parametrize("changes", [{"_aws": {"Timestamp": 1}}, {"M": "many"}, {"M": [None]}])
def test_a_record_that_cloudwatch_would_lose_is_an_error(changes: dict[str, object]) -> None:
    with pytest.raises(StrataError, match="cannot read"):
        recorded_metrics([record(**changes)])


def test_a_record_without_its_metrics_value_is_an_error() -> None:
    content = json.loads(record())
    del content["M"]
    with pytest.raises(StrataError, match="cannot read"):
        recorded_metrics([json.dumps(content)])


def test_executions_count_for_their_machine_when_they_start_and_when_they_end(
    story: Story,
) -> None:
    (done,) = story.executions
    failed = replace(done, status="FAILED")
    running = replace(done, status="RUNNING")
    counted = {metric.name: metric for metric in counted_executions([done, failed, running])}
    ended = done.started_at + timedelta(seconds=done.seconds)
    assert {metric.dimensions["StateMachineArn"] for metric in counted.values()} == {
        "arn:aws:states:us-east-1:000000000000:stateMachine:ingest"
    }
    assert counted["ExecutionsStarted"].points == ((done.started_at, 1.0),) * 3
    assert counted["ExecutionsFailed"].points == ((ended, 0.0), (ended, 1.0))
    assert counted["ExecutionsTimedOut"].points == ((ended, 0.0),) * 2
