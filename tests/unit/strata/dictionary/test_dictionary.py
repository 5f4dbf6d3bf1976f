"""The data dictionary tells every table of the sample lake, and shows no more than text."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from data_lake.contracts import ContractError, load_contracts
from strata.cli import main
from strata.dictionary import read_entries, render
from strata.page.markup import VOID
from strata.paths import ROOT


class Outline(HTMLParser):
    """The ids, links and text of a page, and whether its elements close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.ids += [facts["id"] or ""] if "id" in facts else []
        self.links += [facts["href"] or ""] if "href" in facts else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def page() -> str:
    return render(read_entries(ROOT / "contracts"))


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_every_table_column_and_rule_is_told(outline: Outline) -> None:
    contracts = load_contracts(ROOT / "contracts")
    for contract in (*contracts.datasets.values(), *contracts.products.values()):
        assert contract.name in outline.ids
        assert contract.description in outline.text
        assert f"quarantine.{contract.name}" in outline.text
        for column in contract.columns:
            assert " ".join(column.description.split()) in outline.text
        for rule in contract.rules:
            assert f"({rule.id})" in outline.text
            assert rule.description in outline.text


def test_every_link_leads_to_a_table_or_a_person(outline: Outline) -> None:
    assert outline.open == []
    inside = [link.removeprefix("#") for link in outline.links if link.startswith("#")]
    assert set(inside) <= set(outline.ids)
    assert {link for link in outline.links if not link.startswith("#")} == {
        "mailto:aviation-data@example.com"
    }
    # In the list, in the picture, and at the tables that read it.
    assert inside.count("flights") >= 5


@pytest.mark.parametrize(
    "told",
    [
        "Fresh at most 24 hours old",
        "Key time_hour , carrier , flight",
        "Partitioned by year , month",
        "Kept as Iceberg; a row replaces the one with its key",
        "Loaded when a *.manifest.json and all that it lists are there",
        "Published if at least 95 % of the rows are good",
        "Files flights/ in the raw zone, CSV",
        "One row is each scheduled flight",
        "Read by daily_punctuality , delay_by_weather , fleet_age",
        "Built from airlines , flights",
        "Built when what it reads was published",
        "month is 1 to 12",
        "origin is one of EWR, JFK, LGA",
        "rows that break it are counted and kept",
        "a run that breaks it is not published",
        'strata query "SELECT * FROM curated.fleet_age LIMIT 10"',
        "SELECT * FROM ‹project›_‹environment›_processed.flights LIMIT 10",
    ],
)
def test_the_facts_are_in_words(outline: Outline, told: str) -> None:
    assert told in outline.text


def test_the_page_asks_for_nothing_and_runs_nothing(page: str) -> None:
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"<script|\bsrc=|url\(|@import|https?://(?!www\.w3\.org/2000/svg)", page)


def test_words_of_a_contract_stay_words(tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    folder.mkdir()
    text = (ROOT / "contracts" / "airlines.odcs.yaml").read_text()
    purpose = re.search(r"purpose: (.*)", text)
    assert purpose
    changed = text.replace(purpose[0], 'purpose: "<b onclick=x>&amp;"')
    (folder / "airlines.odcs.yaml").write_text(changed)

    page = render(read_entries(folder))

    assert "<b onclick" not in page
    assert "&lt;b onclick=x&gt;&amp;amp;" in page
    assert "No product is built yet." in page


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pages" / "dictionary.html"

    main(["contract", "docs", "--output", str(file)])

    assert file.read_text().startswith("<!doctype html>")
    assert str(file) in capsys.readouterr().out


def test_a_contract_that_is_not_valid_has_no_page(tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    shutil.copytree(ROOT / "contracts", folder)
    contract = folder / "airlines.odcs.yaml"
    contract.write_text(contract.read_text().replace("version: 1.1.0", "version: one"))

    with pytest.raises(ContractError, match="version: must be a semantic version"):
        read_entries(folder)
