"""A run that the clock skipped is made up for once, where the contract says so."""

from datetime import UTC, datetime, timedelta

import pytest

from sweep import handler as sweeping
from sweep.findings import SweepEnvironment
from sweep.gaps import catch_up
from tests.functions.support.contracts import default_bundle

NIGHTLY = {"cron": "30 2 * * ? *", "time_zone": "America/New_York"}
JUMP = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
"""When the clocks of New York went from two to three."""


def look(lake, now):
    """Look at flights at a moment as its schedule does."""
    contracts = sweeping.load_contracts(lake_uri())
    return catch_up(SweepEnvironment.read(), contracts.dataset("flights"), now)


def lake_uri():
    """Give where the compiled contracts are."""
    return SweepEnvironment.read().contracts_uri


def scheduled(lake, **schedule):
    """Have flights taken by night."""
    lake.change_contract(trigger={"mode": "schedule"}, schedule=NIGHTLY | schedule)


def started(lake):
    """Give what was started for flights."""
    return [name for name in lake.executions() if name.startswith("flights-")]


@pytest.mark.fault(42, by="run")
def test_the_first_look_after_the_jump_starts_one_run_and_later_ones_none(lake):
    scheduled(lake, catch_up=True)
    lake.arrive("flights/a.csv")
    assert look(lake, JUMP - timedelta(minutes=1)) is False
    assert look(lake, JUMP) is True
    for minutes in (30, 60, 12 * 60, 25 * 60):
        look(lake, JUMP + timedelta(minutes=minutes))
    assert len(started(lake)) == 1
    # And it takes what waits
    assert lake.open(started(lake)[0])["claims"] == 1


def test_a_look_that_was_lost_is_made_up_for_by_a_later_one(lake):
    scheduled(lake, catch_up=True)
    assert look(lake, JUMP + timedelta(hours=5)) is True


@pytest.mark.parametrize(
    "schedule", [{}, {"catch_up": False}, {"catch_up": True, "cron": "30 6 * * ? *"}]
)
def test_without_the_contracts_word_or_a_skipped_time_nothing_is_started(lake, schedule):
    scheduled(lake, **schedule)
    assert look(lake, JUMP) is False
    assert started(lake) == []


@pytest.mark.fault(42, by="run")
def test_in_autumn_nothing_is_made_up_for(lake):
    scheduled(lake, catch_up=True, cron="30 1 * * ? *")
    autumn = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
    for minutes in range(-120, 180, 30):
        assert look(lake, autumn + timedelta(minutes=minutes)) is False


def test_the_deployed_function_looks_when_it_is_told_to(lake, monkeypatch):
    scheduled(lake, catch_up=True)
    lake.arrive("flights/a.csv")

    class Clock(datetime):
        """A clock that stands at the jump."""

        @classmethod
        def now(cls, tz=None):
            return JUMP.astimezone(tz)

    monkeypatch.setattr(sweeping, "datetime", Clock)
    assert lake.sweep(dataset="flights", trigger="gap_check") == {"started": True}
    assert default_bundle()["datasets"]["flights"]["schedule"] is None
