"""Cron expressions are those of EventBridge Scheduler, not of Unix."""

import pytest

from data_lake.contracts.cron import check_cron, known_time_zones


@pytest.mark.parametrize(
    "cron",
    [
        "30 6 * * ? *",
        "0/15 8-17 ? * MON-FRI *",
        "0 0 1,15 * ? 2026-2030",
        "0 12 L * ? *",
        "0 12 LW * ? *",
        "0 12 15W JAN,jul ? *",
        "0 12 ? * 6L *",
        "0 12 ? * 3#2 *",
        "*/5 * * * ? *",
        "0 0 1 1 ? 1970",
    ],
)
def test_what_scheduler_accepts_is_accepted(cron: str) -> None:
    check_cron(cron)


@pytest.mark.parametrize(
    ("cron", "reason"),
    [
        ("", "must have six fields"),
        ("30 6 * * *", "and has 5"),
        ("cron(30 6 * * ? *)", "must be the six fields alone, such as 30 6"),
        ("rate(5 minutes)", "must be the six fields alone"),
        ("60 6 * * ? *", "has '60' as minutes, which must be 0 to 59"),
        ("30 24 * * ? *", "has '24' as hours, which must be 0 to 23"),
        ("30 6 0 * ? *", "has '0' as day-of-month, which must be 1 to 31"),
        ("30 6 32W * ? *", "has '32W' as day-of-month"),
        ("30 6 * 13 ? *", "has '13' as month, which must be 1 to 12 or JAN to DEC"),
        ("30 6 ? * MOM *", "has 'MOM' as day-of-week, which must be 1 to 7 or SUN to SAT"),
        ("30 6 ? * 0 *", "has '0' as day-of-week"),
        ("30 6 * * ? 1969", "has '1969' as year"),
        ("30 17-8 * * ? *", "has '17-8' as hours"),
        ("*/0 6 * * ? *", "has '*/0' as minutes"),
        ("1, 6 * * ? *", "has '' as minutes"),
        ("? 6 * * ? *", "has '?' as minutes"),
        ("30 6 * * * *", "must have ? in exactly one of day-of-month and day-of-week"),
        ("30 6 ? * ? *", "must have ? in exactly one of day-of-month and day-of-week"),
    ],
)
def test_what_scheduler_refuses_is_refused_with_the_field_and_its_range(
    cron: str, reason: str
) -> None:
    with pytest.raises(ValueError) as raised:
        check_cron(cron)

    assert reason in str(raised.value)


def test_time_zones_are_those_of_the_iana_database() -> None:
    assert {"UTC", "America/New_York", "Europe/Oslo"} <= known_time_zones()
    assert "America/NewYork" not in known_time_zones()


def test_a_machine_without_time_zones_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known_time_zones.cache_clear()
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    try:
        with pytest.raises(RuntimeError, match="install the package tzdata"):
            known_time_zones()
    finally:
        monkeypatch.undo()
        known_time_zones.cache_clear()
