"""The page of faults and the suite are equal: every row has its tests, and every test its row."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from strata.paths import ROOT

PAGE = ROOT / "docs" / "faults.md"
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
WAYS = {"run", "injected", "template"}
Shown = dict[int, dict[str, set[str]]]
"""By number: the ways of producing it, and the test files that show it."""


def on_the_page() -> Shown:
    """Give what each row of the page says of how it is produced and where it is shown."""
    return {
        int(number): {
            "ways": set(produced.split(", ")),
            "files": set(re.findall(r"\(\.\./(tests/[\w/]+\.py)\)", shown)),
        }
        for number, _, _, produced, shown in ROW.findall(PAGE.read_text())
    }


def in_the_suite() -> Shown:
    """Give what the marks of the tests say, read without importing them."""
    found: Shown = defaultdict(lambda: {"ways": set(), "files": set()})
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for number, way in marks(file):
            found[number]["ways"].add(way)
            found[number]["files"].add(file.relative_to(ROOT).as_posix())
    return dict(found)


def marks(file: Path) -> list[tuple[int, str]]:
    """Give the number and the way of every `pytest.mark.fault` in a file."""
    found = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault":
                    (by,) = [word.value for word in mark.keywords if word.arg == "by"]
                    found.append((ast.literal_eval(mark.args[0]), ast.literal_eval(by)))
    return found


def test_the_page_numbers_its_rows_without_a_gap() -> None:
    assert list(on_the_page()) == list(range(1, 51))


def test_every_row_is_shown_by_the_tests_that_it_names_in_the_way_that_it_says() -> None:
    page, suite = on_the_page(), in_the_suite()
    different = {
        number: {"page": page.get(number), "suite": suite.get(number)}
        for number in sorted(page.keys() | suite.keys())
        if page.get(number) != suite.get(number)
    }
    assert different == {}


def test_there_are_three_ways_and_each_is_used() -> None:
    assert set().union(*(row["ways"] for row in on_the_page().values())) == WAYS
