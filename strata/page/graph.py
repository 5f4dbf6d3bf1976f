"""A state machine's definition as a graph: states, the ways between them, and what they contain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

EdgeKind = Literal["next", "choice", "catch"]


@dataclass(frozen=True)
class Edge:
    """A way from one state to another of the same level."""

    source: str
    target: str
    kind: EdgeKind


@dataclass(frozen=True)
class Node:
    """One state; `inner` holds the branches of a Parallel, or the one processor of a Map."""

    name: str
    type: str
    resource: str
    inner: tuple["Graph", ...] = ()


@dataclass(frozen=True)
class Graph:
    """One level of a definition: where it starts, its states, and the ways between them."""

    start: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def walk(self, parent: str | None = None) -> Iterator[tuple[Node, str | None]]:
        """Give every state of every level, each with the state that contains it."""
        for node in self.nodes:
            yield node, parent
            for graph in node.inner:
                yield from graph.walk(node.name)

    def only(self, names: frozenset[str]) -> "Graph":
        """Give the part of the graph that these states make up, at every level."""
        nodes = tuple(
            replace(
                node, inner=tuple(part.only(names) for part in node.inner if part.start in names)
            )
            for node in self.nodes
            if node.name in names
        )
        edges = tuple(edge for edge in self.edges if edge.source in names and edge.target in names)
        return Graph(self.start, nodes, edges)


def read_graph(definition: Mapping[str, Any]) -> Graph:
    """Read a definition, or a part of one that has `StartAt` and `States`."""
    states: Mapping[str, Any] = definition["States"]
    return Graph(
        start=definition["StartAt"],
        nodes=tuple(_node(name, state) for name, state in states.items()),
        edges=tuple(edge for name, state in states.items() for edge in _edges(name, state)),
    )


def _node(name: str, state: Mapping[str, Any]) -> Node:
    parts = list(state.get("Branches", []))
    if processor := state.get("ItemProcessor") or state.get("Iterator"):
        parts.append(processor)
    inner = tuple(read_graph(part) for part in parts)
    return Node(name, state["Type"], str(state.get("Resource", "")), inner)


def _edges(name: str, state: Mapping[str, Any]) -> Iterator[Edge]:
    """Give each target once, by the most ordinary way that leads there."""
    ways: list[tuple[str, EdgeKind]] = []
    if "Next" in state:
        ways.append((state["Next"], "next"))
    ways += [(choice["Next"], "choice") for choice in state.get("Choices", [])]
    if "Default" in state:
        ways.append((state["Default"], "choice"))
    ways += [(catcher["Next"], "catch") for catcher in state.get("Catch", [])]
    seen: set[str] = set()
    for target, kind in ways:
        if target not in seen:
            seen.add(target)
            yield Edge(name, target, kind)
