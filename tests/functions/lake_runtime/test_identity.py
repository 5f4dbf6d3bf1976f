import re
from datetime import datetime, timedelta, timezone

from lake_runtime.identity import (
    arrival_id,
    execution_name,
    run_prefix,
    seconds_between,
    utc_now,
    utc_text,
)


def test_an_object_version_always_has_the_same_id_and_another_version_another():
    first = arrival_id("raw", "flights/a b+c%.csv", "v1")
    assert first == arrival_id("raw", "flights/a b+c%.csv", "v1")
    assert re.fullmatch(r"[0-9a-f]{40}", first)
    assert first != arrival_id("raw", "flights/a b+c%.csv", "v2")


def test_an_execution_name_does_not_depend_on_the_order_of_the_arrivals():
    assert execution_name("flights", ["b", "a"]) == execution_name("flights", ["a", "b"])
    assert execution_name("flights", ["a"]) != execution_name("flights", ["a", "b"])


def test_an_execution_name_fits_step_functions_whatever_the_dataset_is_called():
    name = execution_name("d" * 200, ["a"])
    assert len(name) <= 80
    assert re.fullmatch(r"[A-Za-z0-9_-]+", name)


def test_a_runs_prefix_ends_in_a_slash():
    assert run_prefix("flights", "run-1") == "runs/flights/run-1/"


def test_a_time_of_another_zone_is_told_in_utc():
    time = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=-5)))
    assert utc_text(time) == "2026-01-01T17:00:00.000000Z"


def test_times_sort_as_text():
    earlier, later = utc_now(), utc_now()
    assert earlier <= later
    assert len(earlier) == len("2026-01-01T00:00:00.000000Z")


def test_the_seconds_between_two_times_are_counted():
    assert seconds_between("2026-01-01T00:00:00.000000Z", "2026-01-01T00:01:00.500000Z") == 60.5
