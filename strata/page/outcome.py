"""The end of the page: products as charts, what the runs say, and what was emulated."""

from collections.abc import Sequence

from strata.local.emulator import WAIT_SCALE
from strata.page.charts import bars, line
from strata.page.markup import Markup, el
from strata.page.parts import card, nothing, section, table
from strata.page.story import Chart, Product, Story
from strata.page.tiles import Tile, tiles
from strata.page.words import count, plural, seconds
from strata.products.graph import graph_of
from strata.products.picture import draw_graph

RAN = (
    ("Templates", "synthesised as for AWS and deployed through CloudFormation"),
    ("Functions", "the deployed archives, each under its own role and its permissions"),
    ("State machines", "the deployed definitions, states evaluated one by one"),
    ("Spark jobs", "the deployed scripts on real Spark, with real Iceberg tables"),
    ("Events, queues, ledger, topics", "EventBridge, SQS, DynamoDB and SNS, emulated"),
    ("Crawler", "a stand-in that looks at the raw files and writes the same catalog tables"),
    ("SQL on this page", "DuckDB and PyIceberg at the tables' current snapshots"),
)
NOT_JUDGED = (
    ("Encryption keys (KMS)", "zones, logs, queues and jobs use the lake's own key, which rotates"),
    ("Lifecycle rules", "files move and expire as the environment says; table files never do"),
    ("Quotas, concurrency", "every task retries with backoff, jitter and a bounded wait"),
    ("State machines' permissions", "they may start and invoke exactly what their states name"),
    ("Roles of jobs and crawler", "they write in their own zone only, without open wildcards"),
    ("Replication", "nothing: this environment has no second region"),
)


def products(story: Story) -> Markup:
    """Give every product with its charts."""
    return section(
        "products",
        "Products",
        "Drawn from the published rows of each data product; its contract says what is drawn.",
        _built_from(story.products),
        *([_product(product) for product in story.products] or [nothing("No product yet.")]),
    )


def _built_from(products: Sequence[Product]) -> Markup | None:
    if not products:
        return None
    graph = graph_of({product.name: product.inputs for product in products})
    return card(
        el("div", draw_graph(graph, in_page=True, links=False), class_="canvas"),
        title="What is built from what",
    )


def _product(product: Product) -> Markup:
    inputs = f"from {', '.join(product.inputs)}"
    drawn = el("div", *(_figure(chart) for chart in product.charts), class_="grid")
    return card(el("p", product.description), drawn, title=product.name, note=inputs)


def _figure(chart: Chart) -> Markup:
    label = f"{chart.title}, {chart.note}"
    drawn = line if chart.kind == "line" else bars
    caption = el("figcaption", el("b", chart.title), el("small", chart.note))
    return el("figure", caption, drawn(chart.points, label=label))


def sayings(story: Story) -> Markup:
    """Give what the deployed dashboard does not tell: where time went, and how arrivals fared."""
    drawn = [
        el("figure", el("figcaption", el("b", one.title), el("small", one.note)), _tile(one))
        for one in tiles(story)
    ]
    return section(
        "sayings",
        "What the runs say",
        "More than the dashboard tells: from the books and the histories of the emulated runs.",
        el("div", *drawn, class_="board") if drawn else nothing("No run has said anything yet."),
    )


def _tile(tile: Tile) -> Markup:
    if tile.kind == "bars":
        return bars(tile.points, label=tile.title)
    return line(tile.points, label=tile.title, steps=True)


def emulated(story: Story) -> Markup:
    """Say what ran here as it would on AWS, and what nobody judged."""
    resources = sum(number for _, number in story.stacks)
    stacks_ = [[name, count(number)] for name, number in story.stacks]
    return section(
        "emulated",
        "What was emulated, and what was not judged",
        f"{plural(len(story.stacks), 'stack')} with {plural(resources, 'resource')} were deployed "
        f"to an emulator on loopback. Time is compressed: a minute of waiting takes about "
        f"{seconds(60 * WAIT_SCALE)}.",
        el(
            "div",
            card(table(("part", "how it ran"), [list(pair) for pair in RAN]), title="Ran here"),
            card(
                table(
                    ("part", "asserted on the templates instead"),
                    [list(pair) for pair in NOT_JUDGED],
                ),
                title="Not judged here",
            ),
            card(table(("stack", "resources"), stacks_, right=[1]), title="Deployed"),
            class_="emulated",
        ),
    )
