"""Cron expressions of EventBridge Scheduler, and the runs that a clock's jump forward skips.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MINUTE = timedelta(minutes=1)
_STEP = timedelta(hours=1)
"""No clock of the time zone database jumps twice within so short a time."""


@dataclass(frozen=True)
class Gap:
    """A jump of a clock that skipped a schedule.

    `due` is the first wall-clock time that was skipped, without a zone; `ends` the first valid
    minute after it, in UTC.
    """

    due: datetime
    ends: datetime


def gaps(cron: str, zone: str, after: datetime, until: datetime) -> Iterator[Gap]:
    """Give the jumps in `(after, until]` that skipped at least one time of a schedule."""
    place = ZoneInfo(zone)
    start = after.astimezone(UTC).replace(second=0, microsecond=0)
    end = until.astimezone(UTC).replace(second=0, microsecond=0)
    while start < end:
        stop = min(start + _STEP, end)
        jump = _offset(stop, place) - _offset(start, place)
        if jump > timedelta():
            ends = _first_with(_offset(stop, place), start, stop, place)
            walls = _minutes(ends.astimezone(place).replace(tzinfo=None) - jump, jump)
            due = next((wall for wall in walls if matches(cron, wall)), None)
            if due is not None:
                yield Gap(due, ends)
        start = stop


def first_due(cron: str, zone: str, after: datetime, until: datetime) -> datetime | None:
    """Give the first minute in `(after, until]` at which a schedule runs, in UTC, or None."""
    place = ZoneInfo(zone)
    minute = after.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
    while minute <= until:
        if matches(cron, minute.astimezone(place).replace(tzinfo=None)):
            return minute
        minute += _MINUTE
    return None


def matches(cron: str, wall: datetime) -> bool:
    """Tell whether a wall-clock minute is one of a schedule's."""
    minutes, hours, days, months, weekdays, years = cron.split()
    day = wall.date()
    is_the_day = _has_day(days, day) if weekdays == "?" else _has_weekday(weekdays, day)
    return (
        _has(minutes, wall.minute, 0, 59)
        and _has(hours, wall.hour, 0, 23)
        and _has(months, wall.month, 1, 12, _MONTHS)
        and _has(years, wall.year, 1970, 2199)
        and is_the_day
    )


def _offset(moment: datetime, place: ZoneInfo) -> timedelta:
    return moment.astimezone(place).utcoffset() or timedelta()


def _first_with(offset: timedelta, before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """Give the first minute with an offset that `before` does not have and `after` does."""
    while after - before > _MINUTE:
        middle = before + (after - before) // _MINUTE // 2 * _MINUTE
        before, after = (before, middle) if _offset(middle, place) == offset else (middle, after)
    return after


def _minutes(start: datetime, length: timedelta) -> Iterator[datetime]:
    for number in range(int(length / _MINUTE)):
        yield start + number * _MINUTE


def _has(field: str, value: int, low: int, high: int, names: tuple[str, ...] = ()) -> bool:
    return any(_in_part(part, value, low, high, names) for part in field.split(","))


def _in_part(part: str, value: int, low: int, high: int, names: tuple[str, ...]) -> bool:
    base, _, step = part.partition("/")
    first, last = low, high
    if base != "*":
        start, dash, end = base.partition("-")
        first = _number(start, names)
        # "5/10" goes on to the end, "5" alone does not.
        last = _number(end, names) if dash else high if step else first
    return first <= value <= last and (value - first) % int(step or 1) == 0


def _number(word: str, names: tuple[str, ...]) -> int:
    return names.index(word.upper()) + 1 if word.upper() in names else int(word)


def _has_day(field: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    for part in field.split(","):
        if part == "L":
            found = day.day == last
        elif part.endswith("W"):
            found = day == _nearest_weekday(day, last if part == "LW" else int(part[:-1]))
        else:
            found = _in_part(part, day.day, 1, 31, ())
        if found:
            return True
    return False


def _nearest_weekday(month: date, number: int) -> date | None:
    """Give the weekday nearest to a day of a month, in the same month; None without such a day."""
    last = calendar.monthrange(month.year, month.month)[1]
    if number > last:
        return None
    day = month.replace(day=number)
    away = {5: -1, 6: 1}.get(day.weekday(), 0)
    if not 1 <= number + away <= last:
        away = 2 if away < 0 else -2
    return day + timedelta(days=away)


def _has_weekday(field: str, day: date) -> bool:
    weekday = day.isoweekday() % 7 + 1
    last = calendar.monthrange(day.year, day.month)[1]
    for part in field.split(","):
        name, hash_sign, place = part.partition("#")
        if part == "L":
            found = weekday == 7
        elif part.endswith("L"):
            found = weekday == _number(part[:-1], _WEEKDAYS) and day.day + 7 > last
        elif hash_sign:
            found = weekday == _number(name, _WEEKDAYS) and (day.day - 1) // 7 + 1 == int(place)
        else:
            found = _in_part(part, weekday, 1, 7, _WEEKDAYS)
        if found:
            return True
    return False
