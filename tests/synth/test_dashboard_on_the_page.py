"""The report page can draw every dashboard that is synthesised, whole."""

import json
import re
from typing import Any

from strata.page.deployed.body import read_dashboard
from strata.page.deployed.model import AlarmTile, Dashboard, MetricTile, TextTile
from tests.synth.synthesised import Synthesised, flat


def deployed_body(lake: Synthesised) -> str:
    """Give the body of the one dashboard, its references to alarms resolved to their ARNs."""
    (dashboard,) = lake.properties("AWS::CloudWatch::Dashboard")
    alarms = lake.resources("AWS::CloudWatch::Alarm")

    def arn(found: re.Match[str]) -> str:
        name = alarms[found[1]]["Properties"]["AlarmName"]
        return f"arn:aws:cloudwatch:eu-west-1:111111111111:alarm:{name}"

    return re.sub(r"<(\w+)\.Arn>", arn, flat(dashboard["DashboardBody"]))


def read(lake: Synthesised) -> tuple[Dashboard, list[dict[str, Any]]]:
    """Give the dashboard as it is read, and the widgets that were synthesised."""
    body = deployed_body(lake)
    return read_dashboard("lake", body), json.loads(body)["widgets"]


def test_every_synthesised_widget_is_read_in_its_place(lake: Synthesised) -> None:
    dashboard, widgets = read(lake)
    kinds = {AlarmTile: "alarm", TextTile: "text", MetricTile: "metric"}
    assert [
        (kinds[type(tile)], tile.place.x, tile.place.y, tile.place.width, tile.place.height)
        for tile in dashboard.tiles
    ] == [(one["type"], one["x"], one["y"], one["width"], one["height"]) for one in widgets]


def test_every_synthesised_metric_is_a_query(lake: Synthesised) -> None:
    dashboard, widgets = read(lake)
    graphs = [tile for tile in dashboard.tiles if isinstance(tile, MetricTile)]
    rows = [one["properties"]["metrics"] for one in widgets if one["type"] == "metric"]
    assert [len(graph.queries) for graph in graphs] == [len(lines) for lines in rows]
    assert len({query.name for graph in graphs for query in graph.queries}) >= 7


def test_every_alarm_is_read_by_its_name(lake: Synthesised) -> None:
    dashboard, _ = read(lake)
    (alarms,) = [tile for tile in dashboard.tiles if isinstance(tile, AlarmTile)]
    assert {name.removeprefix(f"{lake.settings.prefix}-") for name in alarms.alarms} == set(
        lake.alarms()
    )


def test_every_threshold_is_a_level_of_its_graph(lake: Synthesised) -> None:
    dashboard, widgets = read(lake)
    drawn = [
        (level.value, level.label)
        for tile in dashboard.tiles
        if isinstance(tile, MetricTile)
        for level in tile.levels
    ]
    assert drawn == [
        (mark["value"], mark["label"])
        for one in widgets
        for mark in one["properties"].get("annotations", {}).get("horizontal", [])
    ]
    assert drawn
