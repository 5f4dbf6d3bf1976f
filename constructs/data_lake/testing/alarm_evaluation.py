"""How CloudWatch evaluates an alarm, as its documentation says, for tests of alarms.

Follows "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data"
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html) and is
held to every worked example on that page. A series is a list of datapoints, one for each period,
the newest last, ``None`` where there is none::

    rule = AlarmRule.of(template["Resources"]["Alarm"]["Properties"])
    assert states(rule, [None, 1.0, None])[-1] is AlarmState.OK
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

Datapoint = float | None
Band = tuple[float, float]


class AlarmState(StrEnum):
    """The state of an alarm, in CloudWatch's words."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Missing(StrEnum):
    """What becomes of missing datapoints, in CloudFormation's words."""

    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"
    IGNORE = "ignore"
    MISSING = "missing"


_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_BANDS: Final[Mapping[str, Callable[[float, Band], bool]]] = {
    "GreaterThanUpperThreshold": lambda value, band: value > band[1],
    "LessThanLowerThreshold": lambda value, band: value < band[0],
    "LessThanLowerOrGreaterThanUpperThreshold": lambda value, band: (
        value < band[0] or value > band[1]
    ),
}
RANGE_BEYOND_PERIODS: Final = 2
"""Datapoints that CloudWatch looks back beyond the evaluation periods in its worked examples. How
many it takes elsewhere depends on the period and is not documented."""


@dataclass(frozen=True)
class AlarmRule:
    """What of an alarm decides its state.

    Attributes:
        comparison: CloudFormation's ``ComparisonOperator``.
        threshold: what is compared with; a pair of the lower and the upper bound for comparisons
            with an anomaly-detection band.
        periods: N, the evaluation periods.
        needed: M, the datapoints to alarm.
        missing: what becomes of missing datapoints.
        looks_back: the evaluation range in periods. Default: two more than ``periods``.
    """

    comparison: str
    threshold: float | Band
    periods: int
    needed: int
    missing: Missing = Missing.MISSING
    looks_back: int | None = None

    @classmethod
    def of(cls, properties: Mapping[str, Any], band: Band | None = None) -> "AlarmRule":
        """Read an ``AWS::CloudWatch::Alarm``'s properties.

        Args:
            properties: as the template has them.
            band: stands for the band that CloudWatch has learnt; for alarms on one.

        Raises:
            ValueError: it compares in a way that is not known here, or without a threshold.
        """
        comparison = properties["ComparisonOperator"]
        known = _COMPARISONS if "Threshold" in properties else _BANDS
        if comparison not in known:
            raise ValueError(f"ComparisonOperator: must be one of {', '.join(known)}: {comparison}")
        if "Threshold" not in properties and band is None:
            raise ValueError(f"{comparison}: band: must be given where there is no Threshold")
        periods = properties["EvaluationPeriods"]
        return cls(
            comparison=comparison,
            threshold=properties["Threshold"] if band is None else band,
            periods=periods,
            needed=properties.get("DatapointsToAlarm", periods),
            missing=Missing(properties.get("TreatMissingData", Missing.MISSING)),
        )

    def breaches(self, value: float) -> bool:
        """Say whether a datapoint is on the wrong side of the threshold."""
        if isinstance(self.threshold, tuple):
            return _BANDS[self.comparison](value, self.threshold)
        return _COMPARISONS[self.comparison](value, self.threshold)

    @property
    def range(self) -> int:
        """The evaluation range, in periods."""
        return self.looks_back or self.periods + RANGE_BEYOND_PERIODS


def filled_in(rule: AlarmRule, series: Sequence[Datapoint]) -> int:
    """Give how many datapoints are missing from those that an evaluation needs."""
    existing = [value for value in series[-rule.range :] if value is not None]
    return max(0, rule.periods - len(existing))


def evaluate(
    rule: AlarmRule, series: Sequence[Datapoint], before: AlarmState = AlarmState.INSUFFICIENT_DATA
) -> AlarmState:
    """Give the state of an alarm after a series.

    Args:
        rule: the alarm.
        series: datapoints, the newest last; what is older than the evaluation range is not looked
            at, what the series is too short for is missing.
        before: the state until then. Default: that of a new alarm.
    """
    existing = [
        (age, rule.breaches(value))
        for age, value in enumerate(reversed(series[-rule.range :]), start=1)
        if value is not None
    ]
    evaluated = [is_bad for _, is_bad in existing[: rule.periods]]
    if rule.missing is Missing.BREACHING:
        evaluated += [True] * filled_in(rule, series)
    if sum(evaluated) >= rule.needed:
        return AlarmState.ALARM
    is_whole = len(existing) >= rule.periods or rule.missing in _FILLED
    if is_whole or not all(is_bad for _, is_bad in existing):
        return AlarmState.OK
    if rule.missing is Missing.IGNORE:
        return before
    oldest = max((age for age, _ in existing), default=0)
    return AlarmState.ALARM if oldest >= rule.needed else AlarmState.INSUFFICIENT_DATA


_FILLED: Final = (Missing.BREACHING, Missing.NOT_BREACHING)


def states(
    rule: AlarmRule, series: Sequence[Datapoint], before: AlarmState = AlarmState.INSUFFICIENT_DATA
) -> Iterator[AlarmState]:
    """Give the state after each period of a series, one after the other; arguments as above."""
    for end in range(1, len(series) + 1):
        before = evaluate(rule, series[:end], before)
        yield before


def evaluate_series(
    rule: AlarmRule,
    found: Mapping[str, Sequence[Datapoint]],
    before: Mapping[str, AlarmState] | None = None,
) -> tuple[AlarmState, dict[str, AlarmState]]:
    """Give the state of an alarm on a query of many series, and of each of its contributors.

    It rings while one of them does. A series that the query gives no more is OK, and a query
    without any series leaves the alarm without data, whatever it does about missing datapoints.

    Args:
        rule: the alarm.
        found: what the query gives, by contributor.
        before: the state of each contributor until then. Default: all are new.
    """
    before = before or {}
    gone = dict.fromkeys(set(before) - set(found), AlarmState.OK)
    now = gone | {
        name: evaluate(rule, series, before.get(name, AlarmState.INSUFFICIENT_DATA))
        for name, series in found.items()
    }
    if not found:
        return AlarmState.INSUFFICIENT_DATA, now
    present = {now[name] for name in found}
    for state in (AlarmState.ALARM, AlarmState.OK):
        if state in present:
            return state, now
    return AlarmState.INSUFFICIENT_DATA, now


def looking_back(rule: AlarmRule, periods: int) -> AlarmRule:
    """Give the same rule with another evaluation range."""
    return replace(rule, looks_back=periods)
