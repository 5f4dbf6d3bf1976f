"""The pages of the constructs say what the code says."""

import inspect
from pathlib import Path

import pytest

from strata import construct_pages
from strata.construct_pages import arguments, pages, public_constructs, read_docstring

CONSTRUCTS = public_constructs()


def test_the_committed_pages_are_the_ones_that_the_docstrings_give() -> None:
    committed = {file.name: file.read_text() for file in construct_pages.FOLDER.glob("*.md")}
    assert committed == pages(), "renew them: make docs"


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_the_docstring_explains_every_argument_and_no_other(name: str) -> None:
    says = read_docstring(inspect.getdoc(CONSTRUCTS[name]) or "")
    assert says.text
    assert list(says.sections.get("Args", {})) == [
        each.name for each in arguments(CONSTRUCTS[name])
    ]


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_the_docstring_states_the_default_of_every_argument_that_has_one(name: str) -> None:
    meanings = read_docstring(inspect.getdoc(CONSTRUCTS[name]) or "").sections.get("Args", {})
    silent = [
        each.name
        for each in arguments(CONSTRUCTS[name])
        if each.default is not inspect.Parameter.empty and "Default: " not in meanings[each.name]
    ]
    assert not silent


def test_the_page_of_a_construct_that_is_no_more_is_removed(tmp_path: Path) -> None:
    (tmp_path / "LakeHouse.md").touch()
    construct_pages.write(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == set(pages())


def test_a_page_shows_the_values_that_make_up_an_argument_with_their_defaults() -> None:
    assert (
        "| `workers` | `int` | `2` | how many, with the driver; at least 2. |"
        in pages()["SparkJob.md"]
    )
