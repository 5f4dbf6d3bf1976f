"""The type of a column: what DuckDB took it for, where Spark reads every value the same way."""

import re
from dataclasses import dataclass
from typing import Any

from strata.drafting.sample import Sample
from strata.errors import StrataError

LEAST_SCALE = 2
"""Amounts such as 3.5 may come with cents later; a digit too many would be refused."""
MOST_SCALE = 4
"""Numbers with more digits after the point are measurements, not amounts."""
SPARE_DIGITS = 4
"""Later files may have larger numbers than the sample."""
MOST_DIGITS = 38
INTEGER = r"[+-]?(0|[1-9][0-9]*)"
AMOUNT = INTEGER + r"(\.[0-9]+)?"
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
CODE = "0[0-9]+"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6}0*)?)?"
TIMESTAMP = rf"{DATE}[T ]{CLOCK}(Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
BOOLEAN = "(?i:true|false|t|f|yes|no|y|n)"
# Spark's letters for DuckDB's; the first is for two digits always, the second for one or two.
DIGITS = {"%d": ("dd", "d"), "%m": ("MM", "M"), "%H": ("HH", "H"), "%I": ("hh", "h")}
LETTERS = {"%Y": "yyyy", "%y": "yy", "%M": "mm", "%S": "ss", "%p": "a", "%b": "MMM", "%B": "MMMM"}


@dataclass(frozen=True)
class Type:
    """A column's type as the contract says it."""

    logical: str = "string"
    physical: str | None = None
    pattern: str | None = None


DECLARED = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT"), Type("integer", "int")
    ),
    **dict.fromkeys(("BIGINT", "UINTEGER"), Type("integer", "bigint")),
    "FLOAT": Type("number", "float"),
    "DOUBLE": Type("number", "double"),
    "VARCHAR": Type(),
    "BOOLEAN": Type("boolean"),
    "DATE": Type("date"),
}


@dataclass(frozen=True)
class Values:
    """The values `v` of one column, null words being null."""

    sample: Sample
    place: int
    null_words: tuple[str, ...]

    def ask(self, aggregates: str) -> tuple[Any, ...]:
        """Answer aggregates over `v`, such as `count(v), max(v)`."""
        column = f"CASE WHEN c{self.place} IN ? THEN NULL ELSE c{self.place} END AS v"
        sql = f"SELECT {aggregates} FROM (SELECT {column} FROM sample)"  # noqa: S608 - no input of people
        return self.sample.connection.execute(sql, [list(self.null_words)]).fetchall()[0]

    def all_are(self, shape: str) -> bool:
        """Tell whether every value, without spaces around it, has a shape."""
        return bool(self.ask(f"bool_and(regexp_full_match(trim(v), '{shape}'))")[0])


def type_of(values: Values) -> Type:
    """Give a column's type; text where the contract's types do not hold every value."""
    kind = values.sample.types[values.place]
    return _declared(values, kind) if values.sample.format == "parquet" else _found(values, kind)


def _found(values: Values, kind: str) -> Type:
    if kind == "BIGINT" and values.all_are(INTEGER):
        (small,) = values.ask("max(abs(TRY_CAST(v AS HUGEINT))) < 2147483648")
        return Type("integer", "int" if small else "bigint")
    if kind == "DOUBLE":
        return _number(values)
    if kind == "DATE":
        return _time(values, "date", DATE, values.sample.date_format)
    if kind.startswith("TIMESTAMP"):
        return _time(values, "timestamp", TIMESTAMP, values.sample.timestamp_format)
    if kind == "BOOLEAN" and values.all_are(BOOLEAN):
        return Type("boolean")
    return Type()


def _declared(values: Values, kind: str) -> Type:
    """Give the contract's type for one that a Parquet file declares."""
    if kind.startswith("DECIMAL"):
        return Type("number", kind.lower())
    if kind.startswith("TIMESTAMP"):
        return Type("timestamp")
    if kind not in DECLARED:
        name = values.sample.names[values.place]
        raise StrataError(
            f"{values.sample.file}: column {name!r} is {kind}, and columns hold single values "
            f"of type {', '.join(DECLARED)}, DECIMAL or TIMESTAMP"
        )
    return DECLARED[kind]


def _number(values: Values) -> Type:
    if not values.all_are(NUMBER) or values.ask(f"bool_or(regexp_full_match(v, '{CODE}'))")[0]:
        return Type()
    scale, digits = values.ask(
        "max(length(split_part(trim(v), '.', 2))), "
        "max(length(ltrim(split_part(trim(v), '.', 1), '+-')))"
    )
    precision = digits + max(scale, LEAST_SCALE) + SPARE_DIGITS
    if scale > MOST_SCALE or precision > MOST_DIGITS or not values.all_are(AMOUNT):
        return Type("number", "double")
    return Type("number", f"decimal({precision},{max(scale, LEAST_SCALE)})")


def _time(values: Values, logical: str, shape: str, given: str | None) -> Type:
    if values.all_are(shape):
        return Type(logical)
    codes = re.findall("%-?[A-Za-z]", given or "")
    plain = [code.replace("-", "") for code in codes]
    if not given or not codes or any(code not in DIGITS | LETTERS for code in plain):
        return Type()
    fits, narrow = values.ask(
        f"bool_and(try_strptime(trim(v), '{given}') IS NOT NULL), "
        "bool_or(regexp_matches(trim(v), '(^|[^0-9])[0-9]([^0-9]|$)'))"
    )
    if not fits:
        return Type()
    letters = LETTERS | {code: pair[bool(narrow)] for code, pair in DIGITS.items()}
    quoted = re.sub("(?<!%)(?<!%-)[A-Za-z]+", lambda word: f"'{word[0]}'", given)
    pattern = re.sub("%-?([A-Za-z])", lambda code: letters[f"%{code[1]}"], quoted)
    return Type(logical, None, pattern)
