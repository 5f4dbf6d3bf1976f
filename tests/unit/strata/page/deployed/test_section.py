"""The deployed dashboard is drawn whole, with the numbers of the lake and nothing beside them."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from strata.page import render
from strata.page.deployed.body import read_dashboard
from strata.page.deployed.model import AlarmWord, MetricTile
from strata.page.deployed.section import dashboard
from strata.page.story import Story


def figure(page: str, title: str) -> str:
    """Give the markup of one tile by its title."""
    found = re.search(rf"<figure[^>]*><figcaption><b>{title}</b>.*?</figure>", page, re.DOTALL)
    assert found, title
    return found[0]


def test_every_widget_stands_in_its_place_of_the_grid(story: Story) -> None:
    page = dashboard(story)
    for tile in story.dashboard.tiles:
        place = tile.place
        assert (
            f"grid-area: {place.y + 1} / {place.x + 1} / span {place.height} / span {place.width}"
            in page
        )


def test_a_threshold_is_drawn_where_its_value_lies_with_its_label(story: Story) -> None:
    score = figure(dashboard(story), "Quality score")
    (y,) = re.findall(r'y1="([\d.]+)" y2="\1" class="mark"', score)
    low, high = (float(found) for found in re.findall(r'y1="([\d.]+)" y2="\1" class="axis"', score))
    assert float(y) == pytest.approx(low + 0.95 * (high - low), abs=0.02)
    assert "published from here (0.95)" in score


def test_values_lie_on_their_own_axis(story: Story) -> None:
    rows = figure(dashboard(story), "Rows good and quarantined")
    assert "RowsGood published_with_warnings<" in rows
    assert "RowsQuarantined published_with_warnings (right)<" in rows
    good, aside = (float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', rows))
    assert good < 12
    assert aside < 12


def test_stacked_values_are_columns(story: Story) -> None:
    assert figure(dashboard(story), "Runs by outcome").count("<rect") == 1


def test_a_queue_is_told_as_it_is_now(story: Story) -> None:
    assert "arrivals: 0 now" in figure(dashboard(story), "Dead letters")


def test_a_graph_without_data_says_so_and_why_and_keeps_its_threshold(story: Story) -> None:
    score = figure(dashboard(replace(story, metrics=())), "Quality score")
    assert "no data locally<" in score
    assert "QualityScore: no data locally, no run has emitted it" in score
    assert 'class="mark"' in score
    assert "<circle" not in score


def test_text_is_shown_with_its_heading(story: Story) -> None:
    assert "<h3>flights</h3><p>a publish every 24 hours</p>" in dashboard(story)


@pytest.mark.parametrize(("status", "state"), [("SUCCEEDED", "1 OK"), ("FAILED", "1 in alarm")])
def test_alarms_are_judged_by_the_same_numbers(story: Story, status: str, state: str) -> None:
    ended = (replace(story.executions[0], status=status, seconds=0.0),)
    assert f"<small>{state}</small>" in dashboard(replace(story, executions=ended))


@pytest.mark.parametrize(("state", "word"), [("ALARM", "1 in alarm"), ("OK", "1 OK")])
def test_an_alarm_that_the_emulator_judged_is_shown_so(
    story: Story, state: AlarmWord, word: str
) -> None:
    alarms = (replace(story.alarms[0], state=state),)
    assert f"<small>{word}</small>" in dashboard(replace(story, alarms=alarms))


def test_an_alarm_that_was_not_deployed_is_told(story: Story) -> None:
    assert "<small>1 not deployed</small>" in dashboard(replace(story, alarms=()))


def test_a_single_value_is_shown_as_a_number(story: Story, body: dict[str, Any]) -> None:
    body["widgets"][5]["properties"]["view"] = "singleValue"
    shown = replace(story, dashboard=read_dashboard("lake", json.dumps(body)))
    assert "<strong>998</strong>" in figure(dashboard(shown), "Rows good and quarantined")


def test_hostile_text_of_a_dashboard_is_shown_as_text(story: Story, body: dict[str, Any]) -> None:
    hostile = "<script>alert(1)</script>"
    for widget in body["widgets"]:
        widget["properties"]["title" if widget["type"] != "text" else "markdown"] = hostile
    page = render(replace(story, dashboard=read_dashboard(hostile, json.dumps(body))))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= len(body["widgets"])


def test_the_page_says_that_it_is_the_deployed_dashboard_with_emulated_data(story: Story) -> None:
    page = render(story)
    assert "Dashboard, as deployed" in page
    assert "drawn with emulated data" in page
    assert all(tile.title in page for tile in story.dashboard.tiles if isinstance(tile, MetricTile))
