"""TPC-H with damage that is known: what is bad is found by the right rule, and nothing else is."""

import csv
from collections import Counter
from collections.abc import Iterator
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


def _expected(records: list[Record]) -> Iterator[tuple[str, ...]]:
    good = [one for one in records if not one.rules and not one.superseded]
    yield from map(tuple, csv.reader(one.text.decode() for one in good))


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
    assert report["rows_deduplicated"] == sum(one.superseded for one in records)
    columns = [F.col(name).cast("string") for name in lake.spark.table(tpch.table).columns]
    rows = lake.spark.table(tpch.table).select(*columns).collect()
    assert Counter(map(tuple, rows)) == Counter(_expected(records))
