"""The page as one file: no script, no request, readable in light and dark and on a phone."""

from pathlib import Path

from strata.page import evidence, outcome, overview, process, quality
from strata.page.deployed.section import dashboard
from strata.page.markup import Markup, el, join, trusted
from strata.page.story import Story

STYLE = Path(__file__).with_name("style.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The browser itself refuses scripts and requests, whatever text the page shows."""


def render(story: Story) -> str:
    """Give the page for a story, as HTML."""
    return document(f"Strata: {story.prefix}, emulated", _body(story))


def document(title: str, body: Markup, *, more_style: str = "") -> str:
    """Give a page in the lake's look as one file; `more_style` is CSS of this package only."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", title),
        el("style", trusted(STYLE.read_text() + more_style)),
    )
    return "<!doctype html>\n" + el("html", head, el("body", el("main", body)), lang="en")


def _body(story: Story) -> Markup:
    return join(
        overview.headline(story),
        overview.datasets(story),
        quality.quality(story),
        process.flow(story),
        process.runs(story),
        evidence.quarantine(story),
        evidence.files(story),
        evidence.tables(story),
        outcome.products(story),
        dashboard(story),
        outcome.sayings(story),
        evidence.notices(story),
        outcome.emulated(story),
    )
