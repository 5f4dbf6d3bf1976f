"""The dictionary as one file: no script, no request, readable in light and dark and on a phone."""

from pathlib import Path

from data_lake.contracts import ProductContract
from strata.dictionary.columns import columns_table, table_rules
from strata.dictionary.entries import Dictionary, Entry
from strata.dictionary.facts import facts
from strata.page.document import document
from strata.page.markup import Markup, el, join
from strata.page.parts import card, fold, nothing, section, table, tile
from strata.page.words import plural
from strata.products.picture import draw_graph

STYLE = Path(__file__).with_name("style.css")


def render(dictionary: Dictionary) -> str:
    """Give the page, as HTML."""
    body = join(_head(dictionary), _lineage(dictionary), *map(_entry, dictionary.entries))
    return document("Strata: data dictionary", body, more_style=STYLE.read_text())


def _head(dictionary: Dictionary) -> Markup:
    entries = dictionary.entries
    products = sum(isinstance(entry.contract, ProductContract) for entry in entries)
    columns = sum(len(entry.contract.columns) for entry in entries)
    rules = sum(len(entry.contract.rules) for entry in entries)
    brand = el("span", "Strata", class_="brand")
    return el(
        "header",
        el("div", brand, el("span", "data dictionary", class_="badge"), class_="top"),
        el("h1", f"What the {plural(len(entries), 'table')} of this lake mean"),
        el(
            "div",
            tile(str(len(entries) - products), "datasets", "from files"),
            tile(str(products), "products", "from SQL"),
            tile(str(columns), "columns"),
            tile(str(rules), "rules", "besides types and keys"),
            class_="tiles",
        ),
        _overview(dictionary),
    )


def _overview(dictionary: Dictionary) -> Markup:
    rows = [
        (
            join(el("a", entry.name, href=f"#{entry.name}"), el("small", entry.contract.kind)),
            join(entry.contract.description, el("small", entry.contract.owner)),
        )
        for entry in dictionary.entries
    ]
    return card(table(["table", "what it holds, and who owns it"], rows, layout="stacked"))


def _lineage(dictionary: Dictionary) -> Markup:
    if not dictionary.graph.edges:
        return section(
            "lineage", "What is built from what", None, nothing("No product is built yet.")
        )
    return section(
        "lineage",
        "What is built from what",
        "Datasets on the left, the products that read them to the right. Each box leads to its "
        "table.",
        card(el("div", draw_graph(dictionary.graph, in_page=True), class_="canvas")),
    )


def _entry(entry: Entry) -> Markup:
    contract = entry.contract
    described = [el("div", el("dt", word), el("dd", value)) for word, value in facts(entry)]
    return el(
        "section",
        el(
            "div",
            el("h2", entry.name),
            el("span", contract.kind, class_="chip plain"),
            el("span", f"version {contract.version}", class_="muted"),
            el("span", entry.status, class_="chip warn") if entry.status == "deprecated" else None,
            class_="entry-head",
        ),
        el("p", contract.description, class_="lead"),
        _words(entry),
        el("div", el("dl", *described, class_="facts"), class_="card"),
        el("div", columns_table(contract), class_="card columns"),
        _rules(entry),
        _asking(entry),
        id=entry.name,
    )


def _words(entry: Entry) -> Markup | None:
    texts = [("Used for", entry.usage), ("Mind", entry.limitations)]
    said = [el("p", el("b", f"{word}: "), text) for word, text in texts if text]
    return el("div", *said, class_="said") if said else None


def _rules(entry: Entry) -> Markup | None:
    rules = table_rules(entry.contract)
    return card(rules) if rules else None


def _asking(entry: Entry) -> Markup:
    contract = entry.contract
    place = f"{contract.zone}.{entry.name}"
    return el(
        "div",
        fold(
            "How to ask it",
            el("p", "On this machine, where the lake is emulated:"),
            el("pre", f'strata query "{_select(place)}"'),
            el("p", "On AWS in Athena, in the workgroup ‹project›-‹environment›:"),
            el("pre", _select(f"‹project›_‹environment›_{place}")),
            *_sql(contract),
        ),
        class_="card asking",
    )


def _select(place: str) -> str:
    return f"SELECT * FROM {place} LIMIT 10"  # noqa: S608 - an example to be read


def _sql(contract: object) -> list[Markup]:
    if not isinstance(contract, ProductContract):
        return []
    return [el("p", "The statement that builds it:"), el("pre", contract.sql)]
