"""Rows of metrics and SEARCH expressions are read as what they ask for."""

from typing import Any

import pytest

from data_lake.metrics import quarantined_by_dataset, search_runs
from strata.page.deployed.model import DashboardError, Query
from strata.page.deployed.queries import insights, read_queries, search


def test_a_metric_is_read_with_its_dimensions_statistic_label_and_axis() -> None:
    row = ["AWS/SQS", "Depth", "QueueName", "dead", {"label": "a", "stat": "Sum", "yAxis": "right"}]
    assert read_queries([row], "Average", "here") == (
        Query("AWS/SQS", "Depth", {"QueueName": "dead"}, "Sum", label="a", right=True),
    )


def test_the_widgets_statistic_holds_where_a_metric_names_none() -> None:
    (query,) = read_queries([["AWS/S3", "Size"]], "Maximum", "here")
    assert query.statistic == "Maximum"


def test_the_search_that_the_lakes_dashboard_writes_is_read() -> None:
    query = search(search_runs("prod", "flights", "RowsGood", "Sum"), "here")
    assert query == Query(
        namespace="Strata",
        name="RowsGood",
        dimensions={"dataset": "flights", "environment": "prod"},
        statistic="Sum",
        open_dimensions=("outcome",),
    )


def test_the_query_that_the_lakes_alarm_writes_is_read() -> None:
    assert insights(quarantined_by_dataset("prod")) == Query(
        namespace="Strata",
        name="Runs",
        dimensions={"environment": "prod", "outcome": "quarantined"},
        statistic="Sum",
        open_dimensions=("dataset",),
    )


@pytest.mark.parametrize(
    "expression",
    [
        "SELECT SUM(Runs) FROM Strata",
        "SELECT SUM(Runs) FROM SCHEMA(\"Strata\", a, b) WHERE a != 'x' GROUP BY b",
        "SELECT SUM(Runs) FROM SCHEMA(\"Strata\", a, b) WHERE a = 'x' OR b = 'y' GROUP BY b",
        "SELECT SUM(Runs) FROM SCHEMA(\"Strata\", a, b, c) WHERE a = 'x' GROUP BY b",
        "SELECT P99(Runs) FROM SCHEMA(\"Strata\", a, b) WHERE a = 'x' GROUP BY b",
    ],
)
def test_a_query_that_says_more_is_not_read_by_halves(expression: str) -> None:
    assert insights(expression) is None


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("SUM(METRICS())", "only SEARCH("),
        ("""SEARCH('{N,a} a="1"', 'Sum', 60)""", "no MetricName"),
        ("""SEARCH('{N,a} MetricName="M" OR a="1"', 'Sum', 60)""", "got OR"),
        ("""SEARCH('{N,a} MetricName="M" b="1"', 'Sum', 60)""", "got b"),
        ("""SEARCH('{N,a} MetricName="M"', 'p99', 60)""", "must be one of Sum"),
    ],
)
def test_an_expression_that_is_not_evaluated_is_an_error(expression: str, reason: str) -> None:
    with pytest.raises(DashboardError, match=r"widgets\[3\]: ") as refused:
        search(expression, "widgets[3]")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["AWS/S3"], "a namespace, a name"),
        (["AWS/S3", "Size", "Bucket"], "pairs of dimensions"),
        ([".", "Size"], "shorthand"),
        (["AWS/S3", "Size", {"visible": False}], "visible"),
        ([], "a namespace"),
    ],
)
def test_a_row_that_cannot_be_read_is_an_error_with_its_number(row: list[Any], reason: str) -> None:
    with pytest.raises(DashboardError) as refused:
        read_queries([["AWS/S3", "Size"], row], "Sum", "widgets[3]")
    assert "widgets[3]: metrics[1]: " in str(refused.value)
    assert reason in str(refused.value)
