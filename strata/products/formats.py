"""The graph as text that people or other tools read."""

import json
from collections.abc import Iterator

from rich.text import Text
from rich.tree import Tree

from strata.products.graph import LakeGraph, Part


def as_tree(graph: LakeGraph) -> Tree:
    """Give a tree: each product over its inputs, first those that no other product reads.

    What was shown before is only named again.
    """
    root = Tree(Text("products and what they read", style="bold"), guide_style="dim")
    shown: set[str] = set()
    for part in graph.last:
        _grow(root, graph, part, shown)
    unread = [part for part in graph.parts if part.kind == "dataset" and part.name not in shown]
    if unread:
        rest = root.add(Text("read by no product", style="dim"))
        for part in unread:
            _grow(rest, graph, part, shown)
    return root


def _grow(above: Tree, graph: LakeGraph, part: Part, shown: set[str]) -> None:
    label = Text(part.name, style="bold" if part.kind == "product" else "cyan")
    label.append(f"  {part.kind}, {part.note}", style="dim not bold")
    if part.name in shown and part.inputs:
        label.append(", its inputs are above", style="dim not bold")
        above.add(label)
        return
    shown.add(part.name)
    branch = above.add(label)
    for name in part.inputs:
        _grow(branch, graph, graph.part(name), shown)


def as_mermaid(graph: LakeGraph) -> str:
    """Give a Mermaid flowchart, as GitHub draws it in Markdown: datasets round, products square."""
    return "\n".join(["flowchart LR", *_mermaid_lines(graph)])


def _mermaid_lines(graph: LakeGraph) -> Iterator[str]:
    # A prefix, because Mermaid has reserved words such as "end" that a dataset may be called.
    for part in graph.parts:
        left, right = ("([", "])") if part.kind == "dataset" else ("[", "]")
        yield f'  n_{part.name}{left}"{part.name}"{right}'
    for source, target in graph.edges:
        yield f"  n_{source} --> n_{target}"


def as_dot(graph: LakeGraph) -> str:
    """Give a graph in Graphviz's language: datasets round, products square."""
    lines = ["digraph products {", "  rankdir=LR;"]
    for part in graph.parts:
        shape = "ellipse" if part.kind == "dataset" else "box"
        lines.append(f'  "{part.name}" [shape={shape}];')
    lines += [f'  "{source}" -> "{target}";' for source, target in graph.edges]
    return "\n".join([*lines, "}"])


def as_json(graph: LakeGraph) -> str:
    """Give the parts in the order in which they are built, as JSON."""
    parts = [
        {"name": part.name, "kind": part.kind, "wave": part.wave, "inputs": list(part.inputs)}
        for part in graph.parts
    ]
    return json.dumps({"parts": parts}, indent=2)
