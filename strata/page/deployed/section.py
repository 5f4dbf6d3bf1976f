"""The section of the page that shows the deployed dashboard, in its own grid."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from strata.page.deployed.evaluation import Span, evaluate, span_of
from strata.page.deployed.graphs import draw_graph, draw_numbers
from strata.page.deployed.judging import judge
from strata.page.deployed.measured import counted_executions
from strata.page.deployed.model import (
    AlarmTile,
    AlarmWord,
    Metric,
    Place,
    TextTile,
    Tile,
)
from strata.page.markup import Markup, el
from strata.page.parts import nothing, section
from strata.page.story import Story
from strata.page.words import clock, plural

_WORDS: Mapping[AlarmWord | None, tuple[str, str]] = {
    "ALARM": ("in alarm", "bad"),
    "OK": ("OK", "good"),
    "INSUFFICIENT_DATA": ("insufficient data", "plain"),
    None: ("not deployed", "bad"),
}
"""An alarm's state in words and its tone."""


def dashboard(story: Story) -> Markup:
    """Give the deployed dashboard, each widget in its place, drawn with this lake's data."""
    metrics = (*story.metrics, *counted_executions(story.executions))
    span = _span(story, metrics)
    tiles = sorted(story.dashboard.tiles, key=lambda tile: (tile.place.y, tile.place.x))
    return section(
        "dashboard",
        "Dashboard, as deployed",
        f"The CloudWatch dashboard {story.dashboard.name}, as the template deploys it: every "
        "widget in its place, with its axes and thresholds, drawn with emulated data.",
        el("p", _terms(story, span), class_="terms muted"),
        el("div", *(_tile(tile, story, metrics, span) for tile in tiles), class_="cloudwatch")
        if tiles
        else nothing("The dashboard has no widget."),
    )


def _span(story: Story, metrics: Sequence[Metric]) -> Span:
    moments = [moment for metric in metrics if not metric.current for moment, _ in metric.points]
    moments += [
        execution.started_at + timedelta(seconds=execution.seconds)
        for execution in story.executions
    ]
    return span_of(moments, now=story.written_at)


def _terms(story: Story, span: Span) -> str:
    opened = re.fullmatch(r"-P(\d+)D", story.dashboard.span)
    days = f"It opens on the last {plural(int(opened[1]), 'day')}; here" if opened else "Here"
    return (
        f"{days} time runs from {clock(span.start)} to {clock(span.end)} UTC, and each point "
        f"stands for {plural(span.period, 'second')}. Metrics come from the records in the "
        "functions' logs and the histories of the executions; queues are as they were when the "
        f"page was written, at {clock(story.written_at)}. Alarms are judged by the same numbers "
        "where the emulator leaves them open."
    )


def _tile(tile: Tile, story: Story, metrics: Sequence[Metric], span: Span) -> Markup:
    if isinstance(tile, TextTile):
        return el("div", *_paragraphs(tile.markdown), class_="words", style=_style(tile.place))
    if isinstance(tile, AlarmTile):
        return _alarms(tile, story, metrics)
    lines = evaluate(tile.queries, metrics, span)
    drawn = draw_numbers(lines) if tile.single else draw_graph(tile, lines, span)
    return el("figure", el("figcaption", el("b", tile.title)), drawn, style=_style(tile.place))


def _alarms(tile: AlarmTile, story: Story, metrics: Sequence[Metric]) -> Markup:
    known = {alarm.name: judge(alarm, metrics, story.written_at) for alarm in story.alarms}
    states = [(name, known.get(name)) for name in tile.alarms]
    counted = Counter(state for _, state in states)
    told = ", ".join(
        f"{counted[state]} {word}" for state, (word, _) in _WORDS.items() if counted[state]
    )
    shown = [
        el(
            "span",
            el("i", class_="dot"),
            name.removeprefix(f"{story.prefix}-"),
            class_=f"alarm {_WORDS[state][1]}",
            title=f"{name}: {_WORDS[state][0]}",
        )
        for name, state in states
    ]
    return el(
        "figure",
        el("figcaption", el("b", tile.title), el("small", told)),
        el("div", *shown, class_="alarms"),
        style=_style(tile.place),
    )


def _paragraphs(markdown: str) -> list[Markup]:
    """Give headings and paragraphs; any other Markdown stays as it is written."""
    found: list[Markup] = []
    for line in filter(str.strip, markdown.splitlines()):
        heading = re.fullmatch(r"#+\s+(.*)", line.strip())
        found.append(el("h3", heading[1]) if heading else el("p", line.strip()))
    return found


def _style(place: Place) -> str:
    return f"grid-area: {place.y + 1} / {place.x + 1} / span {place.height} / span {place.width}"
