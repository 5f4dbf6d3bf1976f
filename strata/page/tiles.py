"""What the runs say beyond the deployed dashboard, in plain tiles: what is shown, not how."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from strata.page.story import Arrival, Execution, Run, Story, Visit
from strata.page.words import clock, spoken

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
class Tile:
    """One tile: bars, or a line that holds each value until the next one."""

    kind: Literal["bars", "line"]
    title: str
    note: str
    points: tuple[tuple[str, float], ...]


def tiles(story: Story) -> tuple[Tile, ...]:
    """Give the tiles that the runs of this story fill, those without a number left out."""
    made = (
        _stages(story.executions),
        _waiting(story.arrivals, story.runs),
        _arrivals(story.arrivals),
    )
    return tuple(tile for tile in made if tile.points)


def _stages(executions: tuple[Execution, ...]) -> Tile:
    visits: list[Visit] = [visit for execution in executions for visit in execution.visits]
    points = []
    for stage, states in STAGES.items():
        found = sum(visit.seconds for visit in visits if visit.state in states)
        if found >= 0.05:
            points.append((stage, round(found, 2)))
    return Tile("bars", "Time by stage", "seconds, all runs, emulated", tuple(points))


def _waiting(arrivals: tuple[Arrival, ...], runs: tuple[Run, ...]) -> Tile:
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
    return Tile("line", "Arrivals waiting", "at each change", tuple(points))


def _arrivals(arrivals: tuple[Arrival, ...]) -> Tile:
    counted = Counter(spoken(arrival.status) for arrival in arrivals)
    points = tuple((name, float(number)) for name, number in counted.most_common())
    return Tile("bars", "Arrivals by status", "files", points)
