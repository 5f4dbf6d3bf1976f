"""What is exported as DQDL is what AWS's parser reads, and judges as our engine does."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from data_lake.contracts import ContractSet, DatasetContract, load_contracts
from data_lake.contracts.dqdl import ruleset
from lake_spark.contract import parse_contract
from lake_spark.counts import Counts
from lake_spark.dataset_rules import judge_measures, measure_again
from lake_spark.references import References, keys_of
from lake_spark.rule_reports import rule_entries
from lake_spark.sql import POSITION
from lake_spark.validation import check_rows
from strata.paths import ROOT
from tests.spark.glue_quality import judge, parse

STARTED = datetime(2024, 1, 2, tzinfo=UTC)
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
SCHEMA = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
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
    {"kind": "comparison", "columns": ["low", "high"], "operator": "<="},
    {"kind": "comparison", "columns": ["low", "high"], "operator": "<", "threshold": 0.9},
    {"kind": "reference", "columns": ["code"], "dataset": "codes", "keys": ["known"]},
    {
        "kind": "reference",
        "columns": ["code", "low"],
        "dataset": "codes",
        "keys": ["known", "number"],
        "threshold": 0.95,
    },
    {"kind": "set", "columns": ["code"], "values": ["A1", "B2", "É9"], "threshold": 0.95},
    {"kind": "range", "columns": ["ratio"], "min": 0, "max": 1, "threshold": 0.9},
    {"kind": "expression", "columns": ["low", "high"], "expression": "low <= high -- both"},
    {"kind": "expression", "columns": ["name"], "expression": "name not in ('Eve', '', 'A')"},
]


TOGETHER: list[dict[str, Any]] = [
    {"kind": "completeness", "columns": ["code"]},
    {"kind": "completeness", "columns": ["code", "low"]},
    {"kind": "completeness", "columns": ["code"], "threshold": 0.95},
    {"kind": "completeness", "columns": ["code", "low"], "threshold": 0.5},
    {"kind": "completeness", "columns": ["name"], "missing": ["", "A"], "threshold": 0.8},
    {"kind": "completeness", "columns": ["amount"], "missing": [-1, 0.5], "threshold": 0.9},
    {"kind": "unique", "columns": ["big"]},
    {"kind": "unique", "columns": ["low", "high"]},
    {"kind": "unique", "columns": ["low", "high"], "threshold": 0.5},
    {"kind": "row_count", "columns": [], "min": 10},
    {"kind": "row_count", "columns": [], "min": 12, "max": 12},
    {"kind": "row_count", "columns": [], "min": 1, "max": 11},
    {"kind": "sum", "columns": ["amount"], "min": 0.01, "max": 30.3},
    {"kind": "sum", "columns": ["big"], "max": 2**53 + 1},
    {"kind": "sum", "columns": ["ratio"], "min": 0.8},
    {"kind": "average", "columns": ["amount"], "min": 3.05, "max": 3.1},
    {"kind": "average", "columns": ["low"], "max": 1.5},
    {"kind": "average", "columns": ["ratio"], "max": 0.125},
    {"kind": "sql", "columns": [], "expression": "count(*) > 10 and max(low) < 3 -- both"},
]
"""Rules that judge rows together. Sums of doubles are of such as add up in any order."""


def runs(spark: SparkSession) -> Iterator[DataFrame]:
    """Runs of which each rule of `TOGETHER` passes some and fails others."""
    plain = dict.fromkeys(COLUMNS)
    full = [
        plain
        | {"id": n, "name": "Ada", "code": "A1", "amount": Decimal("3.05"), "big": n}
        | {"ratio": 0.125, "low": n, "high": n}
        for n in range(12)
    ]
    few = [row | {"low": 1, "high": 2} for row in full[:6]]
    worse = [
        row
        | {"code": None, "name": ("", "A", None)[row["id"] % 3], "low": None}
        | {"amount": Decimal("-1.00"), "big": 2**53, "ratio": 0.25}
        for row in full
    ]
    cheap = [row | {"amount": Decimal("3.11"), "low": 1, "ratio": 0.375} for row in full]
    for rows in (full, few, few + worse, cheap, worse[:1] + full[1:]):
        yield spark.createDataFrame([tuple(row[name] for name in COLUMNS) for row in rows], SCHEMA)


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
    """Rows that keep every rule, rows that break every one, and a mixture by chance."""
    chance = random.Random(7)  # noqa: S311 - the same rows each time
    for bad_columns in ([], list(BAD), chance.sample(list(BAD), 5)):
        rows = []
        for number in range(24):
            values = {column: GOOD[column][number % len(GOOD[column])] for column in GOOD}
            if number % 8 == 0:
                values |= {
                    column: BAD[column][number // 8 % len(BAD[column])] for column in bad_columns
                }
            rows.append((number, *values.values()))
        yield spark.createDataFrame(rows, SCHEMA)


def codes(spark: SparkSession) -> DataFrame:
    """The published rows of the dataset that is referred to: known values, one of them twice."""
    rows = [(code, low) for code in GOOD["code"] for low in GOOD["low"]]
    return spark.createDataFrame([*rows, ("A1", 1)], "known string, number int")


def verdicts(rows: DataFrame, checked: DatasetContract) -> dict[str, bool | None]:
    """Tell what our engine makes of each rule, over rows as a run reads them."""
    compiled = parse_contract(checked.compiled())
    target = replace(compiled, name="codes", primary_key=(), write_mode="append")
    keys = tuple(
        (rule, keys_of(rule, target, codes(rows.sparkSession)))
        for rule in compiled.rules
        if rule.kind == "reference"
    )
    references = References(keys)
    judged = check_rows(rows, compiled, references)
    broken = Counter(
        rule
        for row in judged.select("__broken").collect()
        for rule in {fault["rule"] for fault in row[0] or ()}
    )
    total = rows.count()
    counts = Counts(total, sum(broken.values()), broken, {}, {}, {})
    placed = rows.select("*", *(F.lit(0).alias(name) for name in POSITION))
    measures = measure_again(placed, compiled, STARTED)
    together = judge_measures(compiled, measures, total, STARTED)
    holds = {"passed": True, "failed": False}
    return {
        entry["rule"]: holds.get(entry["state"])
        for entry in rule_entries(compiled, counts, references, together)
    }


@pytest.mark.parametrize(("rules", "frames"), [(RULES, tables), (TOGETHER, runs)])
def test_each_exported_rule_passes_where_our_engine_passes(
    spark: SparkSession,
    rules: list[dict[str, Any]],
    frames: Callable[[SparkSession], Iterator[DataFrame]],
) -> None:
    checked = contract(rules)
    exported = ruleset(checked)
    assert [one.rule for one in exported.said] == [rule.id for rule in checked.rules]
    seen: dict[str, set[bool | None]] = {rule.id: set() for rule in checked.rules}
    for rows in frames(spark):
        ours = verdicts(rows, checked)
        theirs = judge(rows, [one.dqdl for one in exported.said], {"codes": codes(spark)})
        assert dict(zip([one.rule for one in exported.said], theirs, strict=True)) == ours
        for rule, passed in ours.items():
            seen[rule].add(passed)
    assert seen == {rule.id: {True, False} for rule in checked.rules}


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
