"""Personal data is protected by the contract, or the contract is not valid."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_lake.contracts import load_contracts

Complaint = Callable[..., str]
Lake = Callable[..., Path]
ORDERS = "orders.odcs.yaml"
COUNTRIES = "countries.odcs.yaml"
SALES = "sales.odcs.yaml"
TITLE = "- {name: title, logicalType: string}"
PLACE = "schema[countries].properties[title].customProperties[protection].value"


def protected(value: str, more: str = "classification: restricted") -> str:
    """Give the column `title` with a protection."""
    return (
        f"- {{name: title, logicalType: string, {more}, "
        f"customProperties: [{{property: protection, value: {value}}}]}}"
    )


def column(kind: str, value: str) -> str:
    """Give the column `title` with another type and a protection."""
    return (
        f"- {{name: title, {kind}, customProperties: [{{property: protection, value: {value}}}]}}"
    )


MISTAKES = [
    (
        COUNTRIES, TITLE, "- {name: title, logicalType: string, classification: restricted}",
        "13: schema[countries].properties[title].classification: needs the custom property "
        "protection: hash, tokenize, truncate or drop, or method none with a reason: "
        "got 'restricted'",
    ),
    (
        COUNTRIES, TITLE, protected("{method: hashed}"),
        f"13: {PLACE}.method: must be 'hash', 'tokenize', 'truncate', 'drop' or 'none': "
        "got 'hashed'; did you mean 'hash'?",
    ),
    (
        COUNTRIES, TITLE, protected("{method: none}"),
        f"13: {PLACE}.reason: is required for method none; say why clear text is right: "
        "got nothing",
    ),
    (
        COUNTRIES, TITLE, protected("{method: hash, reason: because}"),
        f"13: {PLACE}.reason: is for method none; remove it, or use method none: got 'because'",
    ),
    (
        COUNTRIES, TITLE, protected("{method: hash, keep: 3}"),
        f"13: {PLACE}.keep: is for method truncate; remove it, or use method truncate: got 3",
    ),
    (
        COUNTRIES, TITLE, protected("{method: truncate}"),
        f"13: {PLACE}.keep: is required to truncate a text: how many characters stay: got nothing",
    ),
    (
        COUNTRIES, TITLE, protected("{method: truncate, keep: 2, to: year}"),
        f"13: {PLACE}.to: is for dates and timestamps; use keep: got 'year'",
    ),
    (
        COUNTRIES, TITLE, column("logicalType: date", "{method: truncate, keep: 2}"),
        f"13: {PLACE}.keep: is for texts; use to: month or year: got 2",
    ),
    (
        COUNTRIES, TITLE, column("logicalType: integer", "{method: truncate, keep: 2}"),
        f"13: {PLACE}.method: truncate is not for type bigint; hash, tokenize or drop it: "
        "got 'truncate'",
    ),
    (
        COUNTRIES, TITLE, column("logicalType: boolean", "{method: hash}"),
        f"13: {PLACE}.method: is not for type boolean, which has two values, which anyone can tell "
        "apart by how often they come: got 'hash'",
    ),
    (
        COUNTRIES, "required: true, primaryKey: true}", "required: true, primaryKey: true, "
        "customProperties: [{property: protection, value: {method: drop}}]}",
        "12: schema[countries].properties[code].customProperties[protection].value.method: must be "
        "hash, tokenize or none for a primary key, which it would break: got 'drop'",
    ),
    (
        ORDERS, "        classification: public\n", "        classification: public\n"
        "        customProperties: [{property: protection, value: {method: hash}}]\n",
        "28: schema[orders].properties[country].customProperties[protection].value.method: must be "
        "truncate or none for a column that the table is partitioned by: got 'hash'",
    ),
    (
        SALES, "- {name: total,", "- {name: total, "
        "customProperties: [{property: protection, value: {method: hash}}],",
        "13: schema[sales].properties[total].customProperties[protection].value: is for datasets; "
        "a product reads columns that are protected already; remove it: got {'method': 'hash'}",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place(
    complaint: Complaint, file: str, old: str, new: str, message: str
) -> None:
    assert complaint((file, old, new)) == f"contracts/{file}:{message}"


@pytest.mark.parametrize(
    ("value", "compiled"),
    [
        ("{method: hash}", {"method": "hash"}),
        ("{method: tokenize}", {"method": "tokenize"}),
        ("{method: truncate, keep: 2}", {"method": "truncate", "keep": 2}),
        ("{method: drop}", {"method": "drop"}),
        ("{method: none, reason: public register}",
         {"method": "none", "reason": "public register"}),
    ],
)  # fmt: skip
def test_each_method_reaches_the_compiled_bundle(
    lake: Lake, value: str, compiled: dict[str, object]
) -> None:
    contracts = load_contracts(lake((COUNTRIES, TITLE, protected(value))))
    title = contracts.compile()["datasets"]["countries"]["columns"][1]
    assert title["protection"] == compiled
    assert title["classification"] == "restricted"


def test_a_restricted_column_of_a_product_needs_no_protection_of_its_own(lake: Lake) -> None:
    edit = (SALES, "- {name: total,", "- {name: total, classification: restricted,")
    assert load_contracts(lake(edit)).products["sales"].columns[1].classification == "restricted"


def test_quarantine_hides_clear_values_unless_the_contract_says_otherwise(lake: Lake) -> None:
    edit = (
        COUNTRIES,
        "  - {property: writeMode, value: replace}",
        "  - {property: writeMode, value: replace}\n"
        "  - {property: quarantine, value: {clearValues: true}}",
    )
    datasets = load_contracts(lake(edit)).compile()["datasets"]
    assert datasets["countries"]["quarantine"] == {"clear_values": True}
    assert datasets["orders"]["quarantine"] == {"clear_values": False}
