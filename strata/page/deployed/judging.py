"""Judges alarms by what the lake measured, where the emulator has not judged them itself."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from strata.page.deployed.evaluation import find, statistic
from strata.page.deployed.model import Alarm, AlarmWord, Metric, Statistic

_BREACHES: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_MISSING: dict[str, AlarmWord] = {"breaching": "ALARM", "notBreaching": "OK"}


def judge(alarm: Alarm, metrics: Sequence[Metric], now: datetime) -> AlarmWord:
    """Give an alarm's state: the emulator's own, or what the datapoints up to `now` say.

    The emulator compares only metrics that it keeps itself and leaves the others in
    `INSUFFICIENT_DATA`, as does this where the alarm compares in a way that is not known here.
    """
    if alarm.state != "INSUFFICIENT_DATA" or alarm.queries is None:
        return alarm.state
    if alarm.comparison not in _BREACHES:
        return "INSUFFICIENT_DATA"
    found = [metric for query in alarm.queries for metric in find(query, metrics)]
    if not alarm.grouped:
        return _judge(alarm, found, now)
    # A query of Metrics Insights that finds no metric at all has no data, whatever is missing.
    states = {_judge(alarm, [metric], now) for metric in found}
    ranked: tuple[AlarmWord, ...] = ("ALARM", "OK")
    return next((state for state in ranked if state in states), "INSUFFICIENT_DATA")


def _judge(alarm: Alarm, metrics: Sequence[Metric], now: datetime) -> AlarmWord:
    """Judge metrics together."""
    periods = _datapoints(alarm, metrics, now)
    if not periods:
        return _MISSING.get(alarm.missing, "INSUFFICIENT_DATA")
    breaches = _BREACHES[alarm.comparison]
    bad = sum(breaches(value, alarm.threshold) for value in periods.values())
    if alarm.missing == "breaching":
        bad += alarm.periods - len(periods)
    return "ALARM" if bad >= alarm.needed else "OK"


def _datapoints(alarm: Alarm, metrics: Sequence[Metric], now: datetime) -> dict[int, float]:
    """Give the values of the last periods by age in periods; filled, one for each of them."""
    found: dict[int, float] = {}
    for metric in metrics:
        ages: dict[int, list[float]] = {}
        for moment, value in metric.points:
            age = math.floor((now - moment).total_seconds() / alarm.period)
            if age < alarm.periods:
                ages.setdefault(max(age, 0), []).append(value)
        for age, values in ages.items():
            found[age] = found.get(age, 0.0) + statistic(values, _statistic_of(alarm, metric))
    if alarm.filled and metrics:
        return {age: found.get(age, 0.0) for age in range(alarm.periods)}
    return found


def _statistic_of(alarm: Alarm, metric: Metric) -> Statistic:
    return next(query.statistic for query in alarm.queries or () if find(query, [metric]))
