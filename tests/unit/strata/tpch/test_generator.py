"""The generator of TPC-H, as it is installed."""

import csv
from pathlib import Path

from data_lake.contracts import load_contracts
from strata.paths import ROOT
from strata.tpch.generator import TABLES, generate, order_lines


def test_every_table_has_a_contract_with_the_columns_of_its_file(tmp_path: Path) -> None:
    contracts = load_contracts(ROOT / "examples" / "tpch" / "contracts").datasets
    files = generate(tmp_path, 0.001)
    assert set(files) == set(TABLES) == set(contracts)
    for table, file in files.items():
        with file.open(encoding="utf-8", newline="") as content:
            assert next(csv.reader(content)) == [one.name for one in contracts[table].columns]


def test_order_lines_come_as_many_as_are_asked_for() -> None:
    with order_lines(100) as (header, lines):
        assert header.startswith(b"l_orderkey,l_partkey,")
        taken = list(lines)
    assert len(taken) == 100
    assert all(line.count(b",") >= 15 for line in taken)
