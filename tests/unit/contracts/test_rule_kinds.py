"""Each kind of rule is accepted with its parts, and each mistake in one is one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_lake.contracts import load_contracts

Lake = Callable[..., Path]
Complaint = Callable[..., str]
ORDERS = "orders.odcs.yaml"
AMOUNT_RULE = "              kind: range\n              min: 0\n"
"""Line 43, of the column amount, decimal(12,2)."""
TABLE_RULE = (
    "          kind: expression\n          expression: amount < 1000 or ordered_on is not null\n"
)
"""Line 57, of the table."""
COUNTRY_RULE = (
    "            metric: invalidValues\n            mustBe: 0\n"
    "            arguments:\n              validValues: [NO, SE]\n"
)
"""Line 30, of the column country, a string."""
AMOUNT = "schema[orders].properties[amount].quality[amount_positive]"
COUNTRY = "schema[orders].properties[country].quality[country_known]"
TABLE = "schema[orders].quality[dear_orders_have_a_date]"
COMMON = {"id", "severity", "description"}


def rule(folder: Path, rule_id: str) -> dict[str, Any]:
    """Give one compiled rule of orders, without what every rule has."""
    found = load_contracts(folder).compile()["datasets"]["orders"]["rules"]
    (content,) = (each for each in found if each["id"] == rule_id)
    return {name: value for name, value in content.items() if name not in COMMON}


def of_amount(content: str) -> tuple[str, str, str]:
    """Give the edit that puts an implementation into the column amount."""
    return (ORDERS, AMOUNT_RULE, "".join(f"              {line}\n" for line in content.split("\n")))


def of_table(content: str) -> tuple[str, str, str]:
    """Give the edit that puts an implementation into the table's rule."""
    return (ORDERS, TABLE_RULE, "".join(f"          {line}\n" for line in content.split("\n")))


def of_country(content: str) -> tuple[str, str, str]:
    """Give the edit that puts the heart of a quality entry into the column country."""
    return (ORDERS, COUNTRY_RULE, "".join(f"            {line}\n" for line in content.split("\n")))


OF_THE_TABLE = [
    (
        "kind: type\ncolumns: [country]\ntype: date\nformat: yyyyMMdd\nthreshold: 0.9",
        {"kind": "type", "columns": ["country"], "dimension": "conformity", "threshold": 0.9,
         "type": "date", "format": "yyyyMMdd"},
    ),
    (
        "kind: range\ncolumns: [ordered_on]\nmin: 2024-01-31",
        {"kind": "range", "columns": ["ordered_on"], "dimension": "conformity",
         "min": "2024-01-31"},
    ),
    (
        "kind: comparison\nleft: amount\noperator: '>='\nright: order_id",
        {"kind": "comparison", "columns": ["amount", "order_id"], "dimension": "consistency",
         "operator": ">="},
    ),
    (
        "kind: reference\ncolumns: [country]\ndataset: countries\nkeys: [code]",
        {"kind": "reference", "columns": ["country"], "dimension": "consistency",
         "dataset": "countries", "keys": ["code"]},
    ),
    (
        "kind: completeness\ncolumns: [amount, country]\nthreshold: 0.5\nmissing: [-1]",
        {"kind": "completeness", "columns": ["amount", "country"], "dimension": "completeness",
         "threshold": 0.5, "missing": [-1]},
    ),
    (
        "kind: unique\ncolumns: [country, ordered_on]",
        {"kind": "unique", "columns": ["country", "ordered_on"], "dimension": "uniqueness"},
    ),
    (
        "kind: row_count\nmin: 1\nmax: 9",
        {"kind": "row_count", "columns": [], "dimension": "coverage", "min": 1, "max": 9},
    ),
    (
        "kind: freshness\ncolumns: [ordered_on]\nhours: 36",
        {"kind": "freshness", "columns": ["ordered_on"], "dimension": "timeliness", "hours": 36},
    ),
    (
        "kind: sum\ncolumns: [amount]\nwithinPercent: 12.5\nruns: 7",
        {"kind": "sum", "columns": ["amount"], "dimension": "accuracy", "within_percent": 12.5,
         "runs": 7},
    ),
    (
        "kind: average\ncolumns: [amount]\nmin: 1\nmax: 2.5\nwithinPercent: 10\nruns: 3",
        {"kind": "average", "columns": ["amount"], "dimension": "accuracy", "min": 1, "max": 2.5,
         "within_percent": 10, "runs": 3},
    ),
    (
        "kind: sql\nexpression: sum(amount) > 0 and count(*) > 3",
        {"kind": "sql", "columns": ["amount"], "dimension": "accuracy",
         "expression": "sum(amount) > 0 and count(*) > 3"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("content", "compiled"), OF_THE_TABLE)
def test_each_kind_is_compiled_with_its_own_parts_only(
    lake: Lake, content: str, compiled: dict[str, Any]
) -> None:
    found = rule(lake(of_table(content)), "dear_orders_have_a_date")
    assert {name: value for name, value in found.items() if value != []} == {
        name: value for name, value in compiled.items() if value != []
    }


def test_a_rule_of_a_column_is_about_that_column(lake: Lake) -> None:
    folder = lake(of_amount("kind: comparison\noperator: '<'\nright: order_id"))
    assert rule(folder, "amount_positive")["columns"] == ["amount", "order_id"]


def test_a_reference_is_to_the_column_of_the_same_name_unless_keys_says_otherwise(
    lake: Lake,
) -> None:
    folder = lake(
        of_country(
            "type: custom\nengine: strata\nimplementation: {kind: reference, dataset: countries}"
        ),
        ("countries.odcs.yaml", "name: title,", "name: country,"),
    )
    assert rule(folder, "country_known")["keys"] == ["country"]


METRICS = [
    ("metric: nullValues\nmustBe: 0", {"kind": "completeness"}),
    (
        "metric: nullValues\nmustBeLessOrEqualTo: 0.1\nunit: percent",
        {"kind": "completeness", "threshold": 0.999},
    ),
    (
        "metric: missingValues\nmustBe: 0\narguments: {missingValues: [null, '-']}",
        {"kind": "completeness", "missing": ["-"]},
    ),
    (
        "metric: invalidValues\nmustBeLessOrEqualTo: 5\nunit: percent\n"
        "arguments: {validValues: [NO]}",
        {"kind": "set", "values": ["NO"], "threshold": 0.95},
    ),
    ("metric: duplicateValues\nmustBe: 0", {"kind": "unique"}),
    (
        "metric: duplicateValues\nmustBeLessOrEqualTo: 1\nunit: percent",
        {"kind": "unique", "threshold": 0.99},
    ),
]


@pytest.mark.parametrize(("content", "compiled"), METRICS)
def test_each_metric_of_the_standard_is_a_kind_of_rule(
    lake: Lake, content: str, compiled: dict[str, Any]
) -> None:
    found = rule(lake(of_country(content)), "country_known")
    assert found.pop("columns") == ["country"]
    found.pop("dimension")
    assert {name: value for name, value in found.items() if value != []} == compiled


ROW_COUNTS = [
    ("mustBe: 3", {"min": 3, "max": 3}),
    ("mustBeGreaterThan: 3", {"min": 4}),
    ("mustBeGreaterOrEqualTo: 3", {"min": 3}),
    ("mustBeLessThan: 3", {"max": 2}),
    ("mustBeLessOrEqualTo: 3", {"max": 3}),
    ("mustBeBetween: [3, 9]", {"min": 3, "max": 9}),
]


@pytest.mark.parametrize(("operator", "bounds"), ROW_COUNTS)
def test_each_operator_of_the_standard_bounds_the_row_count(
    lake: Lake, operator: str, bounds: dict[str, int]
) -> None:
    entry = f"      - id: counted\n        metric: rowCount\n        {operator}\n"
    entry += "        description: There are some.\n"
    folder = lake((ORDERS, "customProperties:\n", f"{entry}customProperties:\n"))
    found = rule(folder, "counted")
    assert found == {"kind": "row_count", "columns": [], "dimension": "coverage", **bounds}


def test_duplicate_values_of_several_columns_are_named_as_properties(lake: Lake) -> None:
    entry = (
        "      - id: once\n        metric: duplicateValues\n        mustBe: 0\n"
        "        arguments: {properties: [country, ordered_on]}\n"
        "        description: One order a day.\n"
    )
    folder = lake((ORDERS, "customProperties:\n", f"{entry}customProperties:\n"))
    assert rule(folder, "once")["columns"] == ["country", "ordered_on"]


def test_a_unique_column_is_a_rule_of_its_own(lake: Lake) -> None:
    folder = lake((ORDERS, "        classification: public\n", "        unique: true\n"))
    assert rule(folder, "unique:country") == {
        "kind": "unique",
        "columns": ["country"],
        "dimension": "uniqueness",
    }


def test_the_only_column_of_the_key_is_unique_without_a_rule(lake: Lake) -> None:
    folder = lake((ORDERS, "primaryKeyPosition: 1", "primaryKeyPosition: 1\n        unique: true"))
    found = load_contracts(folder).compile()["datasets"]["orders"]["rules"]
    assert not [each["id"] for each in found if each["id"].startswith("unique:")]


MISTAKES = [
    (
        of_amount("kind: range\nmin: 2024-01-31"),
        f"44: {AMOUNT}.implementation.min: must be a number, as amount is decimal(12,2): "
        "got '2024-01-31'",
    ),
    (
        of_table("kind: range\ncolumns: [ordered_on]\nmin: 2024-02-31"),
        f"59: {TABLE}.implementation.min: must be a number, or a date or time as in 2024-01-31: "
        "got '2024-02-31'",
    ),
    (
        of_table("kind: range\ncolumns: [ordered_on]\nmin: 2024-02-01\nmax: 2024-01-31"),
        f"60: {TABLE}.implementation.max: must be at least min 2024-02-01: got '2024-01-31'",
    ),
    (
        of_table("kind: range\ncolumns: [ordered_on]\nmin: 2024-02-01T10:00"),
        f"59: {TABLE}.implementation.min: must be a date without a time: got '2024-02-01T10:00'",
    ),
    (
        of_table("kind: range\ncolumns: [ordered_on]\nmin: 20240101\nmax: 2024-01-31"),
        f"60: {TABLE}.implementation.max: must be of the same type as min 20240101: "
        "got '2024-01-31'",
    ),
    (
        of_amount("kind: range\nmin: 0\nthreshold: 95"),
        f"45: {AMOUNT}.implementation.threshold: must be less than or equal to 1: got 95",
    ),
    (
        of_table("kind: type\ncolumns: [country]\ntype: dtae"),
        f"59: {TABLE}.implementation.type: must be one of boolean, bigint, int, double, float, "
        "decimal(precision,scale), date, timestamp: got 'dtae'; did you mean 'date'?",
    ),
    (
        of_table("kind: type\ncolumns: [country]\ntype: int\nformat: yyyy"),
        f"60: {TABLE}.implementation.format: is for date and timestamp; remove it: got 'yyyy'",
    ),
    (
        of_amount("kind: type\ntype: int"),
        f"43: {AMOUNT}.implementation.kind: needs a column of type string; amount is "
        "decimal(12,2): got 'type'",
    ),
    (
        of_amount("kind: comparison\noperator: =>\nright: order_id"),
        f"44: {AMOUNT}.implementation.operator: must be '=', '!=', '<', '<=', '>' or '>=': "
        "got '=>'; did you mean '>='?",
    ),
    (
        of_amount("kind: comparison\noperator: '<'\nright: order_di"),
        f"45: {AMOUNT}.implementation.right: must be a column of the schema: got 'order_di'; "
        "did you mean 'order_id'?",
    ),
    (
        of_amount("kind: comparison\noperator: '<'\nright: country"),
        f"45: {AMOUNT}.implementation.right: is string and amount is decimal(12,2); compare "
        "columns of one type: got 'country'",
    ),
    (
        of_amount("kind: comparison\nleft: order_id\noperator: '<'\nright: order_id"),
        f"44: {AMOUNT}.implementation.left: is the column that the rule stands in, amount: "
        "remove it: got 'order_id'",
    ),
    (
        of_table("kind: comparison\noperator: '<'\nright: order_id"),
        f"56: {TABLE}.implementation.left: is required for a rule of the whole table; add it",
    ),
    (
        of_table("kind: comparison\ncolumns: [a]\nleft: amount\noperator: '<'\nright: order_id"),
        f"58: {TABLE}.implementation.columns: is left and right here; remove it: got ['a']",
    ),
    (
        of_table("kind: comparison\nleft: amount\noperator: '<'\nright: amount"),
        f"60: {TABLE}.implementation.right: must be another column than amount: got 'amount'",
    ),
    (
        of_table("kind: reference\ncolumns: [country]\ndataset: contries\nkeys: [code]"),
        f"59: {TABLE}.implementation.dataset: must be a dataset with a contract: got 'contries'; "
        "did you mean 'countries'?",
    ),
    (
        of_table("kind: reference\ncolumns: [country]\ndataset: sales\nkeys: [country]"),
        f"59: {TABLE}.implementation.dataset: must be a dataset, and is a product: got 'sales'",
    ),
    (
        of_table("kind: reference\ncolumns: [country]\ndataset: orders\nkeys: [country]"),
        f"59: {TABLE}.implementation.dataset: must be another dataset than the rule's own: "
        "got 'orders'",
    ),
    (
        of_table("kind: reference\ncolumns: [country]\ndataset: countries\nkeys: [codee]"),
        f"60: {TABLE}.implementation.keys[0]: must be a column of countries: got 'codee'; "
        "did you mean 'code'?",
    ),
    (
        of_table("kind: reference\ncolumns: [country]\ndataset: countries"),
        f"59: {TABLE}.implementation.dataset: must be a column of countries: got 'country'",
    ),
    (
        of_table("kind: reference\ncolumns: [order_id]\ndataset: countries\nkeys: [code]"),
        f"60: {TABLE}.implementation.keys[0]: is string in countries and order_id is bigint; "
        "refer to a column of the same type: got 'code'",
    ),
    (
        of_table("kind: reference\ncolumns: [country]\ndataset: countries\nkeys: [code, title]"),
        f"60: {TABLE}.implementation.keys: must name as many columns as the rule is about, 1: "
        "got ['code', 'title']",
    ),
    (
        of_amount("kind: row_count\nmin: 1"),
        f"43: {AMOUNT}.implementation.kind: is a rule of the whole table; move it to its quality: "
        "got 'row_count'",
    ),
    (
        of_table("kind: row_count\ncolumns: [amount]\nmin: 1"),
        f"58: {TABLE}.implementation.columns: is not for a rule of the table itself; remove it: "
        "got ['amount']",
    ),
    (
        of_table("kind: row_count\nmin: 1\nthreshold: 0.9"),
        f"59: {TABLE}.implementation.threshold: is for kinds that give a share of rows; this one "
        "holds or does not: remove it: got 0.9",
    ),
    (
        of_table("kind: row_count"),
        f"56: {TABLE}.implementation.min: is required, or max; add one",
    ),
    (
        of_amount("kind: freshness\nhours: 2"),
        f"43: {AMOUNT}.implementation.kind: needs a column of type date, timestamp; amount is "
        "decimal(12,2): got 'freshness'",
    ),
    (
        of_table("kind: freshness\ncolumns: [ordered_on]\nhours: 0"),
        f"59: {TABLE}.implementation.hours: must be greater than 0: got 0",
    ),
    (
        of_table("kind: sum\ncolumns: [amount, order_id]\nmin: 0"),
        f"58: {TABLE}.implementation.columns: must name one column; write a rule for each: "
        "got ['amount', 'order_id']",
    ),
    (
        of_amount("kind: sum"),
        f"42: {AMOUNT}.implementation.min: is required, or max, or withinPercent and runs; "
        "add one",
    ),
    (
        of_amount("kind: average\nwithinPercent: 5"),
        f"42: {AMOUNT}.implementation.runs: is required beside withinPercent; add it",
    ),
    (
        of_amount("kind: average\nwithinPercent: 5\nruns: 51"),
        f"45: {AMOUNT}.implementation.runs: must be less than or equal to 50: got 51",
    ),
    (
        of_table("kind: sql\nexpression: smu(amount) > 0"),
        f"58: {TABLE}.implementation.expression: must call an aggregate function such as count, "
        "sum or avg: got 'smu(amount) > 0'; did you mean 'sum'?",
    ),
    (
        of_table("kind: sql\nexpression: sum(amuont) > 0"),
        f"58: {TABLE}.implementation.expression: names the column amuont, which the schema "
        "lacks: got 'sum(amuont) > 0'; did you mean 'amount'?",
    ),
    (
        of_table("kind: sql\nexpression: count(distinct country) = 2"),
        f"58: {TABLE}.implementation.expression: must do without DISTINCT, which needs a shuffle "
        "of its own; there is kind unique: got 'count(distinct country) = 2'",
    ),
    (
        of_country("metric: duplicateValues\nmustBeLessOrEqualTo: 3"),
        f"31: {COUNTRY}.mustBeLessOrEqualTo: must be mustBe: 0, or mustBeLessOrEqualTo beside "
        "unit: percent: got 3",
    ),
    (
        of_country("metric: nullValues\nmustBeLessOrEqualTo: 101\nunit: percent"),
        f"31: {COUNTRY}.mustBeLessOrEqualTo: must be a percentage from 0 to 100: got 101",
    ),
    (
        of_country("metric: missingValues\nmustBe: 0"),
        f"29: {COUNTRY}.arguments: must be missingValues: got nothing",
    ),
    (
        of_country("metric: rowCount\nmustBe: 1"),
        f"30: {COUNTRY}.metric: is a rule of the whole table; move it to its quality: "
        "got 'rowCount'",
    ),
    (
        of_country("metric: rowCount\nmustNotBe: 1"),
        f"31: {COUNTRY}.mustNotBe: must be one of mustBe, mustBeGreaterThan, "
        "mustBeGreaterOrEqualTo, mustBeLessThan, mustBeLessOrEqualTo, mustBeBetween for rowCount: "
        "got 1",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "message"), MISTAKES)
def test_a_mistake_in_a_kind_of_rule_is_exactly_one_line(
    complaint: Complaint, edit: tuple[str, str, str], message: str
) -> None:
    assert complaint(edit) == f"contracts/{ORDERS}:{message}"


DROPPED = (
    ORDERS,
    "        logicalTypeOptions:\n          format: dd.MM.yyyy\n",
    "        customProperties: [{property: protection, value: {method: drop}}]\n",
)


def test_a_rule_of_the_dataset_sees_what_the_table_has(complaint: Complaint) -> None:
    fresh = of_table("kind: freshness\ncolumns: [ordered_on]\nhours: 2")
    assert complaint(DROPPED, fresh) == (
        f"contracts/{ORDERS}:56: {TABLE}.implementation.kind: judges what the table has, and the "
        "protection of ordered_on is drop: got 'freshness'"
    )


def test_an_expression_over_the_dataset_sees_no_hashed_column(complaint: Complaint) -> None:
    hashed = (
        ORDERS,
        "        classification: public\n",
        "        customProperties: [{property: protection, value: {method: hash}}]\n",
    )
    unpartitioned = (ORDERS, "        partitioned: true\n", "")
    total = of_table("kind: sql\nexpression: max(country) = 'SE'")
    assert complaint(hashed, unpartitioned, total).endswith(
        "implementation.kind: judges what the table has, and the protection of country is hash: "
        "got 'sql'"
    )


def test_a_reference_cannot_look_up_hashed_values(complaint: Complaint) -> None:
    hashed = (
        "countries.odcs.yaml",
        "{name: title, logicalType: string}",
        "{name: title, logicalType: string, "
        "customProperties: [{property: protection, value: {method: hash}}]}",
    )
    rule_of = of_table("kind: reference\ncolumns: [country]\ndataset: countries\nkeys: [title]")
    assert complaint(hashed, rule_of) == (
        f"contracts/{ORDERS}:60: {TABLE}.implementation.keys[0]: cannot be looked up in "
        "countries, whose protection of it is hash: got 'title'"
    )


def test_a_metric_that_the_standard_does_not_have_is_one_line(complaint: Complaint) -> None:
    (line,) = complaint(of_country("metric: nullValue\nmustBe: 0")).splitlines()
    assert line.endswith("got 'nullValue'; did you mean 'nullValues'?")
