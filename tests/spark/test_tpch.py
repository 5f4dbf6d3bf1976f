"""TPC-H with damage that is known: what is bad is found by the right rule, and nothing else is."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from data_lake.contracts import load_contracts
from data_lake.contracts.models import DatasetContract
from strata.local.emulator import Emulator
from strata.paths import ROOT
from strata.tpch.defects import field_defects, record_defects
from strata.tpch.generator import TABLES, generate
from strata.tpch.injector import Record, inject
from tests.spark.environment import use_environment
from tests.spark.support import Lake

SCALE = 0.001
TIMES = 3
"""How often each kind of damage is done to each table."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return generate(tmp_path_factory.mktemp("tpch"), SCALE)


@pytest.fixture(scope="module")
def contracts() -> dict[str, DatasetContract]:
    return load_contracts(ROOT / "examples" / "tpch" / "contracts").datasets


def _damaged(file: Path, contract: DatasetContract) -> tuple[bytes, list[Record]]:
    header, *lines = file.read_bytes().splitlines()
    defects = [*field_defects(contract), *record_defects()]
    records = inject(
        lines,
        len(lines),
        bad=TIMES * len(defects),
        duplicates=max(1, len(lines) // 20),
        defects=defects,
    )
    return header, list(records)


def _expected(records: list[Record], contract: DatasetContract) -> Counter[tuple[str, ...]]:
    """Give the last good row of each key.

    At a scale this small, the generator itself gives some keys of partsupp twice.
    """
    names = [column.name for column in contract.columns]
    key = [names.index(name) for name in contract.primary_key]
    good = [one for one in records if not one.rules]
    rows = [
        tuple(
            f"{Decimal(text):.2f}" if column.type == "decimal(15,2)" else text
            for column, text in zip(contract.columns, row, strict=True)
        )
        for row in csv.reader(one.text.decode() for one in good)
    ]
    newest = {tuple(row[at] for at in key): row for row in rows}
    outdated = [row for row, one in zip(rows, good, strict=True) if one.superseded]
    assert not set(outdated) & set(newest.values())
    return Counter(newest.values())


@dataclass(frozen=True)
class Loaded:
    """A damaged table after its run, the truth about it, and what was found."""

    lake: Lake
    records: list[Record]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def loaded(
    spark: SparkSession,
    emulator: Emulator,
    files: dict[str, Path],
    contracts: dict[str, DatasetContract],
) -> Iterator[dict[str, Loaded]]:
    """Damage every table and load it, each after those that it refers to."""
    entries = {name: contract.compiled() for name, contract in contracts.items()}
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        use_environment(patch, emulator)
        for table in TABLES:
            header, records = _damaged(files[table], contracts[table])
            tpch = Lake(spark, entries[table], others=entries)
            tpch.put("damaged.csv", b"\n".join([header, *(one.text for one in records)]) + b"\n")
            found[table] = Loaded(tpch, records, tpch.run(f"tpch-{table}"))
        yield found


@pytest.mark.parametrize("table", TABLES)
def test_every_defect_is_found_by_its_rule_and_no_good_row_is_touched(
    loaded: dict[str, Loaded], contracts: dict[str, DatasetContract], table: str
) -> None:
    tpch, records, report = loaded[table].lake, loaded[table].records, loaded[table].report
    bad = Counter(
        (one.text.decode(errors="replace"), tuple(sorted(one.rules)))
        for one in records
        if one.rules
    )
    found = Counter(
        (row["raw_record"], tuple(sorted(row["rule_ids"])))
        for row in tpch.quarantined(f"tpch-{table}")
    )
    assert found == bad
    rules = Counter(rule for one in records for rule in one.rules)
    assert {one["rule"]: one["rows"] for one in report["rules"] if one["rows"]} == rules
    expected = _expected(records, contracts[table])
    assert report["rows_deduplicated"] == len(records) - bad.total() - len(expected)
    columns = [F.col(column.name).cast("string") for column in contracts[table].columns]
    rows = tpch.spark.table(tpch.table).select(*columns).collect()
    assert Counter(map(tuple, rows)) == expected


def test_each_table_was_looked_up_in_those_that_it_refers_to(
    loaded: dict[str, Loaded], contracts: dict[str, DatasetContract]
) -> None:
    for table, one in loaded.items():
        referred = {rule.dataset for rule in contracts[table].rules if rule.kind == "reference"}
        assert set(one.report["references"]) == referred
        assert None not in one.report["references"].values()
    absent = {rule for one in loaded["lineitem"].records for rule in one.rules}
    assert {"line_order_known", "line_part_supplied"} <= absent
