"""The picture of a state machine: drawn from its definition, told by one of its executions."""

from collections.abc import Mapping, Sequence

from strata.page.graph import Graph
from strata.page.layout import Box, Layout, Way, lay_out
from strata.page.markup import Markup, el, join
from strata.page.routing import Point, route
from strata.page.story import StateOutcome, Visit
from strata.page.words import seconds, short

MARGIN = 26.0
CORNER = 6.0
LONG_NAME, NAME_LENGTH = 18, 27
_ORDER: tuple[StateOutcome, ...] = ("succeeded", "retried", "caught", "running", "failed")
_MARKS = {"succeeded": "✓", "retried": "↻", "caught": "!", "failed": "✕", "running": "…"}
_KINDS = {
    "lambda:invoke": "function",
    "glue:startJobRun.sync": "Spark job",
    "aws-sdk:glue:startCrawler": "crawler",
    "aws-sdk:glue:getCrawler": "crawler",
    "events:putEvents": "event",
    "sns:publish": "notice",
    "sqs:sendMessage": "kept notice",
    "states:startExecution": "execution",
}


def draw_flow(graph: Graph, visits: Sequence[Visit], *, label: str) -> Markup:
    """Give the picture: each state with its outcome and seconds, the ways taken drawn strong.

    States that were not reached are pale. `label` says in a sentence what the picture shows.
    """
    told = _by_state(visits)
    layout = lay_out(graph, told)
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    frames = [_frame(box, told) for box in layout.boxes if box.frame]
    states = [_state(box, told) for box in layout.boxes if not box.frame]
    picture = el("g", *frames, *_lines(layout, visits), *states, transform="translate(26 26)")
    return el(
        "svg",
        el("title", label),
        picture,
        class_="flow",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=width,
        height=height,
        role="img",
    )


def _by_state(visits: Sequence[Visit]) -> dict[str, tuple[StateOutcome, float, int]]:
    """Give each state's worst outcome, the sum of its seconds, and how often it was entered."""
    told: dict[str, tuple[StateOutcome, float, int]] = {}
    for visit in visits:
        outcome, total, times = told.get(visit.state, ("succeeded", 0.0, 0))
        worst = max(outcome, visit.outcome, key=_ORDER.index)
        told[visit.state] = (worst, total + visit.seconds, times + 1)
    return told


def _frame(box: Box, told: Mapping[str, tuple[StateOutcome, float, int]]) -> Markup:
    kind = "each item" if box.node.type == "Map" else "side by side"
    return el(
        "g",
        el("rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=10, class_="frame"),
        el("text", box.node.name, x=box.x + 14, y=box.y + 22, class_="name"),
        el("text", _note(box, told, kind), x=box.x + box.width - 14, y=box.y + 22, class_="end"),
        class_=_class(box, told),
    )


def _state(box: Box, told: Mapping[str, tuple[StateOutcome, float, int]]) -> Markup:
    kind = next(
        (word for end, word in _KINDS.items() if box.node.resource.endswith(end)),
        {"Choice": "choice", "Wait": "wait"}.get(box.node.type, ""),
    )
    outcome = told.get(box.node.name)
    radius = {"Choice": 22, "Succeed": 22, "Fail": 22}.get(box.node.type, 8)
    shape = el(
        "rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=radius, class_="box"
    )
    left = box.x + (18 if radius > 8 else 12)
    below = _note(box, told, kind)
    size = "name long" if len(box.node.name) > LONG_NAME else "name"
    height = box.y + (19 if below else 27)
    name = el("text", short(box.node.name, NAME_LENGTH), x=left, y=height, class_=size)
    note = el("text", below, x=left, y=box.y + 34, class_="note") if below else None
    mark = None
    if outcome:
        x, y = box.x + box.width - 1, box.y + 1
        mark = el(
            "g",
            el("circle", cx=x, cy=y, r=8),
            el("text", _MARKS[outcome[0]], x=x, y=y + 3.5),
            class_="mark",
        )
    return el("g", el("title", box.node.name), shape, name, note, mark, class_=_class(box, told))


def _note(box: Box, told: Mapping[str, tuple[StateOutcome, float, int]], kind: str) -> str:
    if box.node.name not in told:
        return kind
    outcome, total, times = told[box.node.name]
    parts = [kind] if kind else []
    if total >= 0.05:
        parts.append(seconds(total))
    if times > 1:
        parts.append(f"{times}×")
    if outcome != "succeeded":
        parts.append(outcome)
    return " · ".join(parts)


def _class(box: Box, told: Mapping[str, tuple[StateOutcome, float, int]]) -> str:
    outcome = told[box.node.name][0] if box.node.name in told else "unreached"
    return f"state {box.node.type.lower()} {outcome}"


def _lines(layout: Layout, visits: Sequence[Visit]) -> list[Markup]:
    """Give every way as a line, those that were taken last, so that they lie on top."""
    gone = _taken(layout.ways, visits)
    boxes = {box.node.name: box for box in layout.boxes}
    targets = list(dict.fromkeys(way.edge.target for way in layout.ways))
    drawn: list[tuple[bool, Markup]] = []
    for way in layout.ways:
        source, target = boxes[way.edge.source], boxes[way.edge.target]
        others = [
            box
            for box in layout.boxes
            if box not in (source, target)
            and not (box.frame and (_holds(box, source) or _holds(box, target)))
        ]
        corners = route(source, target, others, targets.index(way.edge.target))
        taken = (way.edge.source, way.edge.target) in gone
        drawn.append((taken, _line(corners, way.edge.kind, taken)))
    return [line for _, line in sorted(drawn, key=lambda one: one[0])]


def _holds(frame: Box, box: Box) -> bool:
    return (
        frame.x <= box.x
        and box.x + box.width <= frame.x + frame.width
        and frame.y <= box.y
        and box.y + box.height <= frame.y + frame.height
    )


def _taken(ways: Sequence[Way], visits: Sequence[Visit]) -> set[tuple[str, str]]:
    """Give the ways that were gone: from each stay, to the state that was entered right after."""
    targets: dict[str, list[str]] = {}
    for way in ways:
        targets.setdefault(way.edge.source, []).append(way.edge.target)
    starts: dict[str, list[float]] = {}
    for visit in visits:
        starts.setdefault(visit.state, []).append(visit.start)
    gone = set()
    for visit in visits:
        end = visit.start + visit.seconds - 0.0005
        after = [
            (start, target)
            for target in targets.get(visit.state, [])
            for start in starts.get(target, [])
            if start >= end
        ]
        if after:
            gone.add((visit.state, min(after)[1]))
    return gone


def _line(corners: Sequence[Point], kind: str, taken: bool) -> Markup:
    path = [f"M{corners[0][0]:.1f} {corners[0][1]:.1f}"]
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        start, end = _towards(here, before), _towards(here, after)
        path.append(f"L{start} Q{here[0]:.1f} {here[1]:.1f} {end}")
    (x1, y1), (x2, y2) = corners[-2], corners[-1]
    path.append(f"L{x2:.1f} {y2:.1f}")
    classes = f"way {kind}{' taken' if taken else ''}"
    return join(el("path", d=" ".join(path), class_=classes), _arrow(x1, y1, x2, y2, classes))


def _towards(here: Point, there: Point) -> str:
    """Give the point at most a corner's radius from `here` on the way `there`."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    length = abs(dx) + abs(dy)
    part = min(CORNER, length / 2) / length if length else 0
    return f"{here[0] + dx * part:.1f} {here[1] + dy * part:.1f}"


def _arrow(x1: float, y1: float, x2: float, y2: float, classes: str) -> Markup:
    back, across = (-7 if x2 + y2 > x1 + y1 else 7), 3.6
    ends = [(back, -across), (back, across)] if y1 == y2 else [(-across, back), (across, back)]
    points = " ".join(f"{x2 + dx:.1f},{y2 + dy:.1f}" for dx, dy in [(0.0, 0.0), *ends])
    return el("polygon", points=points, class_=classes.replace("way", "tip"))
