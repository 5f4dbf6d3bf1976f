"""Alarms that the emulator leaves open are judged by what was measured, as CloudWatch would."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from strata.page.deployed.judging import judge
from strata.page.deployed.model import Alarm, AlarmWord, Metric, Query

NOW = datetime(2026, 1, 2, 3, 4, 0, tzinfo=UTC)
FAILED = Alarm(
    name="failed",
    state="INSUFFICIENT_DATA",
    queries=(Query("N", "Failed", {}, "Sum"),),
    filled=False,
    period=300,
    periods=1,
    needed=1,
    comparison="GreaterThanOrEqualToThreshold",
    threshold=1,
    missing="notBreaching",
)
FRESH = replace(
    FAILED,
    queries=(
        Query("N", "Runs", {"outcome": "published"}, "Sum"),
        Query("N", "Runs", {"outcome": "published_with_warnings"}, "Sum"),
    ),
    filled=True,
    periods=12,
    needed=12,
    comparison="LessThanThreshold",
    missing="breaching",
)


EACH = replace(
    FAILED,
    queries=(Query("N", "Runs", {"outcome": "bad"}, "Sum", open_dimensions=("dataset",)),),
    threshold=2,
    grouped=True,
)


def measured(name: str, minutes_ago: float, value: float, **dimensions: str) -> Metric:
    """Give a metric with one value."""
    return Metric("N", name, dimensions, ((NOW - timedelta(minutes=minutes_ago), value),))


@pytest.mark.parametrize(
    ("metrics", "state"),
    [
        ([], "OK"),
        ([measured("Failed", 1, 0)], "OK"),
        ([measured("Failed", 1, 1)], "ALARM"),
        ([measured("Failed", 6, 1)], "OK"),
    ],
)
def test_one_failure_within_the_period_alarms(metrics: list[Metric], state: AlarmWord) -> None:
    assert judge(FAILED, metrics, NOW) == state


@pytest.mark.parametrize(
    ("metrics", "state"),
    [
        ([], "ALARM"),
        ([measured("Runs", 59, 1, outcome="published")], "OK"),
        ([measured("Runs", 59, 1, outcome="published_with_warnings")], "OK"),
        ([measured("Runs", 61, 1, outcome="published")], "ALARM"),
        ([measured("Runs", 5, 1, outcome="rejected")], "ALARM"),
    ],
)
def test_a_success_keeps_a_dataset_fresh_as_long_as_promised(
    metrics: list[Metric], state: AlarmWord
) -> None:
    assert judge(FRESH, metrics, NOW) == state


def test_missing_data_that_is_treated_as_missing_is_insufficient() -> None:
    assert judge(replace(FAILED, missing="missing"), [], NOW) == "INSUFFICIENT_DATA"


@pytest.mark.parametrize("state", ["OK", "ALARM"])
def test_what_the_emulator_has_judged_itself_stands(state: AlarmWord) -> None:
    assert judge(replace(FAILED, state=state), [measured("Failed", 1, 1)], NOW) == state


@pytest.mark.parametrize(
    "unknown", [{"queries": None}, {"comparison": "LessThanLowerOrGreaterThanUpperThreshold"}]
)
def test_what_cannot_be_judged_stays_open(unknown: dict[str, object]) -> None:
    alarm = replace(FAILED, **unknown)  # type: ignore[arg-type]
    assert judge(alarm, [measured("Failed", 1, 1)], NOW) == "INSUFFICIENT_DATA"


@pytest.mark.parametrize(
    ("metrics", "state"),
    [
        ([], "INSUFFICIENT_DATA"),
        ([measured("Runs", 1, 5, dataset="a", outcome="good")], "INSUFFICIENT_DATA"),
        ([measured("Runs", 9, 5, dataset="a", outcome="bad")], "OK"),
        # One each is not two of one.
        ([measured("Runs", 1, 1, dataset=name, outcome="bad") for name in "ab"], "OK"),
        ([measured("Runs", 1, rows, dataset=str(rows), outcome="bad") for rows in (1, 2)], "ALARM"),
    ],
)
def test_of_grouped_metrics_each_is_judged_on_its_own(
    metrics: list[Metric], state: AlarmWord
) -> None:
    assert judge(EACH, metrics, NOW) == state
