"""Reads the deployed dashboard, its alarms and what was measured from a running lake."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from strata.local.lake import LocalLake
from strata.page.deployed.body import read_dashboard
from strata.page.deployed.measured import queue_depths, recorded_metrics
from strata.page.deployed.model import Alarm, Dashboard, Metric, Query, Statistic
from strata.page.deployed.queries import insights

FILLED_SUM = "SUM(FILL(METRICS(), 0))"
"""The one expression over metrics that is judged here; Metrics Insights is the other way."""


def deployed_dashboard(lake: LocalLake) -> Dashboard:
    """Read the dashboard that was deployed, as CloudWatch keeps it.

    Raises `DashboardError` if it has something that the page cannot draw, `StrataError` if no
    stack names a dashboard.
    """
    name = lake["DashboardName"]
    answer = lake.client("cloudwatch").get_dashboard(DashboardName=name)
    return read_dashboard(name, answer["DashboardBody"])


def gathered_metrics(lake: LocalLake, now: datetime) -> tuple[Metric, ...]:
    """Give what the functions recorded in their logs, and how deep each queue is `now`.

    The emulator makes no metrics of either; CloudWatch would.
    """
    return (*recorded_metrics(_log_messages(lake)), *queue_depths(_depths(lake), now))


def deployed_alarms(lake: LocalLake) -> tuple[Alarm, ...]:
    """Give every alarm that was deployed."""
    pages = lake.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return tuple(read_alarm(described) for page in pages for described in page["MetricAlarms"])


def read_alarm(described: Mapping[str, Any]) -> Alarm:
    """Read an alarm as `DescribeAlarms` gives it; what nothing here can judge has no queries."""
    parts: Sequence[Mapping[str, Any]] = described.get("Metrics", [])
    watched = [part["MetricStat"] for part in parts if "MetricStat" in part]
    expressions = [part["Expression"] for part in parts if "Expression" in part]
    if "MetricName" in described:
        watched = [{"Metric": described, "Stat": described.get("Statistic"), **described}]
    filled = expressions == [FILLED_SUM]
    grouped = len(parts) == 1 and any(one.startswith("SELECT ") for one in expressions)
    known = {one["Period"] for one in (parts if grouped else watched)}
    judged = len(known) == 1 and (filled or grouped or "MetricName" in described)
    queries = [_query(one["Metric"], one["Stat"]) for one in watched]
    if grouped:
        queries = [insights(expressions[0])]
    return Alarm(
        name=described["AlarmName"],
        state=described["StateValue"],
        queries=tuple(query for query in queries if query) if judged and all(queries) else None,
        filled=filled,
        period=next(iter(known), 0),
        periods=described["EvaluationPeriods"],
        needed=described.get("DatapointsToAlarm", described["EvaluationPeriods"]),
        comparison=described["ComparisonOperator"],
        threshold=described["Threshold"],
        missing=described.get("TreatMissingData", "missing"),
        grouped=grouped,
    )


def _query(metric: Mapping[str, Any], statistic: Any) -> Query | None:
    if statistic not in get_args(Statistic):
        return None
    dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])}
    return Query(metric["Namespace"], metric["MetricName"], dimensions, statistic)


def _log_messages(lake: LocalLake) -> Iterator[str]:
    logs = lake.client("logs")
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            pages = logs.get_paginator("filter_log_events")
            for page in pages.paginate(logGroupName=group["logGroupName"]):
                yield from (event["message"] for event in page["events"])


def _depths(lake: LocalLake) -> dict[str, int]:
    sqs = lake.client("sqs")
    count = "ApproximateNumberOfMessages"
    depths = {}
    for page in sqs.get_paginator("list_queues").paginate():
        for url in page.get("QueueUrls", []):
            answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[count])
            depths[url.rsplit("/", 1)[-1]] = int(answer["Attributes"][count])
    return depths
