"""The worked examples of docs/quality.md, by hand."""

from decimal import Decimal

import pytest

from judge.scoring import dimension_scores
from lake_runtime.records import RuleCount, StageReport


def _scores(rows_in, dimensions, *rules):
    report = {"run_id": "r", "dataset": "d", "rows_in": rows_in, "rows_good": 0, "score": 1}
    counts = {"rows_quarantined": 0, "rows_deduplicated": 0, "dimensions": dimensions}
    common = {"severity": "warn", "rows": 0, "scope": "dataset"}
    entries = [common | rule for rule in rules]
    return dimension_scores(StageReport.model_validate(report | counts | {"rules": entries}))


def test_a_dimension_is_the_share_of_rows_that_break_none_of_its_rules():
    # 200 rows, of which 10 break a rule of conformity and 1 one of completeness.
    found = _scores(200, {"conformity": 10, "completeness": 1, "consistency": 0})
    assert found == {
        "completeness": Decimal("0.995"),
        "conformity": Decimal("0.95"),
        "consistency": Decimal(1),
    }


def test_a_dimension_is_as_good_as_its_worst_part():
    found = _scores(
        200,
        {"completeness": 1},
        {"rule": "a", "kind": "completeness", "dimension": "completeness",
         "state": "passed", "measure": 0.9},
        {"rule": "b", "kind": "unique", "dimension": "uniqueness",
         "state": "failed", "measure": 0.625},
        {"rule": "c", "kind": "row_count", "dimension": "coverage",
         "state": "failed", "measure": 3},
        {"rule": "d", "kind": "sum", "dimension": "accuracy", "state": "passed", "measure": "7"},
    )  # fmt: skip
    assert found == {
        "accuracy": Decimal(1),
        "completeness": Decimal("0.9"),
        "coverage": Decimal(0),
        "uniqueness": Decimal("0.625"),
    }


def test_a_rule_that_was_not_evaluated_gives_no_score():
    rule = {"rule": "a", "kind": "sql", "dimension": "accuracy", "state": "not_evaluated"}
    assert _scores(10, {}, rule) == {}


def test_no_rows_break_nothing():
    assert _scores(0, {"conformity": 0}) == {"conformity": Decimal(1)}


@pytest.mark.parametrize("measure", [1.0, 1, 0.0, 0, "1"])
def test_a_whole_share_and_none_are_numbers_too(measure):
    rule = {"rule": "a", "kind": "unique", "dimension": "uniqueness", "state": "passed"}
    assert _scores(10, {}, rule | {"measure": measure}) == {"uniqueness": Decimal(str(measure))}


def test_what_a_condition_came_to_stays_true_or_false():
    rule = {"rule": "a", "severity": "warn", "rows": 0, "kind": "sql", "measure": True}
    assert RuleCount.model_validate(rule).measure is True
