"""Tiles about the runs, as plain widgets: what is shown, not how it is drawn.

The widgets are neutral on purpose: a synthesised dashboard's body can be read into the same shape.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from strata.page.story import Arrival, Execution, Run, Story, Visit
from strata.page.words import clock, spoken

WidgetKind = Literal["bars", "line", "stacks"]
ROW_PARTS = ("good", "quarantined", "deduplicated")
"""The parts of a stack of rows."""
STAGES = {
    "open": ("OpenRun", "PlanProducts"),
    "inspect": ("InspectFiles", "PlanRead"),
    "stage (Spark)": ("StageRows", "BuildProduct"),
    "crawl and check drift": ("StartCrawler", "WaitForCrawler", "GetCrawler", "CheckDrift"),
    "judge": ("Judge",),
    "publish": ("PublishRows", "PublishProduct"),
    "close": ("CloseRun", "CloseRejected", "CloseQuarantined", "CloseFailed"),
    "tell": ("SideEffects", "NotifyQuarantine", "NotifyFailure"),
}
"""The states of the pipelines by what a person would call them."""


@dataclass(frozen=True)
class Widget:
    """One tile. `points` feed bars and lines, `rows` feed stacks, whose parts are `names`."""

    kind: WidgetKind
    title: str
    note: str
    points: tuple[tuple[str, float], ...] = ()
    rows: tuple[tuple[str, tuple[float, ...]], ...] = ()
    names: tuple[str, ...] = ()
    mark: float | None = None
    steps: bool = False
    bounds: tuple[float, float] | None = field(default=None)


def widgets(story: Story) -> tuple[Widget, ...]:
    """Give the tiles that the runs of this story fill, those without a number left out."""
    made = (
        _rows(story.runs),
        _outcomes(story.runs),
        _stages(story.executions),
        _scores(story.runs, story.thresholds),
        _waiting(story.arrivals, story.runs),
        _arrivals(story.arrivals),
    )
    return tuple(widget for widget in made if widget.points or widget.rows)


def _rows(runs: tuple[Run, ...]) -> Widget:
    rows: dict[str, tuple[float, ...]] = {}
    for run in runs:
        counted = (run.rows_good, run.rows_quarantined, run.rows_deduplicated)
        before = rows.get(run.dataset, (0.0, 0.0, 0.0))
        rows[run.dataset] = tuple(a + b for a, b in zip(before, counted, strict=True))
    filled = tuple((name, parts) for name, parts in rows.items() if any(parts))
    return Widget("stacks", "Rows", "good, quarantined, deduplicated", rows=filled, names=ROW_PARTS)


def _outcomes(runs: tuple[Run, ...]) -> Widget:
    counted = Counter(spoken(run.outcome) for run in runs)
    points = tuple((name, float(number)) for name, number in counted.most_common())
    return Widget("bars", "Runs by outcome", "count", points)


def _stages(executions: tuple[Execution, ...]) -> Widget:
    visits: list[Visit] = [visit for execution in executions for visit in execution.visits]
    points = []
    for stage, states in STAGES.items():
        found = sum(visit.seconds for visit in visits if visit.state in states)
        if found >= 0.05:
            points.append((stage, round(found, 2)))
    return Widget("bars", "Time by stage", "seconds, all runs, emulated", tuple(points))


def _scores(runs: tuple[Run, ...], thresholds: dict[str, float]) -> Widget:
    scored = [run for run in runs if run.score is not None]
    points = tuple((f"{run.dataset} {clock(run.started_at)}", run.score or 0.0) for run in scored)
    lowest = min((thresholds.get(run.dataset, 1.0) for run in scored), default=None)
    low = min([0.9, lowest or 1.0, *(value for _, value in points)])
    note = "by run; the line is the lowest threshold"
    return Widget("line", "Quality score", note, points, mark=lowest, bounds=(min(low, 0.9), 1.0))


def _waiting(arrivals: tuple[Arrival, ...], runs: tuple[Run, ...]) -> Widget:
    """Follow how many arrivals waited: one more when it is registered, less when a run takes it."""
    started = {run.run_id: run.started_at for run in runs}
    changes: list[tuple[datetime, int]] = []
    for arrival in arrivals:
        if arrival.status in ("unclaimed", "skipped"):
            continue
        changes.append((arrival.registered_at, 1))
        if arrival.run_id in started:
            changes.append((max(started[arrival.run_id], arrival.registered_at), -1))
    waiting, points = 0, []
    for moment, change in sorted(changes):
        waiting += change
        points.append((clock(moment), float(waiting)))
    return Widget("line", "Arrivals waiting", "at each change", tuple(points), steps=True)


def _arrivals(arrivals: tuple[Arrival, ...]) -> Widget:
    counted = Counter(spoken(arrival.status) for arrival in arrivals)
    points = tuple((name, float(number)) for name, number in counted.most_common())
    return Widget("bars", "Arrivals by status", "files", points)
