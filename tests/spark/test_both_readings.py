"""The first reading tells only which records are bad: the same ones that the second explains."""

from itertools import product
from typing import Any

import pytest

from lake_spark.contract import parse_contract
from lake_spark.inputs import Header
from lake_spark.records import read_records
from tests.spark.support import Lake, column

COLUMNS = {
    "id": ("bigint", True, ["1", " 2 ", "x", ""]),
    "name": ("string", True, ["Ada", "", "ß", '"a, b"', '5" pipe']),
    "price": ("decimal(5,2)", False, ["1.50", "1.500", "1.505", "15e-1", "999999", "NaN", ""]),
    "day": (
        "date",
        False,
        ["2023-12-31", "2024-02-29", "2023-02-29", "2024-2-9", "0000-01-01", ""],
    ),
    "at": ("timestamp", False, ["2024-01-01T00:00:00Z", "2024-01-01", "noon", ""]),
    "rate": ("double", False, ["0.5", "1e400", "Infinity", "2,5", ""]),
    "sure": ("boolean", False, ["yes", "0", "maybe", ""]),
}
GOOD = {name: values[0] for name, (_, _, values) in COLUMNS.items()}
RULES: list[dict[str, Any]] = [
    {"id": "few", "kind": "range", "columns": ["price"], "min": 1, "max": 2},
    {"id": "names", "kind": "set", "columns": ["name"], "values": ["Ada", "a, b", '5" pipe']},
    {"id": "short", "kind": "length", "columns": ["name"], "max": 7},
    {"id": "early", "kind": "comparison", "columns": ["day", "at"], "operator": "<="},
    {"id": "odd", "kind": "expression", "columns": ["rate"], "expression": "rate < 1 OR sure"},
    {
        "id": "letters",
        "kind": "pattern",
        "columns": ["name"],
        "pattern": "^[A-Za-z]",
        "severity": "warn",
    },
]
DAMAGED = [
    "",
    "1",
    "1,Ada,1,,,,,,",
    '2,"Ada,1,,,,',
    "3,A\0a,1,,,,",
    '4,"Ada" x,1,,,,',
    "5,\ufffd,1,,,,",
]


def _records() -> list[str]:
    """Give every pair of two columns' values beside good ones, and records that are damaged."""
    found = set()
    names = list(COLUMNS)
    for first, second in product(names, names):
        for one, other in product(COLUMNS[first][2], COLUMNS[second][2]):
            found.add(",".join((GOOD | {first: one, second: other}).values()))
    return [*sorted(found), *DAMAGED]


@pytest.mark.parametrize("null_values", [[""], ["NA"], []])
def test_both_readings_agree_on_every_record(lake: Lake, null_values: list[str]) -> None:
    lake.contract["columns"] = [
        column(name, kind, required=required) for name, (kind, required, _) in COLUMNS.items()
    ]
    lake.contract["primary_key"] = []
    lake.contract["raw"]["null_values"] = null_values
    lake.contract["rules"] = [{"severity": "quarantine", **rule} for rule in RULES]
    records = [record.encode() for record in _records()] + [b"6,\xff,1,,,,"]
    lake.put("a.csv", b"\n".join([",".join(COLUMNS).encode(), *records]))
    contract = parse_contract(lake.contract)
    header = Header(tuple(COLUMNS), ",".join(COLUMNS))
    files = {lake.inputs[0]["read_uri"]: (0, header)}
    first, second = (
        read_records(lake.spark, contract, files, reasons=reasons)
        .selectExpr("__row", "__broken IS NOT NULL", "to_json(__warned)", *COLUMNS)
        .collect()
        for reasons in (False, True)
    )
    assert sorted(map(str, first)) == sorted(map(str, second))
    assert {row[1] for row in first} == {True, False}
    assert len(first) == len([record for record in records if record])
