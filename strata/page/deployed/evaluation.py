"""Evaluates the lines of a graph: which metrics a query finds, and their values per period."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from strata.page.deployed.measured import why_absent
from strata.page.deployed.model import Metric, Query, Statistic

PERIODS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
"""Seconds, from which a graph's period is taken."""
MOST_PERIODS = 36
"""How many periods a graph has at most: columns then are wide enough to see."""
_STATISTICS: Mapping[Statistic, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Minimum": min,
    "Maximum": max,
    "Average": fmean,
    "SampleCount": len,
}


@dataclass(frozen=True)
class Span:
    """The time that the graphs cover, in whole periods of so many seconds."""

    start: datetime
    end: datetime
    period: int

    def slot(self, moment: datetime) -> int:
        """Give the number of the period a moment falls into, the nearest one if it is outside."""
        passed = (moment - self.start).total_seconds()
        return max(0, min(int(passed // self.period), self.slots - 1))

    @property
    def slots(self) -> int:
        """How many periods there are."""
        return round((self.end - self.start).total_seconds() / self.period)


@dataclass(frozen=True)
class Line:
    """A line of a graph: its values by the number of the period, none where nothing was measured.

    `number` gives its colour. `absent` says why it has no value at all; `current` that its value
    is the present one.
    """

    label: str
    number: int
    values: tuple[tuple[int, float], ...]
    right: bool = False
    absent: str = ""
    current: bool = False


def span_of(moments: Iterable[datetime], *, now: datetime) -> Span:
    """Give the time from the first to the last moment in whole periods; a minute before `now` if
    there is none."""
    known = list(moments) or [now - timedelta(minutes=1), now]
    first, last = min(known), max(known)
    seconds = (last - first).total_seconds()
    period = next((one for one in PERIODS if seconds / one < MOST_PERIODS - 1), PERIODS[-1])
    start = datetime.fromtimestamp(math.floor(first.timestamp() / period) * period, first.tzinfo)
    slots = int((last - start).total_seconds() // period) + 1
    return Span(start, start + timedelta(seconds=slots * period), period)


def evaluate(queries: Sequence[Query], metrics: Sequence[Metric], span: Span) -> tuple[Line, ...]:
    """Give the lines of a graph, in the order of its queries and of the metrics' dimensions."""
    lines: list[Line] = []
    several = len({query.name for query in queries}) > 1
    for query in queries:
        found = find(query, metrics)
        for metric in found:
            values = _by_period(metric, query.statistic, span)
            label = query.label or _label(query, metric, several=several)
            lines.append(Line(label, len(lines), values, query.right, current=metric.current))
        if not found:
            absent = why_absent(query.namespace, query.name)
            lines.append(
                Line(query.label or query.name, len(lines), (), query.right, absent=absent)
            )
    return tuple(lines)


def find(query: Query, metrics: Iterable[Metric]) -> list[Metric]:
    """Give the metrics that a query means, by their open dimensions' values."""
    wanted = {*query.dimensions, *query.open_dimensions}
    found = [
        metric
        for metric in metrics
        if (metric.namespace, metric.name) == (query.namespace, query.name)
        and set(metric.dimensions) == wanted
        and all(metric.dimensions[name] == value for name, value in query.dimensions.items())
    ]
    return sorted(found, key=lambda one: [one.dimensions[name] for name in query.open_dimensions])


def statistic(values: Sequence[float], word: Statistic) -> float:
    """Give a statistic of the values that were measured in one period; there is at least one."""
    return float(_STATISTICS[word](values))


def _by_period(metric: Metric, word: Statistic, span: Span) -> tuple[tuple[int, float], ...]:
    slots: dict[int, list[float]] = {}
    for moment, value in metric.points:
        slots.setdefault(span.slot(moment), []).append(value)
    return tuple((slot, statistic(slots[slot], word)) for slot in sorted(slots))


def _label(query: Query, metric: Metric, *, several: bool) -> str:
    """Name a line by what tells it from the others, as CloudWatch does."""
    told = [query.name] if several or not query.open_dimensions else []
    return " ".join([*told, *(metric.dimensions[name] for name in query.open_dimensions)])
