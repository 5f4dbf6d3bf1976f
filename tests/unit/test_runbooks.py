"""Whoever is told something is led to a page, and every page is one that somebody is led to."""

import re
import shlex
from pathlib import Path

import pytest

from data_lake.alarm_kinds import CAUSES, KINDS
from data_lake.error_classes import ErrorClass
from data_lake.saved_queries import QUERIES
from strata.cli import make_parser
from strata.paths import ROOT

FOLDER = ROOT / "docs" / "runbooks"
PAGES = sorted(FOLDER.glob("*.md"))
HEADINGS = ["What it means", "What to look at", "What to do", "How to know it is over"]
PLACES = {
    "<dataset>": "flights",
    "<run>": "flights-0c1f",
    "<queue>": "arrivals",
    "<id>": "4b1c",
    "<env>": "prod",
    "<file>": "flights.csv",
}
"""What stands for the places of a command that a person fills in."""


def named() -> set[str]:
    """Give the names of the pages that alarms, causes and failed runs need."""
    return {*KINDS, *CAUSES, *(f"error-{error}" for error in ErrorClass)}


def test_every_alarm_every_cause_and_every_error_class_has_a_page_and_no_page_has_none() -> None:
    assert {page.stem for page in PAGES} == named() | {"README"}


@pytest.mark.parametrize("page", sorted(named()))
def test_a_page_says_what_it_means_what_to_look_at_what_to_do_and_when_it_is_over(
    page: str,
) -> None:
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    assert parts[1::2] == HEADINGS
    assert all(len(part.strip()) > 25 for part in parts[2::2])
    assert len(text.splitlines()) < 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_is_one_that_strata_takes(page: Path) -> None:
    for command in re.findall(r"`strata ([^`]*)`", page.read_text(encoding="utf-8")):
        said = command.replace("“", '"').replace("…", "why")
        for place, value in PLACES.items():
            said = said.replace(place, value)
        make_parser().parse_args(shlex.split(said))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]*)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (page.parent / target.partition("#")[0]).is_file(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_saved_query_that_a_page_names_is_saved(page: Path) -> None:
    for name in re.findall(r"saved query `([^`]*)`", page.read_text(encoding="utf-8"), re.I):
        assert name in QUERIES


def test_the_list_of_runbooks_has_every_page() -> None:
    listed = set(re.findall(r"\]\(([\w-]+)\.md\)", (FOLDER / "README.md").read_text()))
    assert listed == named()
