"""What is exported as DQDL is what AWS's parser reads, and judges as our engine does."""

import random
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from data_lake.contracts import ContractSet, DatasetContract, load_contracts
from data_lake.contracts.dqdl import ruleset
from lake_spark.contract import parse_contract
from lake_spark.validation import check_rows
from strata.paths import ROOT
from tests.spark.glue_quality import judge, parse

COLUMNS = {
    "id": "int",
    "name": "string",
    "code": "string",
    "amount": "decimal(10,2)",
    "big": "bigint",
    "ratio": "double",
    "flag": "boolean",
    "day": "date",
    "moment": "timestamp",
    "low": "int",
    "high": "int",
}
GOOD: dict[str, tuple[Any, ...]] = {
    "name": ("Ada", "Bob", 'say "hi"', "O'Neil", "a\\b", "2024-01-01", "12:30", "x # y", None),
    "code": ("A1", "B2", "É9", None),
    "amount": (Decimal("0.00"), Decimal("9.50"), Decimal("3.20"), None),
    "big": (2**53 + 1, 1, None),
    "ratio": (0.0, 0.1, 1.0, None),
    "flag": (True, None),
    "day": (date(2024, 1, 1), date(2024, 12, 31), None),
    "moment": (datetime(2024, 1, 1), datetime(2024, 1, 1, 12), None),
    "low": (1, 2, None),
    "high": (2, 3, None),
}
BAD: dict[str, tuple[Any, ...]] = {
    "name": ("", "Eve", "A", "O''Neil", "a\\\\b"),
    "code": ("A", "a1", "A1 ", "", "1A\n"),
    "amount": (Decimal("-0.01"), Decimal("9.51")),
    "big": (2**53 + 2, 0),
    "ratio": (-1e-300, 1.0000000000000002),
    "flag": (False,),
    "day": (date(2023, 12, 31), date(2025, 1, 1)),
    "moment": (datetime(2023, 12, 31, 23, 59, 59), datetime(2024, 1, 1, 12, 0, 1)),
    "low": (4,),
    "high": (0,),
}
RULES: list[dict[str, Any]] = [
    {"kind": "set", "columns": ["code"], "values": ["A1", "B2", "É9"]},
    {"kind": "set", "columns": ["name"], "values": list(filter(None, GOOD["name"]))},
    {"kind": "set", "columns": ["low"], "values": [1, 2]},
    {"kind": "set", "columns": ["amount"], "values": [0, 9.5, 3.2]},
    {"kind": "set", "columns": ["big"], "values": [2**53 + 1, 1]},
    {"kind": "set", "columns": ["flag"], "values": [True]},
    {"kind": "set", "columns": ["low", "high"], "values": [1, 2, 3]},
    {"kind": "range", "columns": ["amount"], "min": 0, "max": 9.5},
    {"kind": "range", "columns": ["ratio"], "min": 0, "max": 1},
    {"kind": "range", "columns": ["big"], "min": 1, "max": 2**53 + 1},
    {"kind": "range", "columns": ["low"], "max": 3},
    {"kind": "range", "columns": ["high"], "min": 1},
    {"kind": "range", "columns": ["day"], "min": "2024-01-01", "max": "2024-12-31"},
    {"kind": "range", "columns": ["moment"], "min": "2024-01-01", "max": "2024-01-01T12:00:00"},
    {"kind": "length", "columns": ["name"], "min": 3, "max": 10},
    {"kind": "length", "columns": ["code"], "min": 2},
    {"kind": "pattern", "columns": ["code"], "pattern": "^\\p{Lu}\\d$"},
    {"kind": "pattern", "columns": ["code"], "pattern": "[\"A-Z'É\\\\]\\d"},
    {"kind": "expression", "columns": ["low", "high"], "expression": "low <= high -- both"},
    {"kind": "expression", "columns": ["name"], "expression": "name not in ('Eve', '', 'A')"},
]


def contract(rules: list[dict[str, Any]]) -> DatasetContract:
    """Give a contract with rules, numbered."""
    common = {"severity": "quarantine", "dimension": "conformity", "description": "Holds."}
    return DatasetContract.model_validate(
        {
            "name": "things",
            "version": "1.0.0",
            "description": "Things.",
            "owner": "tests",
            "format": "iceberg",
            "write_mode": "append",
            "columns": [{"name": name, "type": kind} for name, kind in COLUMNS.items()],
            "primary_key": (),
            "partition_by": (),
            "quality": {"threshold": 0.9},
            "raw": {"prefix": "things/", "format": "csv"},
            "trigger": {"mode": "on_arrival"},
            "rules": [{"id": f"r{number}", **common, **rule} for number, rule in enumerate(rules)],
        }
    )


def tables(spark: SparkSession) -> Iterator[DataFrame]:
    """Rows that keep every rule, rows that break every one, and mixtures of both by chance."""
    chance = random.Random(7)  # noqa: S311 - the same rows each time
    for bad_columns in ([], list(BAD), *(chance.sample(list(BAD), 5) for _ in range(2))):
        rows = []
        for number in range(24):
            values = {column: GOOD[column][number % len(GOOD[column])] for column in GOOD}
            if number % 8 == 0:
                values |= {
                    column: BAD[column][number // 8 % len(BAD[column])] for column in bad_columns
                }
            rows.append((number, *values.values()))
        yield spark.createDataFrame(
            rows, ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        )


def engine(rows: DataFrame, checked: DatasetContract) -> dict[str, bool]:
    """Tell for each rule whether our engine finds no row that breaks it."""
    judged = check_rows(rows, parse_contract(checked.compiled()))
    broken = {
        fault["rule"] for row in judged.select("__broken").collect() for fault in row[0] or ()
    }
    return {rule.id: rule.id not in broken for rule in checked.rules}


def test_each_exported_rule_passes_where_our_engine_passes(spark: SparkSession) -> None:
    exported = contract(RULES)
    rules = ruleset(exported)
    assert [one.rule for one in rules.said] == [rule.id for rule in exported.rules]
    seen: dict[str, set[bool]] = {rule.id: set() for rule in exported.rules}
    for rows in tables(spark):
        ours = engine(rows, exported)
        theirs = judge(rows, [one.dqdl for one in rules.said], {})
        assert dict(zip(ours, theirs, strict=True)) == ours
        for rule, passed in ours.items():
            seen[rule].add(passed)
    assert seen == {rule.id: {True, False} for rule in exported.rules}


@pytest.fixture(scope="module")
def samples() -> ContractSet:
    """The contracts of the sample lake."""
    return load_contracts(ROOT / "contracts")


def test_aws_s_parser_reads_every_ruleset_of_the_sample_lake(
    spark: SparkSession, samples: ContractSet
) -> None:
    for one in (*samples.datasets.values(), *samples.products.values()):
        exported = ruleset(one)
        assert len(parse(spark, exported.text())) == len(exported.said)
