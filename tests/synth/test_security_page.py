"""The figures on the page are those of the templates; `make snapshots` renews them."""

import os

import pytest

from config.loading import available_environments
from data_lake.testing.snapshots import UPDATE
from strata.policies.figures import figures
from strata.policies.findings import acknowledgements
from strata.policies.security_page import BEGIN, END, FILE, with_figures


@pytest.fixture(scope="module")
def assemblies(synthesise):
    """Give the assembly of every environment."""
    return {name: synthesise(name).folder for name in available_environments()}


def test_the_figures_are_those_of_every_environment(assemblies):
    page = FILE.read_text()
    renewed = with_figures(page, figures(assemblies))
    if os.environ.get(UPDATE):
        FILE.write_text(renewed)
        return
    assert renewed == page, "renew them: make snapshots"


def test_the_page_tells_every_reason(assemblies):
    page = FILE.read_text()
    reasons = {entry.reason for folder in assemblies.values() for entry in acknowledgements(folder)}
    assert reasons
    assert [reason for reason in reasons if f"| {reason} |" not in page] == []


def test_what_is_outside_the_marks_stays():
    page = f"before\n{BEGIN}old\n{END}after\n"
    assert with_figures(page, "new") == f"before\n{BEGIN}\nnew\n{END}after\n"


def test_a_page_without_its_marks_is_refused():
    with pytest.raises(ValueError, match=r"security\.md: needs the marks .*figures"):
        with_figures("no marks", "new")
