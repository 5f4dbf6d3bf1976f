"""The page as a whole: one file, nothing fetched, nothing run, nothing hidden or left out."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from strata.page import render
from strata.page.markup import VOID
from strata.page.outcome import products
from strata.page.story import Arrival, Column, Example, Notice, RuleCount, Story

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>=HYPERLINK("http://x")\'\u202e'
FETCHING = {"src", "srcset", "href", "xlink:href", "action", "data", "poster", "background"}


class Reader(HTMLParser):
    """Reads a page and keeps its elements, its text, and what was not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_element_is_closed_in_order(story: Story) -> None:
    assert Reader(render(story)).open == []


def test_nothing_is_fetched_and_nothing_runs(story: Story) -> None:
    page = render(story)
    reader = Reader(page)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & {
        tag for tag, _ in reader.elements
    }
    for _, attributes in reader.elements:
        assert not [name for name in attributes if name.startswith("on")]
        for name in FETCHING & set(attributes):
            assert (attributes[name] or "").startswith("#")
    assert not re.search(r"https?://|url\(|@import", page)
    policy = next(a for _, a in reader.elements if a.get("http-equiv"))["content"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_a_phone_is_told_its_own_width_and_both_colour_schemes_are_there(story: Story) -> None:
    page = render(story)
    metas = {a.get("name"): a.get("content") for tag, a in Reader(page).elements if tag == "meta"}
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["color-scheme"] == "light dark"
    assert "prefers-color-scheme: dark" in page
    assert "max-width: 820px" in page


def test_every_link_leads_to_a_section(story: Story) -> None:
    elements = Reader(render(story)).elements
    anchors = {f"#{a['id']}" for _, a in elements if a.get("id")}
    links = {a["href"] for tag, a in elements if tag == "a"}
    assert links
    assert links <= anchors


def test_hostile_text_is_shown_as_text_wherever_it_comes_from(story: Story) -> None:
    table = story.tables[0]
    hostile = replace(
        story,
        prefix=HOSTILE,
        runs=(
            replace(
                story.runs[0],
                dataset=HOSTILE,
                reason=HOSTILE,
                trigger=HOSTILE,
                scores={HOSTILE: 0.5},
                schema_changes=(HOSTILE,),
            ),
        ),
        rules=(
            RuleCount(HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE, (Example(HOSTILE, HOSTILE, HOSTILE),)),
        ),
        arrivals=(
            Arrival(HOSTILE, HOSTILE, 1, HOSTILE, story.written_at, HOSTILE, HOSTILE, HOSTILE),
        ),
        tables=(
            replace(
                table,
                name=HOSTILE,
                description=HOSTILE,
                columns=(Column(HOSTILE, "string", HOSTILE),),
                sample=((HOSTILE * 3,),),
            ),
        ),
        products=(
            replace(
                story.products[0],
                name=HOSTILE,
                charts=(
                    replace(story.products[0].charts[0], title=HOSTILE, points=((HOSTILE, 1.0),)),
                ),
            ),
        ),
        notices=(Notice(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), HOSTILE),),
    )
    reader = Reader(render(hostile))
    assert not {"script", "img"} & {tag for tag, _ in reader.elements}
    assert not [a for _, a in reader.elements if any(name.startswith("on") for name in a)]
    assert reader.text.count("<script>alert(1)</script>") > 10
    assert "\u202e" not in reader.text
    assert "\\u202e" in reader.text


def test_a_hidden_columns_values_are_not_in_the_page(story: Story) -> None:
    page = render(story)
    assert "do not show" not in page
    assert "hidden" in Reader(page).text


@pytest.mark.parametrize(
    "promised",
    [
        "1,000 rows in, 998 published, 1 set aside: every row accounted for.",
        "published with warnings",
        "drift: fare added",
        "Table flights: column fare (int) was added.",
        "7 of them older than the table's",
        "85.1 %",
        "origin_known",
        "value 'XXX' is not one of 'EWR'",
        "flights/a.csv, line 7",
        "the file has no bytes",
        "998 rows",
        "3 snapshots",
        "flights by carrier",
        "ThrottlingException",
        "Not judged here",
        "Encryption keys (KMS)",
    ],
)
def test_the_page_tells_what_happened(story: Story, promised: str) -> None:
    assert promised in Reader(render(story)).text


def test_rows_that_are_missing_from_the_account_are_said_in_the_headline(story: Story) -> None:
    short = replace(story, runs=(replace(story.runs[0], rows_good=990),))
    assert "8 rows unaccounted for" in Reader(render(short)).text


def test_a_lake_without_runs_has_a_page_that_says_so(story: Story) -> None:
    empty = replace(
        story, executions=(), runs=(), rules=(), arrivals=(), tables=(), products=(), notices=()
    )
    text = Reader(render(empty)).text
    for sentence in (
        *("no row has come in yet", "No run was judged yet.", "No run yet.", "No table yet."),
        "No notice",
    ):
        assert sentence in text
    assert "StageFailed" in text


def test_any_number_of_datasets_has_a_page_of_modest_size(story: Story) -> None:
    many = replace(
        story,
        runs=tuple(replace(story.runs[0], dataset=f"dataset_{n}") for n in range(40)),
        tables=tuple(replace(story.tables[0], name=f"dataset_{n}") for n in range(40)),
    )
    page = render(many)
    assert all(f"processed.dataset_{number}<" in page for number in range(40))
    assert len(page.encode()) < 1_000_000


def test_what_products_are_built_from_is_drawn(story: Story) -> None:
    section = products(story)
    picture = section[section.index('class="lineage"') :].partition("</svg>")[0]
    names = {name for product in story.products for name in (product.name, *product.inputs)}
    assert names
    assert [name for name in names if f">{name}</text>" not in picture] == []
    assert picture.count("<path") == sum(len(product.inputs) for product in story.products)
