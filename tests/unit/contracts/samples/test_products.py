"""The sample products say what a person would count in the real data."""

import duckdb
import pytest

from data_lake.contracts import ContractSet
from tests.unit.contracts.samples.support import keeps, one


@pytest.mark.parametrize(
    "name", ["daily_punctuality", "delay_by_weather", "fleet_age", "monthly_ranking"]
)
def test_a_product_has_its_columns_its_key_and_what_it_requires(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection, name: str
) -> None:
    product = contracts.products[name]
    database.execute(f"create or replace temp table product as {product.sql}")

    described = database.execute("describe product").fetchall()
    assert [row[0] for row in described] == [column.name for column in product.columns]
    key = ", ".join(product.primary_key)
    assert one(database, f"select count(*) - count(distinct ({key})) from product") == 0
    for column in product.columns:
        missing = f"select count(*) from product where {column.name} is null"
        assert one(database, missing) == 0 or not column.required, column.name
    for rule in product.rules:
        assert keeps(database, "product", rule) or rule.severity == "warn", rule.id


@pytest.mark.parametrize(
    ("name", "flights", "more"),
    [
        ("daily_punctuality", 336_776, ("cancelled", 8_255)),
        ("delay_by_weather", 336_776, ("departed", 336_776 - 8_255)),
        # The other flights are of 722 aircraft that the register does not know, or of none.
        ("fleet_age", 284_170, ("planes", 3_322)),
        # Each of the twelve months has one winner.
        ("monthly_ranking", 336_776, ("(place = 1)::int", 12)),
    ],
)
def test_a_product_counts_every_flight_once(
    contracts: ContractSet,
    database: duckdb.DuckDBPyConnection,
    name: str,
    flights: int,
    more: tuple[str, int],
) -> None:
    sql = contracts.products[name].sql
    assert one(database, f"select sum(flights) from ({sql})") == flights
    assert one(database, f"select sum({more[0]}) from ({sql})") == more[1]


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


def test_an_hour_of_weather_is_what_a_person_would_count(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    hour = "origin = 'EWR' and time_hour = timestamp '2013-12-14 22:00:00'"
    flown = database.execute(f"select dep_time, dep_delay from flights where {hour}").fetchall()
    measured = database.execute(
        f"select visib, wind_speed, precip from weather where {hour}"
    ).fetchall()[0]
    delays = [delay for _, delay in flown if delay is not None]

    row = database.execute(
        "select origin_name, flights, departed, delayed, visibility, wind_speed, precipitation, "
        f"mean_departure_delay from ({contracts.products['delay_by_weather'].sql}) where {hour}"
    ).fetchall()[0]

    assert row[:4] == (
        "Newark Liberty Intl",
        len(flown),
        sum(departure is not None for departure, _ in flown),
        sum(delay > 15 for delay in delays),
    )
    assert row[4:7] == measured
    assert row[7] == pytest.approx(sum(delays) / len(delays))
    assert measured[0] < 2, "an hour of fog, so that the weather is seen to be joined"


def test_a_maker_is_what_a_person_would_count(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    aircraft = dict(
        database.execute(
            "select tailnum, year from planes where manufacturer = 'CESSNA'"
        ).fetchall()
    )
    flown = [
        (tail, delay)
        for tail, delay in database.execute("select tailnum, dep_delay from flights").fetchall()
        if tail in aircraft
    ]
    ages = [2013 - year for tail, year in aircraft.items() if year is not None]
    delays = [delay for _, delay in flown if delay is not None]

    row = database.execute(
        "select planes, flights, mean_age, mean_departure_delay "
        f"from ({contracts.products['fleet_age'].sql}) where manufacturer = 'CESSNA'"
    ).fetchall()[0]

    assert row[:2] == (len(aircraft), len(flown))
    assert row[2] == pytest.approx(sum(ages) / len(ages))
    assert row[3] == pytest.approx(sum(delays) / len(delays))


def test_a_month_is_ranked_as_a_person_would_rank_it(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    counted = database.execute(
        "select carrier, count(*), count(*) filter (where arr_delay <= 15) "
        "from flights where year = 2013 and month = 6 group by carrier"
    ).fetchall()
    expected = sorted(counted, key=lambda row: -row[2] / row[1])
    ranked = database.execute(
        f"select carrier, flights, on_time_share from ({contracts.products['monthly_ranking'].sql})"
        " where year = 2013 and month = 6 order by place"
    ).fetchall()
    assert [(row[0], row[1]) for row in ranked] == [(row[0], row[1]) for row in expected]
    assert [row[2] for row in ranked] == pytest.approx([row[2] / row[1] for row in expected])
