"""Reads the deployed dashboard, its alarms and what was measured from a running lake."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from strata.local.lake import LocalLake
from strata.page.deployed.body import read_dashboard
from strata.page.deployed.measured import queue_depths, recorded_metrics
from strata.page.deployed.model import Alarm, Dashboard, Metric, Query
from strata.page.deployed.queries import known_statistic

FILLED_SUM = "SUM(FILL(METRICS(), 0))"
"""The one expression of an alarm that is judged here."""


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
    """Read an alarm as `DescribeAlarms` gives it.

    Raises `DashboardError` for a statistic that is not computed here.
    """
    name = described["AlarmName"]
    queries, filled, period = _watched(described)
    return Alarm(
        name=name,
        state=described["StateValue"],
        queries=queries,
        filled=filled,
        period=period,
        periods=described["EvaluationPeriods"],
        needed=described.get("DatapointsToAlarm", described["EvaluationPeriods"]),
        comparison=described["ComparisonOperator"],
        threshold=described["Threshold"],
        missing=described.get("TreatMissingData", "missing"),
    )


def _watched(described: Mapping[str, Any]) -> tuple[tuple[Query, ...] | None, bool, int]:
    where = f"alarm {described['AlarmName']}"
    if "MetricName" in described:
        query = _query(described, described.get("Statistic", ""), where)
        return (query,), False, described["Period"]
    parts: Sequence[Mapping[str, Any]] = described.get("Metrics", [])
    told = [part["Expression"] for part in parts if "Expression" in part]
    watched = [part["MetricStat"] for part in parts if "MetricStat" in part]
    if told != [FILLED_SUM] or len({one["Period"] for one in watched}) != 1:
        return None, False, 0
    queries = tuple(_query(one["Metric"], one["Stat"], where) for one in watched)
    return queries, True, watched[0]["Period"]


def _query(metric: Mapping[str, Any], statistic: str, where: str) -> Query:
    dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])}
    word = known_statistic(statistic, where)
    return Query(metric["Namespace"], metric["MetricName"], dimensions, word)


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
