"""The pieces that sections are made of: cards, chips, tables, tiles."""

from collections.abc import Sequence
from typing import Literal

from strata.page.markup import Child, Markup, el, join
from strata.page.words import spoken

TONES = {
    "published": "good",
    "succeeded": "good",
    "info": "good",
    "published_with_warnings": "warn",
    "retried": "warn",
    "caught": "warn",
    "warn": "warn",
    "warning": "warn",
    "quarantined": "warn",
    "quarantine": "warn",
    "rejected": "warn",
    "failed": "bad",
    "fail": "bad",
    "critical": "bad",
    "missing": "bad",
}
"""The tone of a word of the lake; any other word is plain."""


def section(anchor: str, title: str, lead: Child, *content: Child) -> Markup:
    """Give a section with a heading, a sentence that says what it shows, and its content."""
    return el("section", el("h2", title), el("p", lead, class_="lead"), *content, id=anchor)


def card(*content: Child, title: str | None = None, note: Child = None) -> Markup:
    """Give a card, with a title and a note beside it if there is one."""
    head = None
    if title is not None:
        head = el("header", el("h3", title), el("span", note, class_="muted") if note else None)
    return el("div", head, *content, class_="card")


def chip(word: str) -> Markup:
    """Give a word of the lake as a small label in its tone."""
    return el("span", spoken(word), class_=f"chip {TONES.get(word, 'plain')}")


def code(text: str) -> Markup:
    """Give an identifier or a value in a typewriter face."""
    return el("code", text)


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[Child]],
    *,
    right: Sequence[int] = (),
    layout: Literal["wrapped", "plain", "stacked"] = "wrapped",
) -> Markup:
    """Give a table that scrolls in a box of its own; `right` numbers the columns of numbers.

    A `plain` one never breaks a line in a cell; a `stacked` one becomes a list on a phone.
    """

    def cells(tag: str, row: Sequence[Child]) -> Markup:
        return el(
            "tr",
            *(
                el(
                    tag,
                    cell,
                    class_="number" if number in right else None,
                    data_label=heads[number] if layout == "stacked" and tag == "td" else None,
                )
                for number, cell in enumerate(row)
            ),
        )

    body = el("tbody", *(cells("td", row) for row in rows))
    whole = el("table", el("thead", cells("th", heads)), body, class_=layout)
    return el("div", whole, class_="scroll", tabindex=0)


def fold(summary: Child, *content: Child, opened: bool = False) -> Markup:
    """Give content that opens on demand."""
    return el("details", el("summary", summary), *content, open=opened)


def tile(number: str, word: str, note: str = "", tone: str = "") -> Markup:
    """Give one large number with its word, and a note below."""
    return el(
        "div",
        el("strong", number),
        el("span", word),
        el("small", note) if note else None,
        class_=f"tile {tone}".strip(),
    )


def nothing(text: str) -> Markup:
    """Say that there is nothing to show, and why that is so."""
    return el("p", text, class_="nothing")


def sentences(*parts: Child) -> Markup:
    """Give parts as one run of text."""
    return join(*parts)
