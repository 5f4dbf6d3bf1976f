"""Queries find their metrics, and a graph has their statistic for each period of its time."""

from datetime import UTC, datetime, timedelta

import pytest

from strata.page.deployed.evaluation import (
    MOST_PERIODS,
    Span,
    evaluate,
    find,
    span_of,
    statistic,
)
from strata.page.deployed.model import Metric, Query, Statistic

START = datetime(2026, 1, 2, 3, 4, 0, tzinfo=UTC)
SPAN = Span(START, START + timedelta(seconds=60), 10)
OPEN = Query("N", "M", {"dataset": "d"}, "Sum", ("outcome",))


def metric(outcome: str, *points: tuple[int, float], dataset: str = "d") -> Metric:
    """Give a metric with values so many seconds after the start."""
    moments = tuple((START + timedelta(seconds=second), value) for second, value in points)
    return Metric("N", "M", {"dataset": dataset, "outcome": outcome}, moments)


def test_a_search_gives_a_line_for_each_value_of_its_open_dimension() -> None:
    metrics = [metric("rejected", (5, 1)), metric("published", (6, 1)), metric("x", dataset="e")]
    assert [line.label for line in evaluate([OPEN], metrics, SPAN)] == ["published", "rejected"]


def test_a_metric_with_more_dimensions_than_a_query_names_is_another_metric() -> None:
    assert find(Query("N", "M", {"dataset": "d"}, "Sum"), [metric("published", (1, 1))]) == []


def test_values_are_gathered_by_period() -> None:
    (line,) = evaluate([OPEN], [metric("a", (1, 1), (9, 2), (35, 4))], SPAN)
    assert line.values == ((0, 3.0), (3, 4.0))


def test_what_was_measured_outside_the_time_is_at_its_edge_and_never_lost() -> None:
    (line,) = evaluate([OPEN], [metric("a", (-5, 1), (60, 2))], SPAN)
    assert line.values == ((0, 1.0), (5, 2.0))


def test_lines_of_several_metrics_are_named_by_the_metric_too() -> None:
    other = Query("N", "Other", {"dataset": "d"}, "Sum", ("outcome",))
    first, second = evaluate([OPEN, other], [metric("a", (1, 1))], SPAN)
    assert first.label == "M a"
    assert (second.label, second.values) == ("Other", ())
    assert second.absent == "no run has emitted it"


@pytest.mark.parametrize(
    ("namespace", "name", "reason"),
    [
        ("AWS/States", "ExecutionsFailed", "no execution yet"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "the emulator has no such queue"),
        ("AWS/S3", "BucketSizeBytes", "the emulator measures no BucketSizeBytes of S3"),
    ],
)
def test_a_line_without_data_says_why(namespace: str, name: str, reason: str) -> None:
    (line,) = evaluate([Query(namespace, name, {}, "Sum")], [], SPAN)
    assert line.absent == reason
    assert line.values == ()


@pytest.mark.parametrize(
    ("word", "value"),
    [("Sum", 9.0), ("Minimum", 1.0), ("Maximum", 6.0), ("Average", 3.0), ("SampleCount", 3.0)],
)
def test_every_statistic_is_computed(word: Statistic, value: float) -> None:
    assert statistic([1.0, 2.0, 6.0], word) == value


@pytest.mark.parametrize("seconds", [0, 7, 95, 700, 90_000, 6_000_000])
def test_the_time_holds_every_moment_in_a_readable_number_of_periods(seconds: int) -> None:
    first, last = START + timedelta(seconds=3), START + timedelta(seconds=3 + seconds)
    span = span_of([last, first], now=last)
    assert span.start <= first
    assert last < span.end
    assert 1 <= span.slots <= max(MOST_PERIODS, 1 + -(-seconds // 86_400) + 1)


def test_a_lake_without_any_moment_has_the_last_minute() -> None:
    span = span_of([], now=START)
    assert span.start <= START - timedelta(minutes=1)
    assert span.end > START
