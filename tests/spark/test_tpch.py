"""TPC-H with damage that is known: what is bad is found by the right rule, and nothing else is."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import functions as F  # noqa: N812

from data_lake.contracts import load_contracts
from data_lake.contracts.models import DatasetContract
from strata.paths import ROOT
from strata.tpch.defects import field_defects, record_defects
from strata.tpch.generator import TABLES, generate
from strata.tpch.injector import Record, inject
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


@pytest.mark.parametrize("table", TABLES)
def test_every_defect_is_found_by_its_rule_and_no_good_row_is_touched(
    lake: Lake, files: dict[str, Path], contracts: dict[str, DatasetContract], table: str
) -> None:
    header, records = _damaged(files[table], contracts[table])
    tpch = Lake(lake.spark, contracts[table].compiled())
    tpch.put("damaged.csv", b"\n".join([header, *(one.text for one in records)]) + b"\n")
    report = tpch.run(f"tpch-{table}")

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
    rows = lake.spark.table(tpch.table).select(*columns).collect()
    assert Counter(map(tuple, rows)) == expected
