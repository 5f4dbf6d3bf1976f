"""What an emulated lake has measured, as the metrics that CloudWatch would have made of it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from strata.errors import StrataError
from strata.page.deployed.model import Metric
from strata.page.story import Execution

ENDINGS = {
    "ExecutionsSucceeded": "SUCCEEDED",
    "ExecutionsFailed": "FAILED",
    "ExecutionsTimedOut": "TIMED_OUT",
    "ExecutionsAborted": "ABORTED",
}
"""Step Functions' metrics of ended executions, with the status that each counts."""
STATES, QUEUES = "AWS/States", "AWS/SQS"
DEPTH = "ApproximateNumberOfMessagesVisible"
Key = tuple[str, str, tuple[tuple[str, str], ...]]


class _Named(BaseModel):
    model_config = ConfigDict(frozen=True)
    Name: str


class _Directive(BaseModel):
    model_config = ConfigDict(frozen=True)
    Namespace: str
    Dimensions: tuple[tuple[str, ...], ...]
    Metrics: tuple[_Named, ...]


class _Metadata(BaseModel):
    model_config = ConfigDict(frozen=True)
    Timestamp: int
    CloudWatchMetrics: tuple[_Directive, ...]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")
    metadata: _Metadata = Field(alias="_aws")


def recorded_metrics(messages: Iterable[str]) -> tuple[Metric, ...]:
    """Give the metrics of embedded-metric records among the lines of logs, as CloudWatch would.

    Lines that are no such record are passed over; raises `StrataError` for a record that names
    its metrics wrongly, which CloudWatch would lose.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    points: dict[Key, list[tuple[datetime, float]]] = defaultdict(list)
    for message in messages:
        if '"_aws"' not in message:
            continue
        try:
            content = json.loads(message)
        except ValueError:
            continue
        if isinstance(content, dict) and "_aws" in content:
            for key, point in _points(content):
                points[key].append(point)
    return tuple(
        Metric(namespace, name, dict(dimensions), tuple(sorted(found)))
        for (namespace, name, dimensions), found in points.items()
    )


def _points(content: Mapping[str, Any]) -> Iterable[tuple[Key, tuple[datetime, float]]]:
    try:
        metadata = _Record.model_validate(content).metadata
        moment = datetime.fromtimestamp(metadata.Timestamp / 1000, UTC)
        for directive in metadata.CloudWatchMetrics:
            for names in directive.Dimensions:
                dimensions = tuple(sorted((name, str(content[name])) for name in names))
                for metric in directive.Metrics:
                    values = content[metric.Name]
                    for value in values if isinstance(values, list) else [values]:
                        yield (directive.Namespace, metric.Name, dimensions), (moment, float(value))
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        raise StrataError(
            f"a function wrote a record of metrics that CloudWatch cannot read: {error!r}: "
            f"{json.dumps(content)[:300]}"
        ) from error


def counted_executions(executions: Iterable[Execution]) -> tuple[Metric, ...]:
    """Give Step Functions' metrics of each state machine, counted from its executions.

    One that has ended counts 1 for its own ending and 0 for the others, as Step Functions does.
    """
    points: dict[tuple[str, str], list[tuple[datetime, float]]] = defaultdict(list)
    for execution in executions:
        machine = machine_arn(execution.arn)
        points[machine, "ExecutionsStarted"].append((execution.started_at, 1.0))
        if execution.status == "RUNNING":
            continue
        ended = execution.started_at + timedelta(seconds=execution.seconds)
        for name, status in ENDINGS.items():
            points[machine, name].append((ended, float(execution.status == status)))
    return tuple(
        Metric(STATES, name, {"StateMachineArn": machine}, tuple(sorted(found)))
        for (machine, name), found in points.items()
    )


def machine_arn(execution: str) -> str:
    """Give the ARN of the state machine that an execution's ARN names."""
    start, _, rest = execution.partition(":execution:")
    return f"{start}:stateMachine:{rest.split(':')[0]}"


def queue_depths(depths: Mapping[str, int], moment: datetime) -> tuple[Metric, ...]:
    """Give each queue's depth as its metric; only the present one is known."""
    return tuple(
        Metric(QUEUES, DEPTH, {"QueueName": name}, ((moment, float(depth)),), current=True)
        for name, depth in depths.items()
    )


def why_absent(namespace: str, name: str) -> str:
    """Say why this lake has nothing under a metric's name."""
    if namespace == STATES and name in (*ENDINGS, "ExecutionsStarted"):
        return "no execution yet"
    if namespace == QUEUES and name == DEPTH:
        return "the emulator has no such queue"
    if namespace.startswith("AWS/"):
        return f"the emulator measures no {name} of {namespace.removeprefix('AWS/')}"
    return "no run has emitted it"
