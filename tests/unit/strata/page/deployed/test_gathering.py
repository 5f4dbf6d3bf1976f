"""Deployed alarms are read with what they compare, and stay open where nothing can judge them."""

from typing import Any

import pytest

from strata.page.deployed.gathering import FILLED_SUM, read_alarm
from strata.page.deployed.model import Query

PLAIN: dict[str, Any] = {
    "AlarmName": "failed",
    "StateValue": "INSUFFICIENT_DATA",
    "Namespace": "N",
    "MetricName": "Failed",
    "Dimensions": [{"Name": "a", "Value": "1"}],
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}
FAILED = Query("N", "Failed", {"a": "1"}, "Sum")


def computed(expression: str, *periods: int) -> dict[str, Any]:
    """Give an alarm on an expression over metrics with these periods."""
    metric = {name: PLAIN[name] for name in ("Namespace", "MetricName", "Dimensions")}
    without = {
        name: value for name, value in PLAIN.items() if name not in (*metric, "Statistic", "Period")
    }
    return without | {
        "Metrics": [
            {"Id": "e", "Expression": expression},
            *(
                {"Id": "m", "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}
                for period in periods
            ),
        ]
    }


def test_an_alarm_on_a_metric_is_read_with_all_that_it_compares() -> None:
    alarm = read_alarm(PLAIN)
    assert alarm.queries == (FAILED,)
    assert not alarm.filled
    assert (alarm.period, alarm.periods, alarm.needed, alarm.threshold) == (300, 3, 2, 1.0)
    assert alarm.missing == "notBreaching"


def test_an_alarm_on_a_filled_sum_watches_every_metric_of_it() -> None:
    alarm = read_alarm(computed(FILLED_SUM, 60, 60))
    assert alarm.queries == (FAILED, FAILED)
    assert alarm.filled
    assert alarm.period == 60


@pytest.mark.parametrize(
    "described",
    [
        computed("AVG(METRICS())", 60),
        computed(FILLED_SUM, 60, 300),
        {**PLAIN, "Statistic": None, "ExtendedStatistic": "p99"},
    ],
    ids=["expression", "periods", "percentile"],
)
def test_an_alarm_that_compares_otherwise_has_no_queries(described: dict[str, Any]) -> None:
    assert read_alarm(described).queries is None
