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

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import ColumnContract
from lake_spark.names import column_of

NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIMESTAMP = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6}0*)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
MAX_DIGITS = 38
"""The most digits that Spark's decimals have."""


def decimal_digits(type_name: str) -> tuple[int, int] | None:
    """Give precision and scale of `decimal(p,s)`, or None for another type."""
    match = re.fullmatch(r"decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)", type_name)
    return (int(match[1]), int(match[2])) if match else None


def cast_text(name: str, column: ColumnContract) -> Column:
    """Give the typed value of the text column `name`: null if it is null or not of the type."""
    text = column_of(name)
    if column.type == "string":
        return text
    if column.type in {"date", "timestamp"}:
        return _cast_time(name, column)
    value = try_cast(name, column.type)
    if column.type in {"float", "double"}:
        return F.when(text.rlike(NUMBER) & (F.abs(value) < F.lit(float("inf"))), value)
    digits = decimal_digits(column.type)
    if digits:
        precision, scale = digits
        exact = try_cast(name, f"decimal({MAX_DIGITS},{MAX_DIGITS - precision + scale})")
        return F.when(text.rlike(NUMBER) & (value == exact), value)
    return value


def cast_value(name: str, column: ColumnContract) -> Column:
    """Give a query's value in the contract's type, null if it does not fit without loss.

    Digits after a decimal's or a float's last place are rounded; an integer is never made from a
    fraction.
    """
    value = try_cast(name, column.type)
    if column.type in {"int", "bigint"}:
        return F.when(value == column_of(name), value)
    return value


def _cast_time(name: str, column: ColumnContract) -> Column:
    if column.pattern:
        value = F.try_to_timestamp(column_of(name), F.lit(column.pattern))
        return value.cast("date") if column.type == "date" else value
    shape = DATE if column.type == "date" else TIMESTAMP
    return F.when(column_of(name).rlike(shape), try_cast(name, column.type))


def try_cast(name: str, type_name: str) -> Column:
    """Cast a column, giving null for what does not fit; SQL only, for Spark 3.5 has no function."""
    return F.expr(f"try_cast(`{name}` AS {type_name})")
