"""What is billed while nothing happens, and the types that nobody has priced."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from strata.cost.amounts import DAYS, HOURS, LAKE, Amount, View
from strata.cost.crons import calls_per_day
from strata.cost.lake import Lake, Resource
from strata.cost.prices import Prices

_PER_RESOURCE: Final[Mapping[str, tuple[str, str]]] = {
    "AWS::CloudWatch::CompositeAlarm": ("composite_alarm", "composite alarms"),
    "AWS::CloudWatch::Dashboard": ("dashboard", "dashboards"),
    "AWS::KMS::Key": ("kms_key", "keys"),
    "AWS::KMS::ReplicaKey": ("kms_key", "keys"),
    "AWS::SecretsManager::Secret": ("secret", "secrets"),
}
PRICED: Final = frozenset(
    {
        *_PER_RESOURCE,
        "AWS::CloudWatch::Alarm",
        "AWS::EC2::VPCEndpoint",
        "AWS::Scheduler::Schedule",
    }
)
"""The types that cost something by being there."""
_BAND: Final = 3
"""An anomaly band is billed as its metric, its upper and its lower bound."""


def standing(view: View) -> Iterator[Amount]:
    """Give what the resources are billed in a month without a single file."""
    names = view.lake.names
    for one in view.lake.resources:
        owner = one.owner(names)
        if one.kind in _PER_RESOURCE:
            price, what = _PER_RESOURCE[one.kind]
            yield Amount(price, 1, one.region, LAKE, what)
        elif one.kind == "AWS::CloudWatch::Alarm":
            number = metrics_of(one.properties)
            yield Amount("alarm_metric", number, one.region, owner, "metrics of alarms")
        elif one.kind == "AWS::EC2::VPCEndpoint":
            yield from _endpoint(one)
        elif one.kind == "AWS::Scheduler::Schedule":
            yield from _schedule(view, one, owner)


def metrics_of(alarm: Mapping[str, Any]) -> int:
    """Give the number of metrics that an alarm is billed for."""
    queries = alarm.get("Metrics")
    if not queries:
        return 1
    band = any("ANOMALY_DETECTION_BAND" in str(one.get("Expression", "")) for one in queries)
    return sum("MetricStat" in one for one in queries) * (_BAND if band else 1) or 1


def _endpoint(one: Resource) -> Iterator[Amount]:
    if one.properties.get("VpcEndpointType") == "Interface":
        hours = HOURS * len(one.properties.get("SubnetIds", [])) or HOURS
        yield Amount("endpoint_hour", hours, one.region, LAKE, "interface endpoints")


def _schedule(view: View, one: Resource, owner: str) -> Iterator[Amount]:
    """Price the calls of a schedule and the look that each is.

    A call that compacts a Parquet table runs a job whether there is anything to do or not.
    """
    if one.properties.get("State") == "DISABLED":
        return
    calls = calls_per_day(str(one.properties.get("ScheduleExpression", ""))) * DAYS
    yield Amount("scheduler_call", calls, one.region, owner, "calls of schedules")
    target = str(one.properties.get("Target", {}).get("Arn", ""))
    if "stateMachine" in target:
        transitions = calls * view.per("transitions_per_look")
        yield Amount("states_transition", transitions, one.region, owner, "looks of schedules")
        if "-compact:" in target:
            hours = calls * view.job_hours("Compact", view.per("compact_seconds"))
            yield Amount("glue_dpu_hour", hours, one.region, owner, "compaction of Parquet")
    else:
        seconds = calls * view.per("look_gb_seconds") * view.lake.memory_gb()
        yield Amount("lambda_request", calls, one.region, owner, "looks of schedules")
        yield Amount("lambda_arm_gb_second", seconds, one.region, owner, "looks of schedules")


def unpriced(lake: Lake, prices: Prices) -> dict[str, int]:
    """Count the resources whose type is neither priced nor said to be free, by type."""
    known = PRICED | set(prices.free)
    return dict(
        sorted(Counter(one.kind for one in lake.resources if one.kind not in known).items())
    )
