"""EventBridge Scheduler evaluates cron in the schedule's own time zone, not in UTC.

Daylight saving follows the service's documentation: a time that the clock skips in spring does not
run; a time that the clock repeats in autumn runs once, at its first occurrence.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from strata.local.plugin.hooks import Hook

ScheduleKey = tuple[str, str, str]
"""Account, region, and `group/name`."""
_last_looked: dict[ScheduleKey, float] = {}


def next_fire(expression: str, after: datetime, zone: str) -> datetime | None:
    """Give the first instant after `after` (UTC) at which a cron expression matches in `zone`.

    Returns None for an expression that is not cron or never matches again.
    """
    from ministack.services import eventbridge  # noqa: PLC0415 - reads its settings when imported

    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        return None
    place = ZoneInfo(zone)
    wall = after.astimezone(place).replace(tzinfo=UTC)
    while (found := eventbridge._cron_next_fire(fields, wall)) is not None:
        local: datetime = found.replace(tzinfo=place, fold=0)
        instant = local.astimezone(UTC)
        was_skipped = instant.astimezone(place).replace(tzinfo=None) != local.replace(tzinfo=None)
        if not was_skipped and instant > after:
            return instant
        wall = found
    return None


def _sweep_in_zones(sweep: Callable[[], None]) -> Callable[[], None]:
    def sweep_zoned_then_rest() -> None:
        from ministack.services import scheduler  # noqa: PLC0415

        now = time.time()
        for key, schedule in list(scheduler._schedules._data.items()):
            zone = schedule.get("ScheduleExpressionTimezone") or "UTC"
            if zone == "UTC" or not schedule.get("ScheduleExpression", "").startswith("cron("):
                continue
            if schedule.get("State") == "ENABLED":
                _fire_if_due(key, schedule, zone, now)
            # The emulator's own sweep, which reads cron as UTC, then finds nothing due.
            scheduler._schedule_last_fired[key] = now
        sweep()

    return sweep_zoned_then_rest


def _fire_if_due(key: ScheduleKey, schedule: dict[str, Any], zone: str, now: float) -> None:
    last = datetime.fromtimestamp(_last_looked.get(key, now), tz=UTC)
    due = next_fire(schedule["ScheduleExpression"], last, zone)
    _last_looked.setdefault(key, now)
    if due is not None and due.timestamp() <= now:
        _last_looked[key] = now
        fire(key, schedule, due)


def fire(key: ScheduleKey, schedule: dict[str, Any], due: datetime) -> None:
    """Invoke a schedule's target as the service does, its context attributes filled in."""
    from ministack.core import responses  # noqa: PLC0415
    from ministack.services import eventbridge  # noqa: PLC0415

    account, region, _ = key
    before = responses.get_account_id(), responses.get_region()
    responses.set_request_account_id(account)
    responses.set_request_region(region)
    scheduled_time = due.strftime("%Y-%m-%dT%H:%M:%SZ")
    target = dict(schedule["Target"])
    if "Input" in target:
        target["Input"] = (
            target["Input"]
            .replace("<aws.scheduler.scheduled-time>", scheduled_time)
            .replace("<aws.scheduler.schedule-arn>", schedule["Arn"])
        )
    event = {
        "EventId": responses.new_uuid(),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": json.dumps({}),
        "Time": due.timestamp(),
        "Resources": [schedule["Arn"]],
        "Account": account,
        "Region": region,
    }
    try:
        eventbridge._invoke_target(target, event, schedule)
    finally:
        responses.set_request_account_id(before[0])
        responses.set_request_region(before[1])


HOOKS = (
    Hook(
        "ministack.services.scheduler",
        "_tick_schedules",
        "a schedule's cron is meant in its time zone",
        _sweep_in_zones,
    ),
)
