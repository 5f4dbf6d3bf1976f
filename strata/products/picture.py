"""The graph as a picture: datasets on the left, products to their right, in waves."""

from strata.page.markup import Markup, el
from strata.products.graph import LakeGraph, Part

WIDTH, HEIGHT = 190.0, 34.0
"""The size of a box, in units of the picture."""
ACROSS, BETWEEN, MARGIN = 90.0, 16.0, 16.0
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2933}"
    "rect{fill:#fff;stroke:#52606d}.dataset{fill:#eef4f8}"
    "path{fill:none;stroke:#829ab1;stroke-width:1.5}"
)
Places = dict[str, tuple[float, float]]


def draw_graph(graph: LakeGraph, *, in_page: bool = False, links: bool = True) -> Markup:
    """Give the picture as SVG with its own style, fit for a file.

    In a page the style is the page's, and with `links` each box leads to the element with the
    part's name.
    """
    places = _places(graph)
    width = max((x for x, _ in places.values()), default=0.0) + WIDTH + 2 * MARGIN
    height = max((y for _, y in places.values()), default=0.0) + HEIGHT + 2 * MARGIN
    boxes = [_box(part, places) for part in graph.parts]
    if in_page and links:
        pairs = zip(graph.parts, boxes, strict=True)
        boxes = [el("a", box, href=f"#{part.name}") for part, box in pairs]
    lines = [_line(places[source], places[target]) for source, target in graph.edges]
    return el(
        "svg",
        el("title", "Datasets and the products that are built from them"),
        None if in_page else el("style", STYLE),
        el("g", *lines, *boxes, transform=f"translate({MARGIN:.0f} {MARGIN:.0f})"),
        xmlns=None if in_page else "http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=width,
        height=height,
        role="img",
        class_="lineage" if in_page else None,
    )


def _places(graph: LakeGraph) -> Places:
    """A part is as near as may be to the height of what it reads, so that few lines cross."""
    places: Places = {}
    for number in sorted({part.wave for part in graph.parts}):
        wave = [part for part in graph.parts if part.wave == number]
        wave.sort(key=lambda part: (_middle(part, places), part.name))
        for row, part in enumerate(wave):
            places[part.name] = (number * (WIDTH + ACROSS), row * (HEIGHT + BETWEEN))
    return places


def _middle(part: Part, places: Places) -> float:
    heights = [places[name][1] for name in part.inputs]
    return sum(heights) / len(heights) if heights else 0.0


def _box(part: Part, places: Places) -> Markup:
    x, y = places[part.name]
    radius = HEIGHT / 2 if part.kind == "dataset" else 6.0
    label = part.name if len(part.name) <= 24 else f"{part.name[:23]}…"
    return el(
        "g",
        el("title", f"{part.name}: {', '.join(filter(None, (part.kind, part.note)))}"),
        el("rect", x=x, y=y, width=WIDTH, height=HEIGHT, rx=radius, class_=part.kind),
        el("text", label, x=x + WIDTH / 2, y=y + HEIGHT / 2 + 4.5, text_anchor="middle"),
    )


def _line(source: tuple[float, float], target: tuple[float, float]) -> Markup:
    x1, y1 = source[0] + WIDTH, source[1] + HEIGHT / 2
    x2, y2 = target[0], target[1] + HEIGHT / 2
    bend = ACROSS / 2
    way = f"M{x1:.0f} {y1:.0f} C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return el("path", d=way)
