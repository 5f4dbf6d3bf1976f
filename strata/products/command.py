"""`strata products graph`."""

from collections.abc import Callable
from pathlib import Path

from rich.tree import Tree

from data_lake.contracts import ContractSet
from strata.console import console
from strata.products.formats import as_dot, as_json, as_mermaid, as_tree
from strata.products.graph import LakeGraph, read_graph
from strata.products.picture import draw_graph

FORMATS: dict[str, Callable[[LakeGraph], str | Tree]] = {
    "tree": as_tree,
    "mermaid": as_mermaid,
    "dot": as_dot,
    "svg": draw_graph,
    "json": as_json,
}


def show_graph(contracts: ContractSet, form: str, output: Path | None) -> None:
    """Print the graph in one of `FORMATS`, or write it to a file; a tree is for the terminal."""
    shown = FORMATS[form](read_graph(contracts))
    if output is not None and isinstance(shown, str):
        output.write_text(f"{shown}\n", encoding="utf-8")
    elif isinstance(shown, str):
        # Not through the console, which would fold long lines.
        print(shown)
    else:
        console.print(shown)
