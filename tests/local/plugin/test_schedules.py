"""Schedules fire by the wall clock of their own time zone, in spring and in autumn too."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from ministack.services import eventbridge, scheduler

from strata.local.plugin import schedules
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


@pytest.mark.fault(42, by="run")
def test_a_time_that_spring_skips_does_not_run_that_day() -> None:
    found = next_fire("cron(30 2 * * ? *)", at("2026-03-08T00:00"), NEW_YORK)
    assert found == at("2026-03-09T06:30")


@pytest.mark.fault(42, by="run")
def test_a_time_that_autumn_repeats_runs_once() -> None:
    first = next_fire("cron(30 1 * * ? *)", at("2026-11-01T00:00"), NEW_YORK)
    assert first == at("2026-11-01T05:30")
    second = next_fire("cron(30 1 * * ? *)", first, NEW_YORK)
    assert second == at("2026-11-02T06:30")


def test_what_is_not_cron_never_fires_here() -> None:
    assert next_fire("rate(5 minutes)", at("2026-01-10T12:00"), NEW_YORK) is None


@pytest.fixture
def fired(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Give the targets that the scheduler invokes, in a process without a server."""
    targets: list[dict[str, Any]] = []
    monkeypatch.setattr(
        eventbridge, "_invoke_target", lambda target, event, schedule: targets.append(target)
    )
    return targets


def sweep_at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Let the plug-in look at the schedules at a moment, and the emulator's own sweep after it."""
    monkeypatch.setattr(time, "time", at(moment).timestamp)
    schedules.HOOKS[0].wrap(scheduler._tick_schedules)()


def test_a_due_schedule_starts_its_target_once_with_the_scheduled_time(
    monkeypatch: pytest.MonkeyPatch, fired: list[dict[str, Any]]
) -> None:
    entry = {
        "State": "ENABLED",
        "ScheduleExpression": "cron(30 6 * * ? *)",
        "ScheduleExpressionTimezone": NEW_YORK,
        "Arn": "arn:aws:scheduler:us-east-1:000000000000:schedule/group/nightly",
        "Target": {"Arn": "machine", "Input": '{"at": "<aws.scheduler.scheduled-time>"}'},
    }
    key = ("000000000000", "us-east-1", "group/nightly")
    monkeypatch.setitem(scheduler._schedules._data, key, entry)
    for moment in ("2026-07-10T10:29:50", "2026-07-10T10:30:05", "2026-07-10T10:30:15"):
        sweep_at(monkeypatch, moment)
    assert fired == [{"Arn": "machine", "Input": '{"at": "2026-07-10T10:30:00Z"}'}]


def test_a_disabled_schedule_does_not_fire(
    monkeypatch: pytest.MonkeyPatch, fired: list[dict[str, Any]]
) -> None:
    entry = {
        "State": "DISABLED",
        "ScheduleExpression": "cron(* * * * ? *)",
        "ScheduleExpressionTimezone": NEW_YORK,
        "Arn": "arn",
        "Target": {"Arn": "machine"},
    }
    key = ("000000000000", "us-east-1", "group/disabled")
    monkeypatch.setitem(scheduler._schedules._data, key, entry)
    for moment in ("2026-07-10T10:29:50", "2026-07-10T10:33:00"):
        sweep_at(monkeypatch, moment)
    assert fired == []


def at(text: str) -> datetime:
    """Read a UTC time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
