"""Schedules fire by the wall clock of their own time zone, in spring and in autumn too."""

from datetime import UTC, datetime

import pytest

from strata.local.plugin.schedules import next_fire

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param("2026-01-10T12:00", "2026-01-11T11:30", id="winter is five hours behind"),
        pytest.param("2026-07-10T12:00", "2026-07-11T10:30", id="summer is four hours behind"),
        pytest.param("2026-07-10T10:29", "2026-07-10T10:30", id="one minute before"),
        pytest.param("2026-07-10T10:30", "2026-07-11T10:30", id="not twice in its own minute"),
    ],
)
def test_half_past_six_in_new_york_moves_with_the_season(after: str, expected: str) -> None:
    found = next_fire("cron(30 6 * * ? *)", at(after), NEW_YORK)
    assert found == at(expected)


def test_a_time_that_spring_skips_does_not_run_that_day() -> None:
    found = next_fire("cron(30 2 * * ? *)", at("2026-03-08T00:00"), NEW_YORK)
    assert found == at("2026-03-09T06:30")


def test_a_time_that_autumn_repeats_runs_once() -> None:
    first = next_fire("cron(30 1 * * ? *)", at("2026-11-01T00:00"), NEW_YORK)
    assert first == at("2026-11-01T05:30")
    second = next_fire("cron(30 1 * * ? *)", first, NEW_YORK)
    assert second == at("2026-11-02T06:30")


def test_what_is_not_cron_never_fires_here() -> None:
    assert next_fire("rate(5 minutes)", at("2026-01-10T12:00"), NEW_YORK) is None


def at(text: str) -> datetime:
    """Read a UTC time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
