"""The rules of the sample contracts find what they are for, and nothing else in the real data."""

import duckdb
import pytest

from data_lake.contracts import ContractSet
from data_lake.contracts.models import ROW_KINDS, Rule
from tests.unit.contracts.samples.support import breaking, keeps, one, strays


def test_rules_accept_every_real_row_but_for_the_few_they_rightly_warn_of(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    broken = {
        (name, rule.id, rule.severity): count
        for name, dataset in contracts.datasets.items()
        for rule in dataset.rules
        if rule.kind in ROW_KINDS
        if (count := one(database, f"select count(*) from {name} where {breaking(rule)}"))
    }

    assert broken == {
        # 371 rows of N0EGMQ and 4 of D942DN, which no register of the United States holds.
        ("flights", "tailnum_registration", "warn"): 375,
        # 721 aircraft that the register does not know, these two among them.
        ("flights", "tailnum_registered", "warn"): 50_094,
        # Delta's flight from LGA to ATL that is on record with 703 miles an hour.
        ("flights", "speed_plausible", "warn"): 1,
        # Newark on 12 February, 3:00: 1,048 miles an hour.
        ("weather", "wind_speed_plausible", "warn"): 1,
    }


SPOILT = {
    "flights": {
        "month_exists": "month = 13",
        "day_exists": "day = 0",
        "dep_delay_plausible": "dep_delay = 2000",
        "carrier_code": "carrier = 'UAL'",
        "carrier_known": "carrier = 'ZZ'",
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
        "tailnum_registered": "tailnum = 'N0EGMQ'",
    },
    "airlines": {"carrier_code": "carrier = 'UAL'", "name_length": "name = 'X'"},
    "weather": {
        "origin_known": "origin = 'BOS'",
        "month_exists": "month = 0",
        "day_exists": "day = 32",
        "hour_exists": "hour = 24",
        "temp_plausible": "temp = 200",
        "humid_is_a_share": "humid = 101",
        "wind_dir_exists": "wind_dir = 361",
        "wind_speed_plausible": "wind_speed = 1048",
        "wind_gust_plausible": "wind_gust = 251",
        "gust_above_wind": "wind_gust = wind_speed - 1",
        "precip_plausible": "precip = -0.1",
        "pressure_plausible": "pressure = 29.9",
        "visib_measured": "visib = 11",
        "dewp_below_temp": "dewp = temp + 1",
    },
    "airports": {
        "faa_code": "faa = 'KJFK'",
        "name_length": "name = ''",
        "lat_exists": "lat = 91",
        "lon_exists": "lon = -181",
        "alt_plausible": "alt = 20000",
        "tz_exists": "tz = -13",
        "dst_known": "dst = 'E'",
        "tzone_name": "tzone = 'EST'",
    },
    "planes": {
        "tailnum_registration": "tailnum = 'G-ABCD'",
        "year_plausible": "year = 0",
        "type_known": "type = 'Balloon'",
        "manufacturer_length": "manufacturer = ''",
        "engines_plausible": "engines = 0",
        "seats_plausible": "seats = 1000",
        "speed_plausible": "speed = 7000",
        "engine_known": "engine = 'Steam'",
    },
}
"""For each rule of rows, an update of a good row that breaks it."""
SPOILT_AS_A_WHOLE = {
    ("flights", "tailnum_given"): "update all_rows set tailnum = null where flight % 2 = 0",
    ("flights", "departed_arrive"): "update all_rows set arr_delay = null where flight % 2 = 0",
    ("airlines", "name_once"): "update all_rows set name = 'Delta Air Lines Inc.'",
    ("airlines", "airlines_in_all"): "delete from all_rows where carrier <> 'UA'",
    ("airports", "airports_in_all"): "delete from all_rows where faa > 'C'",
    ("airports", "place_once"): "update all_rows set lat = 40.6, lon = -73.8 where faa > 'Z'",
    ("planes", "year_given"): "update all_rows set year = null where seats > 100",
    ("planes", "planes_in_all"): "delete from all_rows where seats > 100",
    ("weather", "temp_given"): "update all_rows set temp = null where origin = 'EWR'",
    ("weather", "hour_once"): "update all_rows set hour = 1 where hour in (2, 3)",
}
"""For each rule of the dataset, what happens to all rows so that they break it."""


@pytest.mark.parametrize(
    ("dataset", "rule_id", "spoil"),
    [(name, rule_id, spoil) for name, rules in SPOILT.items() for rule_id, spoil in rules.items()],
)
def test_each_rule_finds_the_row_it_is_for(
    contracts: ContractSet,
    database: duckdb.DuckDBPyConnection,
    dataset: str,
    rule_id: str,
    spoil: str,
) -> None:
    rule = _rule(contracts, dataset, rule_id)
    whole = {
        "flights": "dep_time is not null and arr_delay is not null and tailnum = 'N14228'",
        "weather": "wind_gust is not null",
    }
    database.execute(
        f"create or replace temp table one as select * from {dataset} "
        f"where {whole.get(dataset, 'true')} limit 1"
    )
    assert one(database, f"select count(*) from one where {breaking(rule)}") == 0

    database.execute(f"update one set {spoil}")

    assert one(database, f"select count(*) from one where {breaking(rule)}") == 1


def _rule(contracts: ContractSet, dataset: str, rule_id: str) -> Rule:
    return next(rule for rule in contracts.datasets[dataset].rules if rule.id == rule_id)


def test_real_data_pass_every_rule_that_has_a_say_about_the_run(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    for name, dataset in contracts.datasets.items():
        for rule in dataset.rules:
            if rule.kind not in ROW_KINDS or rule.threshold is not None:
                assert keeps(database, name, rule), (name, rule.id)


@pytest.mark.parametrize(("dataset", "rule_id"), SPOILT_AS_A_WHOLE)
def test_each_rule_of_the_dataset_finds_what_it_is_for(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection, dataset: str, rule_id: str
) -> None:
    database.execute(f"create or replace temp table all_rows as select * from {dataset}")
    assert keeps(database, "all_rows", _rule(contracts, dataset, rule_id))

    database.execute(SPOILT_AS_A_WHOLE[dataset, rule_id])

    assert not keeps(database, "all_rows", _rule(contracts, dataset, rule_id))


@pytest.mark.parametrize("rule_id", ["tailnum_given", "departed_arrive"])
def test_flights_of_each_day_pass_by_themselves(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection, rule_id: str
) -> None:
    rule = _rule(contracts, "flights", rule_id)
    for month, day in database.execute("select distinct month, day from flights").fetchall():
        of_the_day = f"flights where month = {month} and day = {day}"
        assert keeps(database, of_the_day, rule), (month, day)


def test_flights_loaded_day_by_day_keep_near_to_those_before_and_longer_ones_do_not(
    contracts: ContractSet, database: duckdb.DuckDBPyConnection
) -> None:
    daily = "select avg(distance) from flights group by month, day order by month, day"
    means = [mean for (mean,) in database.execute(daily).fetchall()]
    rule = _rule(contracts, "flights", "distance_as_usual")

    assert len(means) == 365
    assert strays(means, rule) == []
    assert strays([*means, 1.3 * means[-1]], rule) == [1.3 * means[-1]]


def test_every_rule_is_shown_to_find_something(contracts: ContractSet) -> None:
    rules = {(name, rule.id) for name, found in contracts.datasets.items() for rule in found.rules}
    of_rows = {(name, rule_id) for name, spoilt in SPOILT.items() for rule_id in spoilt}
    assert of_rows | SPOILT_AS_A_WHOLE.keys() | {("flights", "distance_as_usual")} == rules
