"""Text to the contract's types, strictly: a value either is one of the type or it is null.

Spaces around a value count only in text columns. Numbers are decimal digits with an optional sign
(and, beside integers, point and exponent): no NaN, no Infinity, no `1d`, no thousands separators.
A decimal with more digits after the point than its type has is refused, not rounded. Booleans are
what Spark reads as such (true, t, yes, y, 1 and their opposites, in any case). Dates are
`2013-02-28`; timestamps `2013-02-28T23:05:06.123456`, with `T` or a space, seconds and fraction
optional, and a zone (`Z`, `+01:00`, `+0100`) or, without one, UTC. A contract's pattern replaces
these two. Days and hours that do not exist are refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from lake_spark.columns import ColumnContract
from lake_spark.sql import literal, quoted

NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
DATE = r"^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIMESTAMP = (
    r"^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6}0*)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
WIDER = {
    "tinyint": ("smallint", "int", "bigint", "float", "double", "string"),
    "smallint": ("int", "bigint", "float", "double", "string"),
    "int": ("bigint", "double", "string"),
    "bigint": ("string",),
    "float": ("double",),
    "date": ("timestamp", "string"),
    "boolean": ("string",),
}
"""Types that hold every value of a type."""
INTEGER_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
MAX_DIGITS = 38
"""The most digits that Spark's decimals have."""


def decimal_digits(type_name: str) -> tuple[int, int] | None:
    """Give precision and scale of `decimal(p,s)`, or None for another type."""
    match = re.fullmatch(r"decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)", type_name)
    return (int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True)
class Cast:
    """A value as Spark casts it, in SQL, and what must be true of it to be what was written.

    `condition` is given the SQL of the value; None means that whatever can be cast is right.
    """

    value: str
    condition: Callable[[str], str] | None = None

    @property
    def sql(self) -> str:
        """The value in one expression: null if there is none or it is not what was written."""
        return self.checked(self.value)

    def checked(self, value: str) -> str:
        """Give the SQL for a value that stands in a column already."""
        if self.condition is None:
            return value
        return f"CASE WHEN {self.condition(value)} THEN {value} END"


def cast_text(name: str, column: ColumnContract) -> Cast:
    """Give the typed value of a text column: null if it is null or not of the type."""
    return _cast(quoted(name), column)


def _cast(text: str, column: ColumnContract) -> Cast:
    if column.type == "string":
        return Cast(text)
    if column.type in {"date", "timestamp"}:
        return _cast_time(text, column)
    if column.decimal_comma:
        # A point, which is no decimal comma, becomes what no number has.
        text = f"translate({text}, ',.', '.,')"
    value = _try_cast(text, column.type)
    is_number = f"{text} RLIKE {literal(NUMBER)}"
    if column.type in {"float", "double"}:
        return Cast(value, lambda given: f"{is_number} AND abs({given}) < double('Infinity')")
    digits = decimal_digits(column.type)
    if not digits:
        return Cast(value)
    precision, scale = digits
    exact = _try_cast(text, f"decimal({MAX_DIGITS}, {MAX_DIGITS - precision + scale})")
    # Numbers that nothing can be cut off from are read once, not twice.
    short = f"^[+-]?[0-9]{{1,{precision - scale}}}(\\.[0-9]{{0,{scale}}})?$"
    is_short = f"{text} RLIKE {literal(short)} OR " if precision > scale else ""
    return Cast(value, lambda given: f"{is_short}({is_number} AND {given} = {exact})")


def cast_typed(name: str, column: ColumnContract, given: str) -> Cast:
    """Give the value of a column of some type: null if it does not fit exactly.

    Types that hold every value of the given one take it as it is; between others, a value goes by
    what it is as text, so that `2.0` is no integer and `2.50` is a decimal of two places.
    """
    value = quoted(name)
    if given == "timestamp_ntz":
        # The session's time zone is UTC, as it is for text without a zone.
        value, given = f"CAST({value} AS timestamp)", "timestamp"
    if given == column.type or column.type in WIDER.get(given, ()) or _is_wider(given, column.type):
        widened = value if given == column.type else f"CAST({value} AS {column.type})"
        if column.type in {"float", "double"}:
            return Cast(widened, lambda found: f"abs({found}) < double('Infinity')")
        return Cast(widened)
    return _cast(f"CAST({value} AS string)", replace(column, decimal_comma=False, pattern=None))


def _is_wider(given: str, wanted: str) -> bool:
    digits, room = decimal_digits(given), decimal_digits(wanted)
    whole = INTEGER_DIGITS.get(given)
    if room is None or (digits is None and whole is None):
        return False
    precision, scale = digits or (whole or 0, 0)
    return room[1] >= scale and room[0] - room[1] >= precision - scale


def cast_value(name: str, column: ColumnContract) -> Cast:
    """Give a query's value in the contract's type, null if it does not fit.

    Digits after a decimal's or a float's last place are rounded; an integer is never made from a
    fraction.
    """
    value = _try_cast(quoted(name), column.type)
    if column.type in {"int", "bigint"}:
        return Cast(value, lambda given: f"{given} = {quoted(name)}")
    return Cast(value)


def _cast_time(text: str, column: ColumnContract) -> Cast:
    if column.pattern:
        value = f"try_to_timestamp({text}, {literal(column.pattern)})"
        return Cast(f"CAST({value} AS date)" if column.type == "date" else value)
    shape = DATE if column.type == "date" else TIMESTAMP
    value = _try_cast(text, column.type)
    return Cast(value, lambda given: f"{text} RLIKE {literal(shape)}")


def _try_cast(value: str, type_name: str) -> str:
    return f"try_cast({value} AS {type_name})"
