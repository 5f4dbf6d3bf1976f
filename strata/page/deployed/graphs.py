"""Draws a widget of metrics as SVG: lines or columns over time, on one axis or two."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from strata.page.deployed.evaluation import Line, Span
from strata.page.deployed.model import Bounds, Level, MetricTile
from strata.page.markup import Markup, el, join
from strata.page.words import clock, compact

UNIT_WIDTH, UNIT_HEIGHT = 46.0, 26.0
LEFT, RIGHT, TOP, FOOT = 40.0, 12.0, 10.0, 20.0
COLOURS = 8
"""How many colours the style has for lines; the next line begins again."""
_NICE = (1.0, 2.0, 4.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True)
class _Axis:
    low: float
    high: float
    base: float
    height: float

    def y(self, value: float) -> float:
        """Give where a value lies; one beyond the axis lies at its end, as in CloudWatch."""
        held = max(self.low, min(value, self.high))
        return self.base - self.height * (held - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> tuple[float, ...]:
        middle = (self.low + self.high) / 2
        whole = self.high - self.low <= 1 and self.low == 0
        return (self.low, self.high) if whole else (self.low, middle, self.high)


def draw_graph(tile: MetricTile, lines: Sequence[Line], span: Span) -> Markup:
    """Give the picture of a graph with its legend; each line without data says why it has none."""
    width, height = tile.place.width * UNIT_WIDTH, max(4, tile.place.height - 1) * UNIT_HEIGHT
    base = height - FOOT
    two = any(line.right for line in lines)
    right_edge = width - (LEFT if two else RIGHT)
    axes = {side: _axis(tile, lines, side, base) for side in ((False, True) if two else (False,))}
    wide = (right_edge - LEFT) / span.slots
    drawn = [*_grid(axes, right_edge), *_times(span, right_edge, base)]
    if tile.stacked:
        drawn += _columns(lines, axes, wide)
    else:
        drawn += [_line(line, axes[line.right], wide) for line in lines if line.values]
    drawn += [_level(level, axes[level.right], right_edge) for level in tile.levels]
    if not any(line.values for line in lines):
        middle = (LEFT + right_edge) / 2
        drawn.append(el("text", "no data locally", x=middle, y=base / 2 + 8, class_="middle"))
    picture = el(
        "svg",
        el("title", tile.title),
        *drawn,
        class_="chart",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
    )
    return join(picture, legend(lines))


def draw_numbers(lines: Sequence[Line]) -> Markup:
    """Give the newest value of each line as a number."""
    numbers = [
        el("div", el("strong", compact(line.values[-1][1])), el("small", line.label))
        if line.values
        else el("div", el("strong", "–"), el("small", f"{line.label}: {_absent(line)}"))
        for line in lines
    ]
    return el("div", *numbers, class_="numbers")


def legend(lines: Iterable[Line]) -> Markup:
    """Give the names of the lines with their colours."""
    return el("p", *(_name(line) for line in lines), class_="legend")


def _name(line: Line) -> Markup:
    if not line.values:
        return el("span", el("i", class_="key unreached"), f"{line.label}: {_absent(line)}")
    now = f": {compact(line.values[-1][1])} now" if line.current else ""
    side = " (right)" if line.right else ""
    return el("span", el("i", class_=f"key {_colour(line)}"), f"{line.label}{side}{now}")


def _absent(line: Line) -> str:
    return f"no data locally, {line.absent}"


def _colour(line: Line) -> str:
    return f"tone-{line.number % COLOURS}"


def _axis(tile: MetricTile, lines: Sequence[Line], right: bool, base: float) -> _Axis:
    bounds: Bounds = tile.right if right else tile.left
    mine = [line for line in lines if line.right == right]
    if tile.stacked:
        totals: dict[int, float] = {}
        for line in mine:
            for slot, value in line.values:
                totals[slot] = totals.get(slot, 0.0) + value
        values = list(totals.values())
    else:
        values = [value for line in mine for _, value in line.values]
    values += [level.value for level in tile.levels if level.right == right]
    low = min([0.0, *values]) if bounds.low is None else bounds.low
    high = _nice(max([0.0, *values])) if bounds.high is None else bounds.high
    return _Axis(low, high if high > low else low + 1, base, base - TOP)


def _nice(value: float) -> float:
    """Give the next round number that halves well."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _NICE if step * power >= value * 0.999_999)


def _grid(axes: dict[bool, _Axis], right_edge: float) -> list[Markup]:
    drawn: list[Markup] = []
    for right, axis in axes.items():
        for value in axis.ticks:
            y = axis.y(value)
            if not right:
                drawn.append(el("line", x1=LEFT, x2=right_edge, y1=y, y2=y, class_="axis"))
            x, side = (right_edge + 6, "note") if right else (LEFT - 6, "end")
            drawn.append(el("text", compact(value), x=x, y=y + 4, class_=side))
    return drawn


def _times(span: Span, right_edge: float, base: float) -> list[Markup]:
    middle = span.start + timedelta(seconds=span.period * span.slots / 2)
    marks = (
        (LEFT, span.start, "note"),
        ((LEFT + right_edge) / 2, middle, "middle"),
        (right_edge, span.end, "end"),
    )
    return [el("text", clock(moment), x=x, y=base + 15, class_=side) for x, moment, side in marks]


def _line(line: Line, axis: _Axis, wide: float) -> Markup:
    corners = [(LEFT + wide * (slot + 0.5), axis.y(value)) for slot, value in line.values]
    path = " ".join(
        f"{'L' if number else 'M'}{x:.1f} {y:.1f}" for number, (x, y) in enumerate(corners)
    )
    dots = [el("circle", cx=x, cy=y, r=3.4) for x, y in corners]
    return el("g", el("path", d=path), *dots, class_=f"drawn {_colour(line)}")


def _columns(lines: Sequence[Line], axes: dict[bool, _Axis], wide: float) -> list[Markup]:
    drawn: list[Markup] = []
    reached: dict[tuple[bool, int], float] = {}
    for line in lines:
        axis = axes[line.right]
        bars: list[Markup] = []
        for slot, value in line.values:
            below = reached.get((line.right, slot), 0.0)
            reached[line.right, slot] = below + value
            top, bottom = axis.y(below + value), axis.y(below)
            x = LEFT + wide * (slot + 0.08)
            if value:
                bars.append(el("rect", x=x, y=top, width=wide * 0.84, height=bottom - top))
        drawn.append(el("g", *bars, class_=f"drawn {_colour(line)}"))
    return drawn


def _level(level: Level, axis: _Axis, right_edge: float) -> Markup:
    y = axis.y(level.value)
    label_y = y + 13 if y < TOP + 14 else y - 5
    label = f"{level.label} ({compact(level.value)})" if level.label else compact(level.value)
    return el(
        "g",
        el("line", x1=LEFT, x2=right_edge, y1=y, y2=y, class_="mark"),
        el("text", label, x=right_edge - 4, y=label_y, class_="end"),
        class_="level",
    )
