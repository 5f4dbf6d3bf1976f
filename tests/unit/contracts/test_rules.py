"""Quality rules are read from the standard's own entries, and each mistake in one is one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_lake.contracts import load_contracts

Lake = Callable[..., Path]
Complaint = Callable[..., str]
ORDERS = "orders.odcs.yaml"
RANGE = "              kind: range\n              min: 0\n"
SET = "            arguments:\n              validValues: [NO, SE]\n"
AMOUNT = "schema[orders].properties[amount].quality[amount_positive]"
COUNTRY = "schema[orders].properties[country].quality[country_known]"
TABLE = "schema[orders].quality[dear_orders_have_a_date]"
LATER_KINDS = (
    "comparison, reference, expression, completeness, unique, row_count, freshness, sum, average, "
    "sql"
)
EXPRESSION = "expression: amount < 1000 or ordered_on is not null"


def rules(folder: Path) -> dict[str, dict[str, Any]]:
    """Give the compiled rules of orders by their id."""
    compiled = load_contracts(folder).compile()
    return {rule["id"]: rule for rule in compiled["datasets"]["orders"]["rules"]}


def test_each_kind_of_rule_is_compiled_with_its_own_parts_only(lake: Lake) -> None:
    assert rules(lake()) == {
        "country_known": {
            "id": "country_known",
            "kind": "set",
            "columns": ["country"],
            "severity": "quarantine",
            "dimension": "conformity",
            "description": "The shop sells to two countries.",
            "values": ["NO", "SE"],
        },
        "amount_positive": {
            "id": "amount_positive",
            "kind": "range",
            "columns": ["amount"],
            "severity": "fail",
            "dimension": "accuracy",
            "description": "Nothing is sold below nothing.",
            "min": 0,
        },
        "dear_orders_have_a_date": {
            "id": "dear_orders_have_a_date",
            "kind": "expression",
            "columns": ["amount", "ordered_on"],
            "severity": "warn",
            "dimension": "conformity",
            "description": "Somebody asks for the date of a dear order.",
            "expression": "amount < 1000 or ordered_on is not null",
        },
    }


def test_a_country_code_that_yaml_1_1_takes_for_false_stays_text(lake: Lake) -> None:
    assert rules(lake())["country_known"]["values"][0] == "NO"


def test_the_standards_pattern_and_the_custom_kinds_pattern_and_length_are_the_same_rules(
    lake: Lake,
) -> None:
    found = rules(
        lake(
            (ORDERS, "validValues: [NO, SE]", 'pattern: "^[A-Z]{2}$"'),
            (ORDERS, "kind: expression", "kind: length"),
            (ORDERS, EXPRESSION, "columns: [country]\n          min: 2\n          max: 2"),
        )
    )

    assert found["country_known"]["kind"] == "pattern"
    assert found["country_known"]["pattern"] == "^[A-Z]{2}$"
    length = found["dear_orders_have_a_date"]
    assert (length["columns"], length["min"], length["max"]) == (["country"], 2, 2)


def test_a_text_entry_is_for_people_and_gives_no_rule(lake: Lake) -> None:
    text = "          - {type: text, description: Ask sales.}\n      - name: ordered_on"

    assert sorted(rules(lake((ORDERS, "      - name: ordered_on", text)))) == [
        "amount_positive",
        "country_known",
        "dear_orders_have_a_date",
    ]


MISTAKES = [
    (
        "min: 0", "min: 0\n            customProperties: [{property: a, value: b}]",
        f"45: {AMOUNT}.customProperties: is not known to the lake here; remove it: "
        "got [{'property': 'a', 'value': 'b'}]",
    ),
    (
        "            implementation:\n              kind: range\n              min: 0\n",
        "            implementation: min 0\n",
        f"42: {AMOUNT}.implementation: must be a mapping with kind: type, set, range, pattern, "
        f"length, {LATER_KINDS}: got 'min 0'",
    ),
    (
        "            metric: invalidValues\n            mustBe: 0\n" + SET,
        "            type: sql\n            query: select 1\n            mustBe: 1\n",
        f"30: {COUNTRY}.type: must be custom with engine strata, library with a metric, "
        "or text: got 'sql'",
    ),
    (
        "kind: range", "kind: rnage",
        f"43: {AMOUNT}.implementation.kind: must be one of type, set, range, pattern, "
        f"length, {LATER_KINDS}: got 'rnage'; did you mean 'range'?",
    ),
    (
        "              kind: range\n", "",
        f"42: {AMOUNT}.implementation.kind: must be one of type, set, range, pattern, "
        f"length, {LATER_KINDS}: got nothing",
    ),
    (
        "min: 0", "minimum: 0",
        f"44: {AMOUNT}.implementation.minimum: is not a known field: got 0; did you mean 'min'?",
    ),
    (
        "min: 0", "min: 0\n              step: 1",
        f"45: {AMOUNT}.implementation.step: is not a known field; known are columns, threshold, "
        "kind, min, max: got 1",
    ),
    (
        "              min: 0\n", "",
        f"42: {AMOUNT}.implementation.min: is required, or max; add one",
    ),
    (
        "min: 0", "min: 3\n              max: 2",
        f"45: {AMOUNT}.implementation.max: must be at least min 3: got 2",
    ),
    (
        RANGE, "              kind: length\n              max: 9\n",
        f"43: {AMOUNT}.implementation.kind: needs a column of type string; amount is "
        "decimal(12,2): got 'length'",
    ),
    (
        "min: 0", "min: 0\n              columns: [amount]",
        f"45: {AMOUNT}.implementation.columns: is for rules of the whole table; this one is of "
        "amount: remove it: got ['amount']",
    ),
    (
        EXPRESSION, "expression: amonut < 1000 or ordered_on is not null",
        f"58: {TABLE}.implementation.expression: names the column amonut, which the schema lacks: "
        "got 'amonut < 1000 or ordered_on is not null'; did you mean 'amount'?",
    ),
    (
        EXPRESSION, "expression: 1 = 1",
        f"58: {TABLE}.implementation.expression: must test at least one column of the schema: "
        "got '1 = 1'",
    ),
    (
        f"kind: expression\n          {EXPRESSION}",
        "kind: set\n          columns: [contry]\n          values: [NO]",
        f"58: {TABLE}.implementation.columns[0]: must be a column of the schema: got 'contry'; "
        "did you mean 'country'?",
    ),
    (
        f"kind: expression\n          {EXPRESSION}", "kind: set\n          values: [NO]",
        f"56: {TABLE}.implementation.columns: is required for a rule of the whole table; add it",
    ),
    (
        "validValues: [NO, SE]", "validvalues: [NO, SE]",
        f"33: {COUNTRY}.arguments.validvalues: must be validValues or pattern, one of them: "
        "got validvalues; did you mean 'validValues'?",
    ),
    (
        SET, "",
        f"29: {COUNTRY}.arguments: must be validValues or pattern, one of them: got nothing",
    ),
    (
        "validValues: [NO, SE]", "validValues: [NO, 47]",
        f"33: {COUNTRY}.arguments.validValues[1]: must be of type string, as country is; "
        "quote text: got 47",
    ),
    (
        "validValues: [NO, SE]", 'pattern: "^[A-Z{2}$"',
        f"33: {COUNTRY}.arguments.pattern: must be a regular expression, and has unterminated "
        "character set at position 1: got '^[A-Z{2}$'",
    ),
    (
        "metric: invalidValues", "metric: nullValues",
        f"33: {COUNTRY}.arguments.validValues: has nothing to say here; remove it: got validValues",
    ),
    (
        "            mustBe: 0", "            mustBeLessThan: 5",
        f"31: {COUNTRY}.mustBeLessThan: must be mustBe: 0, or mustBeLessOrEqualTo "
        "beside unit: percent: got 5",
    ),
    (
        "severity: fail", "severity: fial",
        f"45: {AMOUNT}.severity: must be one of warn, quarantine, fail: got 'fial'; "
        "did you mean 'fail'?",
    ),
    (
        "            engine: strata\n            implementation:\n              kind: range",
        "            engine: soda\n            implementation:\n              kind: range",
        f"41: {AMOUNT}.engine: must be strata, which runs the rules: got 'soda'",
    ),
    (
        "id: amount_positive", "id: country_known",
        "39: schema[orders].properties[amount].quality[country_known].id: is given twice, first "
        "on line 29: got 'country_known'",
    ),
    (
        "id: amount_positive", "id: malformed",
        "39: schema[orders].properties[amount].quality[malformed].id: is a reason that runs give "
        "by themselves; choose another: got 'malformed'",
    ),
    (
        "          - id: amount_positive\n            type", "          - type",
        "39: schema[orders].properties[amount].quality[0].id: is required; add it, because "
        "quarantined rows carry it",
    ),
    (
        "            description: Nothing is sold below nothing.\n", "",
        f"39: {AMOUNT}.description: is required; add it, because people read it beside the bad "
        "rows",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_in_a_rule_is_exactly_one_line(
    complaint: Complaint, old: str, new: str, message: str
) -> None:
    assert complaint((ORDERS, old, new)) == f"contracts/{ORDERS}:{message}"
