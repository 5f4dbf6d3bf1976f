"""The graph of products is told in every format, from the contracts alone."""

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from strata.cli import main
from strata.paths import CONTRACTS
from strata.products.formats import as_dot, as_json, as_mermaid, as_tree
from strata.products.graph import LakeGraph, Part
from strata.products.picture import draw_graph

GRAPH = LakeGraph(
    (
        Part("airlines", "dataset", 0, (), "iceberg"),
        Part("end", "dataset", 0, (), "parquet"),
        Part("lonely", "dataset", 0, (), "iceberg"),
        Part("left", "product", 1, ("end",), "iceberg"),
        Part("right", "product", 1, ("airlines", "end"), "iceberg"),
        Part("top", "product", 2, ("left", "right"), "iceberg"),
    )
)
EDGES = [
    ("end", "left"),
    ("airlines", "right"),
    ("end", "right"),
    ("left", "top"),
    ("right", "top"),
]


def test_a_tree_shows_each_product_over_what_it_reads() -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(as_tree(GRAPH))
    assert console.export_text().splitlines() == [
        "products and what they read",
        "├── top  product, iceberg",
        "│   ├── left  product, iceberg",
        "│   │   └── end  dataset, parquet",
        "│   └── right  product, iceberg",
        "│       ├── airlines  dataset, iceberg",
        "│       └── end  dataset, parquet",
        "└── read by no product",
        "    └── lonely  dataset, iceberg",
    ]


def test_a_product_that_was_shown_is_only_named_again() -> None:
    shared = Part("other", "product", 2, ("right",), "iceberg")
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(as_tree(LakeGraph((*GRAPH.parts, shared))))
    lines = console.export_text().splitlines()
    assert "    └── right  product, iceberg, its inputs are above" in [
        line.replace("│", " ").rstrip() for line in lines
    ]
    assert sum("airlines" in line for line in lines) == 1


def test_mermaid_has_every_part_and_way_and_no_reserved_word_for_a_name() -> None:
    text = as_mermaid(GRAPH)
    assert re.findall(r"n_(\w+) --> n_(\w+)", text) == EDGES
    assert '  n_end(["end"])' in text
    assert '  n_top["top"]' in text


def test_dot_has_every_part_and_way() -> None:
    text = as_dot(GRAPH)
    assert re.findall(r'"(\w+)" -> "(\w+)";', text) == EDGES
    assert '"end" [shape=ellipse];' in text
    assert text.startswith("digraph products {")
    assert text.endswith("}")


def test_json_is_in_the_order_in_which_products_are_built() -> None:
    parts = json.loads(as_json(GRAPH))["parts"]
    assert [part["name"] for part in parts] == [part.name for part in GRAPH.parts]
    assert parts[-1] == {"name": "top", "kind": "product", "wave": 2, "inputs": ["left", "right"]}


def test_the_picture_is_well_formed_and_its_boxes_do_not_overlap() -> None:
    picture = ElementTree.fromstring(draw_graph(GRAPH))  # noqa: S314 - made here
    space = "{http://www.w3.org/2000/svg}"
    boxes = [
        tuple(float(box.attrib[name]) for name in ("x", "y", "width", "height"))
        for box in picture.iter(f"{space}rect")
    ]
    assert len(boxes) == len(GRAPH.parts)
    assert len(list(picture.iter(f"{space}path"))) == len(EDGES)
    for number, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, _, _ in boxes[number + 1 :]:
            assert abs(x - other_x) >= width or abs(y - other_y) >= height


@pytest.mark.parametrize("form", ["tree", "mermaid", "dot", "svg", "json"])
def test_the_command_names_every_contract_of_this_repository(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["products", "graph", "--format", form])
    shown = capsys.readouterr().out
    names = [path.name.partition(".")[0] for path in CONTRACTS.glob("*.odcs.yaml")]
    assert [name for name in names if name not in shown] == []


def test_the_command_writes_a_file_but_not_a_tree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "products.svg"
    main(["products", "graph", "--format", "svg", "--output", str(file)])
    ElementTree.parse(file)  # noqa: S314 - made here
    with pytest.raises(SystemExit):
        main(["products", "graph", "--output", str(file)])
    assert "a tree is drawn for the terminal" in capsys.readouterr().err
