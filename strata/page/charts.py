"""Small pictures of numbers, drawn as SVG: bars, lines, and bars of several parts."""

from collections.abc import Sequence

from strata.page.markup import Markup, el
from strata.page.words import compact, fitted, short

WIDTH, ROW, LABEL, VALUE = 380.0, 22.0, 152.0, 52.0
LINE_HEIGHT, TOP, FOOT, LEFT = 132.0, 10.0, 20.0, 44.0
MOST_POINTS = 100
Points = Sequence[tuple[str, float]]


def bars(points: Points, *, label: str) -> Markup:
    """Give a horizontal bar for each value, in the order given, with its label and its number."""
    most = max((abs(value) for _, value in points), default=0.0) or 1.0
    room = WIDTH - LABEL - VALUE
    rows: list[Markup] = []
    for number, (name, value) in enumerate(points):
        y = number * ROW
        length = max(1.5, room * abs(value) / most)
        rows += [
            el("text", fitted(name, LABEL - 8), x=LABEL - 8, y=y + 15, class_="end"),
            el(
                "rect",
                x=LABEL,
                y=y + 5,
                width=length,
                height=13,
                rx=3,
                class_="bar" if value >= 0 else "bar below",
            ),
            el("text", compact(value), x=LABEL + length + 6, y=y + 15, class_="value"),
        ]
    return _picture(label, len(points) * ROW + 4, *rows)


def line(points: Points, *, label: str, steps: bool = False) -> Markup:
    """Give a line through the values, with the first and last label below it.

    The axis spans the values and zero; `steps` holds a value until the next one. The points are
    drawn at equal distances.
    """
    values = [value for _, value in points]
    bottom, top = min([0.0, *values]), max([0.0, *values])
    span = (top - bottom) or 1.0
    base = TOP + LINE_HEIGHT
    wide = WIDTH - LEFT - 8

    def x(number: int) -> float:
        return LEFT + (wide * number / (len(points) - 1) if len(points) > 1 else wide / 2)

    def y(value: float) -> float:
        return base - LINE_HEIGHT * (value - bottom) / span

    drawn = [_level(bottom, y(bottom)), _level(top, y(top))]
    if span > 0 and bottom < 0 < top:
        drawn.append(_level(0.0, y(0.0)))
    if points:
        path = _path([(x(number), y(value)) for number, value in enumerate(values)], steps=steps)
        area = f"{path} L{x(len(values) - 1):.1f} {y(max(bottom, 0)):.1f} L{x(0):.1f} "
        drawn.append(el("path", d=f"{area}{y(max(bottom, 0)):.1f} Z", class_="area"))
        drawn.append(el("path", d=path, class_="line"))
        drawn.append(el("text", short(points[0][0], 24), x=LEFT, y=base + 15, class_="note"))
    if len(points) > 1:
        last = el("text", short(points[-1][0], 24), x=WIDTH - 8, y=base + 15, class_="end")
        drawn.append(last)
    return _picture(label, base + FOOT, *drawn)


def stacks(
    rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], *, label: str
) -> Markup:
    """Give a bar for each row, cut into parts by share; the class `part-<name>` gives the colour.

    Bars fill the width, so that a small part can be seen next to a large one: each part that is
    not zero gets at least three units.
    """
    drawn: list[Markup] = []
    room = WIDTH - LABEL - VALUE
    for number, (name, parts) in enumerate(rows):
        y, x = number * ROW, LABEL
        drawn.append(el("text", fitted(name, LABEL - 8), x=LABEL - 8, y=y + 15, class_="end"))
        whole = sum(parts) or 1.0
        widths = [max(3.0, room * part / whole) if part else 0.0 for part in parts]
        scale = room / sum(widths) if sum(widths) else 0.0
        for kind, width in zip(names, widths, strict=True):
            if width:
                drawn.append(
                    el("rect", x=x, y=y + 5, width=width * scale, height=13, class_=f"part-{kind}")
                )
                x += width * scale
        total = compact(sum(parts))
        drawn.append(el("text", total, x=WIDTH - VALUE + 6, y=y + 15, class_="value"))
    return _picture(label, len(rows) * ROW + 4, *drawn)


def thinned(points: Points) -> tuple[tuple[str, float], ...]:
    """Give at most `MOST_POINTS` points: the mean of each group of neighbours."""
    group = -(-len(points) // MOST_POINTS) or 1
    if group == 1:
        return tuple(points)
    parts = [points[start : start + group] for start in range(0, len(points), group)]
    means = [(part[0][0], sum(value for _, value in part) / len(part)) for part in parts]
    return (*means[:-1], (points[-1][0], means[-1][1]))


def _level(value: float, y: float) -> Markup:
    return el(
        "g",
        el("line", x1=LEFT, x2=WIDTH - 8, y1=y, y2=y, class_="axis"),
        el("text", compact(value), x=LEFT - 5, y=y + 4, class_="end"),
    )


def _path(corners: Sequence[tuple[float, float]], *, steps: bool) -> str:
    parts = [f"M{corners[0][0]:.1f} {corners[0][1]:.1f}"]
    for x, y in corners[1:]:
        parts.append(f"H{x:.1f} V{y:.1f}" if steps else f"L{x:.1f} {y:.1f}")
    return " ".join(parts)


def _picture(label: str, height: float, *children: Markup) -> Markup:
    return el(
        "svg",
        el("title", label),
        *children,
        class_="chart",
        viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
        role="img",
    )
