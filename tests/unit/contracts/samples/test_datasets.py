"""The sample contracts are true of the real data of 2013, which is what the demo loads."""

from pathlib import Path

import duckdb

from data_lake.contracts import ContractSet
from tests.unit.contracts.samples.support import ROWS, one

ROOT = Path(__file__).resolve().parents[4]


def test_the_files_have_exactly_the_columns_of_their_contracts(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    for name, dataset in contracts.datasets.items():
        found = [row[0] for row in database.execute(f"describe {name}_text").fetchall()]
        assert found == [column.name for column in dataset.columns]


def test_every_row_has_its_types_and_required_values(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    assert {name: one(database, f"select count(*) from {name}") for name in ROWS} == ROWS
    for name, dataset in contracts.datasets.items():
        for column in dataset.columns:
            missing = f"select count(*) from {name} where {column.name} is null"
            assert one(database, missing) == 0 or not column.required, (name, column.name)


def test_no_column_is_optional_without_a_missing_value_to_show_for_it(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    optional = {
        (name, column.name)
        for name, dataset in contracts.datasets.items()
        for column in dataset.columns
        if not column.required
    }

    assert {name for name, _ in optional} == {"flights", "weather", "airports", "planes"}
    for name, column in optional:
        missing = f"select count(*) from {name} where {column} is null"
        assert one(database, missing) > 0, (name, column)


def test_numbers_are_whole_where_the_contract_says_so(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    for name, dataset in contracts.datasets.items():
        for column in dataset.columns:
            if column.type == "int":
                # DuckDB would round, Spark would refuse.
                parts = f"select count(*) from {name}_text where {column.name} like '%.%'"
                assert one(database, parts) == 0, (name, column.name)


def test_primary_keys_are_unique(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    for name, dataset in contracts.datasets.items():
        key = ", ".join(dataset.primary_key)
        doubles = f"select count(*) - count(distinct ({key})) from {name}"
        assert one(database, doubles) == 0, name


def test_each_file_tells_editors_where_the_standards_schema_is() -> None:
    for file in (ROOT / "contracts").glob("*.odcs.yaml"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=https://"), file.name
        assert first.endswith("/odcs-json-schema-v3.1.0.json"), file.name
