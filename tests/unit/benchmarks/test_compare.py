"""Outputs are the same if their rows are, and not otherwise."""

from pathlib import Path

import pytest

from benchmarks.compare import Content, Outputs, check, content_of
from benchmarks.data import Truth
from benchmarks.work import COLUMNS
from strata.errors import StrataError

TRUTH = Truth(rows=4, good=2, rules={"malformed": 1})


def _content(tmp_path: Path, *numbers: int, rules: str = "['b', 'a']") -> Content:
    columns = ", ".join(f"n as {name}" for name in COLUMNS)
    good = " union all ".join(f"select {number} as n" for number in numbers)
    bad = f"select 'x' as raw_record, {rules} as rule_ids"
    return content_of(Outputs(f"select {columns} from ({good})", bad), tmp_path)


def test_neither_the_order_of_rows_nor_that_of_rules_matters(tmp_path: Path) -> None:
    assert _content(tmp_path, 1, 2) == _content(tmp_path, 2, 1, rules="['a', 'b']")


def test_another_value_or_another_rule_is_another_content(tmp_path: Path) -> None:
    first = _content(tmp_path, 1, 2)
    check("one", first, TRUTH, first)
    for other in (_content(tmp_path, 1, 3), _content(tmp_path, 1, 2, rules="['a']")):
        with pytest.raises(StrataError, match="two wrote other rows than the first contender"):
            check("two", other, TRUTH, first)


def test_a_row_too_few_is_told_with_the_numbers(tmp_path: Path) -> None:
    content = _content(tmp_path, 1)
    with pytest.raises(StrataError, match=r"one wrote 1 good and 1 bad rows, not \(2, 1\)"):
        check("one", content, TRUTH, content)
