"""Schedules in zones whose clocks jump: each day has its one run, by the service or made up for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake_runtime.cron import gaps, matches
from strata.local.plugin.schedules import next_fire

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Africa/Cairo",
    "Pacific/Apia",
    "Asia/Kolkata",
)
"""Jumps of an hour and of half an hour, at two and at midnight, a skipped day, and no jump."""


def exists(wall, zone):
    """Tell by `zoneinfo` alone whether the clocks of a zone show a time at all."""
    place = ZoneInfo(zone)
    there = wall.replace(tzinfo=place).astimezone(UTC).astimezone(place)
    return there.replace(tzinfo=None) == wall


def found(cron, zone, year):
    """Give the jumps of a year that skipped a time of a schedule."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    return list(gaps(cron, zone, start, start + timedelta(days=366)))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2011, 2018, 2026])
def test_every_time_of_a_year_that_a_clock_does_not_show_is_found_and_no_other(zone, year):
    first = datetime(year, 1, 1)
    missing = [
        first + timedelta(minutes=30 * number)
        for number in range(365 * 48)
        if not exists(first + timedelta(minutes=30 * number), zone)
    ]
    jumps = found("0/30 * * * ? *", zone, year)
    assert {jump.due for jump in jumps} <= set(missing)
    assert bool(jumps) == bool(missing)
    for jump in jumps:
        # The clock shows the end, and a minute before it shows what came before the jump.
        place = ZoneInfo(zone)
        assert jump.ends.astimezone(place).replace(tzinfo=None) > jump.due
        assert (jump.ends - timedelta(minutes=1)).astimezone(place).replace(tzinfo=None) < jump.due


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "Pacific/Apia"])
@settings(max_examples=25, deadline=None)
@given(hour=st.integers(0, 3), minute=st.integers(0, 59))
def test_with_what_is_made_up_for_every_day_has_exactly_one_run(zone, hour, minute):
    # Given a daily schedule in a year, as the service runs it
    cron = f"{minute} {hour} * * ? *"
    days = []
    for jump in found(cron, zone, 2018):
        around = jump.ends - timedelta(days=1)
        runs = [jump.due.date()]
        while (fire := next_fire(cron, around, zone)) and fire < jump.ends + timedelta(days=1):
            runs.append(fire.astimezone(ZoneInfo(zone)).date())
            around = fire
        days.append(runs)
    # Then around a jump that skipped it no day has two, what is made up for counted
    for runs in days:
        assert len(runs) == len(set(runs))


def test_half_past_two_in_new_york_is_made_up_for_at_three_in_spring_and_never_in_autumn():
    jumps = found("30 2 * * ? *", "America/New_York", 2026)
    (jump,) = jumps
    assert jump.due == datetime(2026, 3, 8, 2, 30)
    assert jump.ends == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert found("30 1 * * ? *", "America/New_York", 2026) == []


def test_a_jump_counts_only_once_though_many_times_were_skipped():
    assert len(found("0/5 * * * ? *", "Europe/Berlin", 2026)) == 1


def test_only_what_lies_in_the_window_is_found():
    ends = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    cron, zone = "30 2 * * ? *", "America/New_York"
    assert list(gaps(cron, zone, ends - timedelta(hours=1), ends - timedelta(minutes=1))) == []
    assert len(list(gaps(cron, zone, ends - timedelta(hours=1), ends))) == 1
    assert list(gaps(cron, zone, ends, ends + timedelta(hours=24))) == []


@pytest.mark.parametrize(
    ("cron", "wall", "expected"),
    [
        ("30 6 * * ? *", datetime(2026, 1, 1, 6, 30), True),
        ("30 6 * * ? *", datetime(2026, 1, 1, 6, 31), False),
        ("0/20 8-17 ? * MON-FRI *", datetime(2026, 1, 5, 8, 40), True),
        ("0/20 8-17 ? * MON-FRI *", datetime(2026, 1, 4, 8, 40), False),
        ("5/10 * * * ? *", datetime(2026, 1, 1, 0, 0), False),
        ("5/10 * * * ? *", datetime(2026, 1, 1, 0, 55), True),
        ("0 0 1,15 jan,JUL ? *", datetime(2026, 7, 15), True),
        ("0 0 L * ? *", datetime(2024, 2, 29), True),
        ("0 0 L * ? *", datetime(2026, 2, 27), False),
        ("0 0 15W * ? *", datetime(2026, 8, 14), True),
        ("0 0 1W * ? *", datetime(2026, 8, 3), True),
        ("0 0 31W * ? *", datetime(2026, 5, 29), True),
        ("0 0 LW * ? *", datetime(2026, 2, 27), True),
        ("0 0 31W * ? *", datetime(2026, 2, 27), False),
        ("0 0 ? * 6L *", datetime(2026, 1, 30), True),
        ("0 0 ? * 6L *", datetime(2026, 1, 23), False),
        ("0 0 ? * FRI#2 *", datetime(2026, 1, 9), True),
        ("0 0 ? * FRI#2 *", datetime(2026, 1, 16), False),
        ("0 0 ? * L *", datetime(2026, 1, 3), True),
        ("0 0 ? * 1 *", datetime(2026, 1, 4), True),
        ("0 0 * * ? 2026-2027", datetime(2025, 1, 1), False),
    ],
)
def test_a_minute_matches_as_the_service_says(cron, wall, expected):
    assert matches(cron, wall) is expected
