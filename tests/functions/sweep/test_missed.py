"""A schedule's run that never came is made up for once, however many were missed."""

from datetime import UTC, datetime, timedelta

import pytest

from lake_runtime.cron import first_due
from tests.functions.support.resources import one_row

HOURLY = {"cron": "0 * * * ? *", "time_zone": "Europe/Vienna"}


@pytest.fixture
def scheduled(lake, monkeypatch):
    """Give a function that lets a file of an hourly dataset arrive so many hours ago."""
    lake.change_contract(trigger={"mode": "schedule"}, schedule=HOURLY)

    def arrive(number, hours):
        then = datetime.now(UTC) - timedelta(hours=hours)
        with monkeypatch.context() as patch:
            patch.setattr("register.handler.utc_now", lambda: f"{then:%Y-%m-%dT%H:%M:%S.%fZ}")
            return lake.arrive(f"flights/{number}.csv", one_row(number))

    return arrive


@pytest.mark.fault(44, by="run")
def test_files_that_waited_over_many_missed_ticks_get_one_run_and_it_is_told(lake, scheduled):
    # Given files that came before the last five ticks, none of which started a run
    versions = [scheduled(number, hours=5) for number in range(3)]
    # When the lake is swept, and swept again once the run that it starts has ended
    assert lake.sweep()["started"] == 1
    (run,) = lake.executions()
    lake.publish_run(run)
    assert lake.sweep()["started"] == 0
    # Then that was one run for all of them, and people know which one they had waited for
    assert [lake.status(version) for version in versions] == ["published"] * 3
    assert lake.waiting() == []
    (notice,) = lake.notices()
    assert "waited for the run of" in notice["reasons"][0]
    assert "which did not come" in notice["reasons"][0]


def test_what_came_after_the_last_tick_goes_on_waiting_for_the_next(lake, scheduled):
    lake.change_contract(trigger={"mode": "schedule"}, schedule=HOURLY | {"cron": "0 0 1 1 ? 2199"})
    scheduled(1, hours=5)
    assert lake.sweep() == {"died": 0, "started": 0, "unheard": 0}
    assert lake.executions() == []


def test_a_tick_within_the_grace_may_still_come(lake, scheduled, monkeypatch):
    monkeypatch.setenv("GRACE_MINUTES", "400")
    scheduled(1, hours=5)
    assert lake.sweep()["started"] == 0


def test_a_file_whose_scheduled_run_failed_waits_for_the_next_tick(lake, scheduled):
    scheduled(1, hours=5)
    lake.fail("run-1")
    assert lake.sweep()["started"] == 0


def test_a_file_that_missed_its_tick_is_found_behind_one_whose_run_failed(lake, scheduled):
    # Given a file whose run failed, and one that came later and missed a tick of its own
    scheduled(1, hours=5)
    lake.fail("run-1")
    scheduled(2, hours=4)
    # Then the sweep starts a run, and says for which
    assert lake.sweep()["started"] == 1
    assert "flights/2.csv waited for the run of" in lake.notices()[0]["reasons"][0]


def test_an_open_circuit_is_left_alone(lake, scheduled):
    scheduled(1, hours=5)
    lake.change_contract(
        trigger={"mode": "schedule"},
        schedule=HOURLY,
        circuit={"failures": 1, "cool_down_minutes": 60},
    )
    lake.fail("run-1")
    scheduled(2, hours=4)
    assert lake.sweep()["started"] == 0


@pytest.mark.parametrize(
    ("cron", "after", "until", "due"),
    [
        ("0 3 * * ? *", "2026-11-25T01:00Z", "2026-11-25T02:00Z", "2026-11-25T02:00+00:00"),
        ("0 3 * * ? *", "2026-11-25T02:00Z", "2026-11-26T01:59Z", None),
        ("30 2 * * ? *", "2026-03-28T02:00Z", "2026-03-29T12:00Z", None),
        ("30 2 * * ? *", "2026-10-24T12:00Z", "2026-10-25T12:00Z", "2026-10-25T00:30+00:00"),
    ],
    ids=["at the minute", "not before tomorrow", "skipped in spring", "once in autumn"],
)
def test_the_first_tick_after_a_moment_is_found_in_the_schedules_own_zone(cron, after, until, due):
    moments = [datetime.fromisoformat(one) for one in (after, until)]
    found = first_due(cron, "Europe/Vienna", *moments)
    assert (found.isoformat(timespec="minutes") if found else None) == due
