"""The picture of a state machine tells what an execution did."""

import re
from typing import Any

from strata.page.flow import draw_flow
from strata.page.graph import read_graph
from strata.page.story import Visit


def state_classes(picture: str) -> dict[str, str]:
    """Give each state's kind and outcome, as the picture marks them."""
    groups = re.findall(r'<g class="state ([^"]+)">(.*?)(?=<g class="state |$)', picture)
    return {
        name.group(1): kind
        for kind, body in groups
        if (name := re.search(r'class="name(?: long)?">([^<]+)<', body))
    }


def test_each_state_is_marked_with_what_became_of_it(definition: dict[str, Any]) -> None:
    seen = [Visit("Open", 0, 1.2, "retried"), Visit("Anything?", 1.2, 0, "succeeded")]
    marked = state_classes(draw_flow(read_graph(definition), seen, label="x"))
    assert marked["Open"] == "task retried"
    assert marked["Anything?"] == "choice succeeded"
    assert marked["Both"] == "parallel unreached"
    assert marked["StageFailed"] == "pass unreached"
    assert len(marked) == 14


def test_a_state_shows_its_seconds_its_rounds_and_what_it_runs(definition: dict[str, Any]) -> None:
    seen = [
        Visit("Stage", 0, 31.0, "succeeded"),
        *[Visit("Wait", n, 1.0, "succeeded") for n in (0, 2)],
    ]
    picture = draw_flow(read_graph(definition), seen, label="x")
    assert "Spark job · 31 s" in picture
    assert "wait · 2.0 s · 2×" in picture


def test_only_the_way_that_was_gone_is_strong(definition: dict[str, Any]) -> None:
    seen = [
        Visit("Open", 0, 1, "succeeded"),
        Visit("Anything?", 1, 0, "succeeded"),
        Visit("Each", 1, 1, "succeeded"),
        Visit("Both", 2, 1, "succeeded"),
        Visit("Done", 3, 0, "succeeded"),
    ]
    picture = draw_flow(read_graph(definition), seen, label="x")
    assert picture.count('class="way next taken"') == 3
    assert picture.count('class="way choice taken"') == 1
    assert 'class="way catch taken"' not in picture


def test_the_way_of_a_caught_error_is_strong_when_it_was_gone(definition: dict[str, Any]) -> None:
    seen = [
        Visit("Open", 0, 1, "caught"),
        Visit("Tidy", 1, 0, "succeeded"),
        Visit("Failed", 1, 0, "failed"),
    ]
    picture = draw_flow(read_graph(definition), seen, label="x")
    assert picture.count('class="way catch taken"') == 1
