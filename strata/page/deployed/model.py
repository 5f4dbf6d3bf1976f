"""What a dashboard says and what a lake has measured, in plain values: nothing of it is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from strata.errors import StrataError

Statistic = Literal["Sum", "Minimum", "Maximum", "Average", "SampleCount"]
AlarmWord = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]


class DashboardError(StrataError):
    """A dashboard says something that this page cannot show as CloudWatch would."""


@dataclass(frozen=True)
class Place:
    """Where a widget stands in the grid of 24 columns; all four are in grid units."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Query:
    """Which metrics a line shows: those of a namespace and a name with these dimensions.

    `open_dimensions` may have any value, and each combination found is a line of its own; without
    them the query names one metric. A metric has exactly the dimensions of both, as in CloudWatch.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: Statistic
    open_dimensions: tuple[str, ...] = ()
    label: str | None = None
    right: bool = False


@dataclass(frozen=True)
class Level:
    """A line across a graph at a value, such as a threshold."""

    value: float
    label: str = ""
    right: bool = False


@dataclass(frozen=True)
class Bounds:
    """The ends of an axis; None where the values decide."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class AlarmTile:
    """A widget that shows the state of alarms, by their names."""

    place: Place
    title: str
    alarms: tuple[str, ...]


@dataclass(frozen=True)
class TextTile:
    """A widget of text, in Markdown."""

    place: Place
    markdown: str


@dataclass(frozen=True)
class MetricTile:
    """A widget of metrics: a graph over time, or with `single` the newest value of each."""

    place: Place
    title: str
    queries: tuple[Query, ...]
    single: bool = False
    stacked: bool = False
    left: Bounds = Bounds()
    right: Bounds = Bounds()
    levels: tuple[Level, ...] = ()


Tile = AlarmTile | TextTile | MetricTile


@dataclass(frozen=True)
class Dashboard:
    """A deployed dashboard; `span` is the time it shows when it is opened, as `-P7D`."""

    name: str
    tiles: tuple[Tile, ...]
    span: str = ""


@dataclass(frozen=True)
class Metric:
    """What was measured under one namespace, name and set of dimensions, in order of time.

    `current` says that only the present is known, as of a queue: the one point is its level when
    the page was written.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    points: tuple[tuple[datetime, float], ...]
    current: bool = False


@dataclass(frozen=True)
class Alarm:
    """A deployed alarm, with what it compares; `state` is the emulator's own word for it.

    `queries` are what it watches, added up if `filled` (then what is missing counts as zero); if
    `grouped`, each metric that they find is judged on its own, and one that breaches is enough.
    None: an expression that nothing here can judge.
    """

    name: str
    state: AlarmWord
    queries: tuple[Query, ...] | None
    filled: bool
    period: int
    periods: int
    needed: int
    comparison: str
    threshold: float
    missing: str
    grouped: bool = False
