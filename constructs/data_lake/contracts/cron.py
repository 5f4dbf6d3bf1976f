"""Checks of EventBridge Scheduler's cron expressions and of time zones.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

import re
import zoneinfo
from dataclasses import dataclass
from functools import cache

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True)
class CronField:
    """One of the six fields: its numbers, the words for them, and what else it may hold."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    special: str = ""

    def number(self, word: str) -> int | None:
        """Give the number that a word is; None for what is none."""
        if word.upper() in self.names:
            return self.names.index(word.upper()) + 1
        return int(word) if word.isascii() and word.isdigit() else None


FIELDS = (
    CronField("minutes", 0, 59),
    CronField("hours", 0, 23),
    CronField("day-of-month", 1, 31, special=r"\?|L|LW|\d{1,2}W"),
    CronField("month", 1, 12, _MONTHS),
    CronField("day-of-week", 1, 7, _WEEKDAYS, special=r"\?|L|[1-7]L|[1-7]#[1-5]"),
    CronField("year", 1970, 2199),
)
"""The fields in their order."""


def check_cron(cron: str) -> None:
    """Check six fields ``minutes hours day-of-month month day-of-week year``.

    Raises:
        ValueError: the text says which field is wrong and what it accepts.
    """
    words = cron.split()
    if cron.strip().startswith(("cron(", "rate(", "at(")):
        raise ValueError("must be the six fields alone, such as 30 6 * * ? *, without cron(...)")
    if len(words) != len(FIELDS):
        names = " ".join(field.name for field in FIELDS)
        raise ValueError(f"must have six fields ({names}), and has {len(words)}")
    for field, word in zip(FIELDS, words, strict=True):
        for part in word.split(","):
            if not _fits(field, part):
                choices = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
                raise ValueError(
                    f"has {part!r} as {field.name}, which must be {field.low} to {field.high}"
                    f"{choices}"
                )
    if (words[2] == "?") == (words[4] == "?"):
        raise ValueError("must have ? in exactly one of day-of-month and day-of-week")


def _fits(field: CronField, part: str) -> bool:
    if field.special and re.fullmatch(field.special, part):
        return "W" not in part or part == "LW" or 1 <= int(part[:-1]) <= field.high
    base, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
        return False
    if base == "*":
        return True
    low, dash, high = base.partition("-")
    ends = [field.number(low), field.number(high) if dash else field.number(low)]
    if ends[0] is None or ends[1] is None:
        return False
    return field.low <= ends[0] <= ends[1] <= field.high


@cache
def known_time_zones() -> frozenset[str]:
    """Names of the IANA time zone database on this machine.

    Raises:
        RuntimeError: the machine has none.
    """
    zones = zoneinfo.available_timezones()
    if not zones:
        raise RuntimeError("this machine has no time zone database; install the package tzdata")
    return frozenset(zones)
