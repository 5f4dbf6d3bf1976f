"""The body of a CloudWatch dashboard is read whole, or refused by name."""

import json
from typing import Any

import pytest

from strata.page.deployed.body import read_dashboard
from strata.page.deployed.model import (
    AlarmTile,
    Bounds,
    DashboardError,
    Level,
    MetricTile,
    Place,
    TextTile,
)

Body = dict[str, Any]


def tiles(body: Body) -> list[Any]:
    """Give the tiles of a body."""
    return list(read_dashboard("lake", json.dumps(body)).tiles)


def refusal(body: Body) -> str:
    """Give the error with which a body is refused."""
    with pytest.raises(DashboardError) as refused:
        tiles(body)
    return str(refused.value)


def test_every_widget_is_a_tile_in_its_place(body: Body) -> None:
    read = tiles(body)
    assert [tile.place for tile in read] == [
        Place(one["x"], one["y"], one["width"], one["height"]) for one in body["widgets"]
    ]
    assert [type(tile) for tile in read[:4]] == [AlarmTile, MetricTile, MetricTile, TextTile]


def test_alarms_are_named_by_the_end_of_their_arns(body: Body) -> None:
    assert tiles(body)[0].alarms == ("strata-local-failed",)


def test_a_graph_keeps_its_axes_its_thresholds_and_whether_it_is_stacked(body: Body) -> None:
    *_, outcomes, rows, score = tiles(body)
    assert outcomes.stacked
    assert [query.right for query in rows.queries] == [False, True]
    assert score.left == Bounds(0, 1)
    assert score.levels == (Level(0.95, "published from here"),)


def test_a_single_value_is_read_as_one(body: Body) -> None:
    body["widgets"][1]["properties"]["view"] = "singleValue"
    assert tiles(body)[1].single


@pytest.mark.parametrize("kind", ["log", "explorer", "custom"])
def test_a_widget_of_an_unknown_kind_is_an_error_that_names_it(body: Body, kind: str) -> None:
    body["widgets"][2]["type"] = kind
    told = refusal(body)
    assert "dashboard lake: widgets.2" in told
    assert kind in told


@pytest.mark.parametrize("view", ["pie", "gauge", "bar", "table"])
def test_a_view_without_a_picture_is_an_error(body: Body, view: str) -> None:
    body["widgets"][1]["properties"]["view"] = view
    assert "widgets.1.properties.view" in refusal(body)


@pytest.mark.parametrize(
    ("setting", "value"), [("liveData", True), ("table", {}), ("annotations", {"vertical": []})]
)
def test_a_setting_that_changes_the_picture_is_not_ignored(
    body: Body, setting: str, value: object
) -> None:
    body["widgets"][1]["properties"][setting] = value
    assert f"widgets.1.properties.{setting}" in refusal(body)


def test_an_entry_that_is_no_alarm_is_an_error(body: Body) -> None:
    body["widgets"][0]["properties"]["alarms"] = ["arn:aws:sns:us-east-1:000000000000:topic"]
    assert "widgets[0]: alarms: must be the ARN of an alarm" in refusal(body)


def test_a_body_that_is_no_json_is_an_error() -> None:
    with pytest.raises(DashboardError, match="dashboard lake: body"):
        read_dashboard("lake", "{")
