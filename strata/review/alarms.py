"""What rings later, sooner, or not at all."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from strata.review.points import Point, Topic, Weight
from strata.review.resources import Resources, title
from strata.review.values import changed_places, difference, shown

ALARMS: Final = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
_WORDS: Final = {
    "ActionsEnabled": "actions enabled",
    "AlarmRule": "rule",
    "ComparisonOperator": "comparison",
    "DatapointsToAlarm": "data points to alarm",
    "EvaluationPeriods": "periods looked at",
    "ExtendedStatistic": "statistic",
    "MetricName": "metric",
    "Period": "period in seconds",
    "Threshold": "threshold",
    "TreatMissingData": "missing data",
}
_TOLD: Final = {
    "AlarmActions": "when it rings",
    "OKActions": "when it is over",
    "InsufficientDataActions": "when there is too little data",
}
_ASLEEP: Final = ("ignore", "missing", "notBreaching")
_SLOWER: Final = ("DatapointsToAlarm", "EvaluationPeriods", "Period")


def alarms(old: Resources, new: Resources) -> Iterator[Point]:
    """Tell what changes about alarms that stay, and what is no longer watched."""
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        kind = (after or before or {})["Type"]
        if kind not in ALARMS:
            continue
        if before is not None and after is None:
            description = before.get("Properties", {}).get("AlarmDescription", "")
            text = f"NO LONGER WATCHED: {title(name, before)} is removed: {shown(description)}"
            yield Point(Topic.ALARM, text, Weight.CARE)
        elif after is not None and before is None:
            yield from _tells_nobody(title(name, after), after["Properties"])
        elif before is not None and after is not None:
            yield from _changes(title(name, after), before["Properties"], after["Properties"])


def _tells_nobody(what: str, properties: Mapping[str, Any]) -> Iterator[Point]:
    if not properties.get("AlarmActions") or properties.get("ActionsEnabled") is False:
        text = f"TELLS NOBODY: {what} has no action when it rings"
        yield Point(Topic.ALARM, text, Weight.CARE)


def _changes(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Point]:
    for key, word in _TOLD.items():
        was, now = old.get(key, []), new.get(key, [])
        if was == now:
            continue
        if key == "AlarmActions" and not now:
            yield from _tells_nobody(what, new)
        else:
            text = f"{what}: who is told {word}: {difference(was, now)}"
            yield Point(Topic.ALARM, text, Weight.CARE)
    for key in sorted({*old, *new} - {*_TOLD, "Tags", "AlarmDescription"}):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        if key in _WORDS:
            effect = _effect(key, was, now, new)
            text = f"{what}: {_WORDS[key]} {difference(was, now)}{effect and f' ({effect})'}"
            yield Point(Topic.ALARM, text, Weight.CARE if effect != "rings sooner" else Weight.NOTE)
        else:
            for place, before, after in changed_places(was, now, (key,)):
                text = f"{what}: {'.'.join(place)} {difference(before, after)}"
                yield Point(Topic.ALARM, text, Weight.CARE)


def _effect(key: str, old: Any, new: Any, properties: Mapping[str, Any]) -> str:
    """Say whether an alarm becomes more or less sensitive; nothing where one cannot tell."""
    if key == "TreatMissingData":
        return "RINGS NO MORE WHEN DATA IS MISSING" if old == "breaching" and new in _ASLEEP else ""
    if not isinstance(old, int | float) or not isinstance(new, int | float):
        return ""
    if key in _SLOWER:
        return "RINGS LATER" if new > old else "rings sooner"
    if key == "Threshold":
        rises = str(properties.get("ComparisonOperator", "")).startswith("Greater")
        return "RINGS LATER" if (new > old) is rises else "rings sooner"
    return ""
