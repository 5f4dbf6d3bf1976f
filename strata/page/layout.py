"""Where each state of a graph goes: the usual way straight down, the other ways beside it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from strata.page.graph import Edge, Graph, Node

NODE_WIDTH, NODE_HEIGHT = 176.0, 44.0
ROW_GAP, GUTTER = 26.0, 34.0
NEW_COLUMN = 330.0
"""How far up or down a chain may move to spare the picture another column."""
PAD, TITLE, FRAME_WIDTH = 16.0, 34.0, 210.0
"""Room in the frame of a Map or Parallel: at its sides, above for its name, and its least width."""


@dataclass(frozen=True)
class Box:
    """The place of one state, in units of the picture; a `frame` has others inside it."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    frame: bool


@dataclass(frozen=True)
class Way:
    """An edge whose ends lie in these boxes; `level` numbers the graph that it belongs to."""

    edge: Edge
    level: int


@dataclass(frozen=True)
class Layout:
    """All boxes, outer ones first, and all ways, in a picture of this size."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]


def lay_out(graph: Graph, preferred: Collection[str] = frozenset()) -> Layout:
    """Give a place to every state; the way through `preferred` states goes straight down.

    A graph is cut into chains, each the longest that is left. A chain is a column, or a part of
    one where there is room, and begins beside the lowest state that leads to it.
    """
    sizes: dict[str, tuple[float, float]] = {}
    inner: dict[str, list[Layout]] = {}
    for node in graph.nodes:
        inner[node.name] = [lay_out(part, preferred) for part in node.inner]
        sizes[node.name] = _size(inner[node.name])
    chains = _chains(graph, preferred)
    columns: list[list[tuple[float, float]]] = []
    tops: dict[str, float] = {}
    column_of: dict[str, int] = {}
    for chain in chains:
        height = sum(sizes[name][1] + ROW_GAP for name in chain) - ROW_GAP
        top = max(
            (
                tops[edge.source]
                for edge in graph.edges
                if edge.target == chain[0] and edge.source in tops
            ),
            default=0.0,
        )
        column, top = _room(columns, top, height, first=0 if not tops else 1)
        for name in chain:
            tops[name], column_of[name] = top, column
            top += sizes[name][1] + ROW_GAP
    return _assemble(graph, inner, sizes, tops, column_of)


def _size(parts: list[Layout]) -> tuple[float, float]:
    if not parts:
        return NODE_WIDTH, NODE_HEIGHT
    width = sum(part.width for part in parts) + GUTTER * (len(parts) - 1)
    return max(width, FRAME_WIDTH) + 2 * PAD, max(part.height for part in parts) + TITLE + PAD


def _chains(graph: Graph, preferred: Collection[str]) -> list[list[str]]:
    """Cut a graph into chains: first the one that begins at its start, then the longest left."""
    worth = {
        node.name: (100.0 if node.name in preferred else 1.0) - (0.5 if node.type == "Fail" else 0)
        for node in graph.nodes
    }
    forward = _without_loops(graph)
    left = {node.name: None for node in graph.nodes}
    chains = []
    while left:
        heads = [graph.start] if graph.start in left else list(left)
        best: Best = {}
        chain = max((_longest(name, forward, worth, best) for name in heads), key=_first)[1]
        chains.append(chain)
        for name in chain:
            del left[name]
            del worth[name]
    return chains


Best = dict[str, tuple[float, list[str]]]


def _first(pair: tuple[float, list[str]]) -> float:
    return pair[0]


def _longest(
    name: str, forward: Mapping[str, list[Edge]], worth: Mapping[str, float], best: Best
) -> tuple[float, list[str]]:
    """Give the worthiest chain that begins at a state; an error's way is the last that it takes."""
    if name not in best:
        total, chain = 0.0, list[str]()
        for edge in forward[name]:
            if edge.target in worth:
                found, tail = _longest(edge.target, forward, worth, best)
                found -= 2.5 if edge.kind == "catch" else 0
                if found > total or (not chain and edge.kind == "catch" and found > -2):
                    total, chain = found, tail
        best[name] = (worth[name] + total, [name, *chain])
    return best[name]


def _without_loops(graph: Graph) -> Mapping[str, list[Edge]]:
    """Give the edges of each state but those that lead back to where the walk came from."""
    outgoing: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        outgoing.setdefault(edge.source, []).append(edge)
    kept: dict[str, list[Edge]] = {}
    done: set[str] = set()

    def walk(name: str, above: frozenset[str]) -> None:
        done.add(name)
        inside = above | {name}
        kept[name] = [edge for edge in outgoing.get(name, []) if edge.target not in inside]
        for edge in kept[name]:
            if edge.target not in done:
                walk(edge.target, inside)

    for node in (graph.start, *(node.name for node in graph.nodes)):
        if node not in done:
            walk(node, frozenset())
    return kept


def _room(
    columns: list[list[tuple[float, float]]], top: float, height: float, *, first: int
) -> tuple[int, float]:
    """Take the place for a chain that is nearest to this height, and give its column and height.

    A place further up or down in a column is preferred to a new column unless it is far away.
    """
    best = (NEW_COLUMN, len(columns), top)
    for column in range(first, len(columns)):
        ends = [high + ROW_GAP for _, high in columns[column]]
        starts = [low - ROW_GAP - height for low, _ in columns[column]]
        for place in (top, *ends, *starts):
            if place >= 0 and all(
                place + height + ROW_GAP <= low or high + ROW_GAP <= place
                for low, high in columns[column]
            ):
                best = min(best, (abs(place - top), column, place))
    _, column, top = best
    if column == len(columns):
        columns.append([])
    columns[column].append((top, top + height))
    return column, top


def _assemble(
    graph: Graph,
    inner: Mapping[str, list[Layout]],
    sizes: Mapping[str, tuple[float, float]],
    tops: Mapping[str, float],
    column_of: Mapping[str, int],
) -> Layout:
    count = max(column_of.values(), default=-1) + 1
    widths = [
        max(sizes[name][0] for name, column in column_of.items() if column == number)
        for number in range(count)
    ]
    lefts = [sum(widths[:number]) + GUTTER * number for number in range(count)]
    boxes: list[Box] = []
    ways = [Way(edge, 0) for edge in graph.edges]
    level = 1
    for node in graph.nodes:
        width, height = sizes[node.name]
        column = column_of[node.name]
        x = lefts[column] + (widths[column] - width) / 2
        y = tops[node.name]
        boxes.append(Box(node, x, y, width, height, frame=bool(node.inner)))
        parts = inner[node.name]
        taken = sum(part.width for part in parts) + GUTTER * (len(parts) - 1)
        left = x + (width - taken) / 2
        for part in inner[node.name]:
            boxes += [
                Box(box.node, box.x + left, box.y + y + TITLE, box.width, box.height, box.frame)
                for box in part.boxes
            ]
            ways += [Way(way.edge, way.level + level) for way in part.ways]
            level += 1 + max((way.level for way in part.ways), default=0)
            left += part.width + GUTTER
    bottom = max((tops[name] + sizes[name][1] for name in tops), default=0.0)
    right = lefts[-1] + widths[-1] if widths else 0.0
    return Layout(right, bottom, tuple(boxes), tuple(ways))
