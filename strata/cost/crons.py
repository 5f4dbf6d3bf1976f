"""How often an expression of EventBridge Scheduler calls."""

import re
from typing import Final

from data_lake.contracts.cron import FIELDS, CronField
from strata.cost.amounts import DAYS
from strata.errors import StrataError

_MINUTES: Final = {"minute": 1, "hour": 60, "day": 1_440}
_WEEK: Final = 7


def calls_per_day(expression: str) -> float:
    """Give the calls of `rate(…)`, `cron(…)` or a bare cron in a day of an average month.

    Raises:
        StrataError: it is neither.
    """
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return _MINUTES["day"] / (int(rate[1]) * _MINUTES[rate[2]])
    parts = expression.removeprefix("cron(").removesuffix(")").split()
    if len(parts) != len(FIELDS):
        raise StrataError(f"must be rate(…) or cron(…) of six fields: got {expression!r}")
    minutes, hours, day, month, weekday = (
        _count(field, part) for field, part in zip(FIELDS[:-1], parts[:-1], strict=True)
    )
    days = min(day, DAYS) / DAYS if parts[2] not in "*?" else 1.0
    days *= weekday / _WEEK if parts[4] not in "*?" else 1.0
    return minutes * hours * days * month / 12


def _count(field: CronField, part: str) -> float:
    """Give how many values of a field a part of a cron names; one for `L`, `15W` or `MON#2`."""
    found: set[int] = set()
    others = 0.0
    for piece in part.split(","):
        body, _, step = piece.partition("/")
        first, _, last = body.partition("-")
        if body in ("*", "?"):
            low, high = field.low, field.high
        elif (number := field.number(first)) is None:
            others += 1 if not re.fullmatch(r"\w+#\d|[1-7]L", piece) else _WEEK / DAYS
            continue
        else:
            low = number
            high = (field.number(last) or low) if last else (field.high if step else low)
        found.update(range(low, high + 1, int(step or 1)))
    return len(found) + others
