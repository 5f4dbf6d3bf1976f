"""The rules of the sample contracts find what they are for, and nothing else in the real data."""

import duckdb
import pytest

from data_lake.contracts import ContractSet
from tests.unit.contracts.samples.support import breaking, one


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
        # Newark on 12 February, 3:00: 1,048 miles an hour.
        ("weather", "wind_speed_plausible", "warn"): 1,
    }


SPOILT = {
    "flights": {
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
        "wind_gust_plausible": "wind_gust = -1",
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
"""For each rule of a dataset, an update of a good row that breaks it."""


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
    rule = next(rule for rule in contracts.datasets[dataset].rules if rule.id == rule_id)
    whole = {
        "flights": "dep_time is not null and arr_delay is not null and tailnum like 'N1%'",
        "weather": "wind_gust is not null",
    }
    database.execute(
        f"create or replace temp table one as select * from {dataset} "
        f"where {whole.get(dataset, 'true')} limit 1"
    )
    assert one(database, f"select count(*) from one where {breaking(rule)}") == 0

    database.execute(f"update one set {spoil}")

    assert one(database, f"select count(*) from one where {breaking(rule)}") == 1


def test_every_rule_is_shown_to_find_something(contracts: ContractSet) -> None:
    rules = {name: {rule.id for rule in found.rules} for name, found in contracts.datasets.items()}
    assert {name: set(spoilt) for name, spoilt in SPOILT.items()} == rules
