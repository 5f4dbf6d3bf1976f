"""Every kind of rule has words."""

from typing import Any

import pytest

from data_lake.contracts.models import Rule
from data_lake.contracts.rule_kinds import KINDS
from strata.rule_words import WORDS, in_words


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"kind": "set", "values": ("A",)}, "a is A"),
        ({"kind": "set", "values": ("A", "B")}, "a is one of A, B"),
        (
            {"kind": "set", "values": tuple(range(14))},
            "a is one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more",
        ),
        ({"kind": "range", "min": 1, "max": 3}, "a is 1 to 3"),
        ({"kind": "range", "min": 1}, "a is at least 1"),
        ({"kind": "range", "max": 3, "threshold": 0.995}, "a is at most 3, in at least 99.5 %"),
        ({"kind": "range", "max": 3, "threshold": 1}, "a is at most 3"),
        ({"kind": "length", "min": 2, "max": 2}, "a has 2 characters"),
        ({"kind": "pattern", "pattern": "^A$"}, "a matches ^A$"),
        ({"kind": "type", "type": "int"}, "a can be read as int"),
        ({"kind": "type", "type": "date", "format": "yyyy"}, "read as date in the pattern yyyy"),
        ({"kind": "comparison", "columns": ("a", "b"), "operator": "<="}, "a is at most b"),
        ({"kind": "reference", "dataset": "codes", "keys": ("c",)}, "a stands in codes, as c"),
        ({"kind": "expression", "expression": "a >\n  1"}, "a > 1"),
        ({"kind": "completeness"}, "a has a value"),
        ({"kind": "completeness", "missing": ("-",)}, "a has a value, and - is none"),
        ({"kind": "unique", "columns": ("a", "b")}, "a and b stands in one row only"),
        ({"kind": "row_count", "min": 3}, "a run has at least 3 rows"),
        ({"kind": "freshness", "hours": 24}, "the newest a is at most 24 hours old"),
        ({"kind": "sum", "min": 1}, "the sum of a in a run is at least 1"),
        (
            {"kind": "average", "within_percent": 5, "runs": 7},
            "the average of a in a run is within 5 % of the mean of the last 7 published runs",
        ),
        ({"kind": "sql", "expression": "count(*) > 1"}, "count(*) > 1"),
    ],
)
def test_a_rule_is_told(facts: dict[str, Any], words: str) -> None:
    common = {"id": "r", "columns": ("a",), "severity": "warn", "dimension": "x"}
    assert words in in_words(Rule.model_validate(common | {"description": "d"} | facts))


def test_every_kind_has_words() -> None:
    assert set(WORDS) == set(KINDS)
