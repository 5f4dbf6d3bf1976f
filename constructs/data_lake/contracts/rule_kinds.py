"""The kinds of quality rule, as they stand in ``implementation`` of engine ``strata``.

A row rule judges each row; a dataset rule judges the rows of a run together.
"""

import re
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from data_lake.contracts.extensions import Extension

NUMERIC = ("int", "bigint", "float", "double", "decimal")
MOMENTS = ("date", "timestamp")
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
MOST_RUNS_OF_HISTORY = 50
_Value = StrictStr | StrictBool | StrictInt | StrictFloat
_Share = Annotated[float, Field(ge=0, le=1)]
_Names = Annotated[tuple[str, ...], Field(strict=False)]


class Implementation(Extension):
    """What every kind has: ``columns``, for a rule of the whole table."""

    accepted_types: ClassVar[tuple[str, ...]] = ()
    dimension: ClassVar[str] = "conformity"
    """The dimension of a rule that names none."""
    most_columns: ClassVar[int | None] = None
    """How many columns a rule takes; None is any number, 0 a rule of the table itself."""

    columns: _Names = ()


class RowRule(Implementation):
    """A rule that each row passes or breaks; ``threshold`` is the share of rows that must pass."""

    threshold: _Share | None = None


class _DatasetRule(Implementation):
    """A rule that the rows of a run pass or break together."""

    refused_fields: ClassVar[dict[str, str]] = {
        "threshold": "is for kinds that give a share of rows; this one holds or does not: remove it"
    }


class SetRule(RowRule):
    """The value is one of ``values``."""

    kind: Literal["set"]
    accepted_types: ClassVar[tuple[str, ...]] = ("string", "boolean", *NUMERIC)

    values: Annotated[tuple[_Value, ...], Field(strict=False, min_length=1)]


class RangeRule(RowRule):
    """The number, date or time is from ``min`` to ``max``, both included; ISO 8601 for times."""

    kind: Literal["range"]
    accepted_types: ClassVar[tuple[str, ...]] = (*NUMERIC, *MOMENTS)

    min: int | float | str | None = None
    max: int | float | str | None = None

    @field_validator("min", "max")
    @classmethod
    def _moment(cls, bound: int | float | str | None) -> int | float | str | None:
        if isinstance(bound, str):
            try:
                datetime.fromisoformat(bound)
            except ValueError as error:
                raise ValueError("must be a number, or a date or time as in 2024-01-31") from error
        return bound

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        _check_bounds(self.min, self.max)
        return self


class LengthRule(RowRule):
    """The text has from ``min`` to ``max`` characters."""

    kind: Literal["length"]
    accepted_types: ClassVar[tuple[str, ...]] = ("string",)

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        _check_bounds(self.min, self.max)
        return self


class PatternRule(RowRule):
    """The regular expression ``pattern`` is found in the text; anchor it to test the whole."""

    kind: Literal["pattern"]
    accepted_types: ClassVar[tuple[str, ...]] = ("string",)

    pattern: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"must be a regular expression, and has {error}") from error
        return pattern


class TypeRule(RowRule):
    """The text can be read as ``type``; dates and times by the Spark pattern ``format``, if any."""

    kind: Literal["type"]
    accepted_types: ClassVar[tuple[str, ...]] = ("string",)

    type: str
    format: str | None = None


class ExpressionRule(RowRule):
    """The Spark SQL condition ``expression`` is true or null."""

    kind: Literal["expression"]
    expression: str


class ComparisonRule(RowRule):
    """``left`` stands to ``right``, both columns, as ``operator`` says.

    ``left`` is the column that the rule stands in, and given for a rule of the whole table.
    """

    kind: Literal["comparison"]
    dimension: ClassVar[str] = "consistency"

    left: str | None = None
    operator: Literal["=", "!=", "<", "<=", ">", ">="]
    right: str


class ReferenceRule(RowRule):
    """The values of the columns stand together in a row of another ``dataset``.

    ``keys`` are that dataset's columns; by default those of the same names.
    """

    kind: Literal["reference"]
    dimension: ClassVar[str] = "consistency"

    dataset: str
    keys: _Names = ()


class CompletenessRule(Implementation):
    """Each column has a value, neither null nor one of ``missing``, in enough rows."""

    kind: Literal["completeness"]
    dimension: ClassVar[str] = "completeness"

    missing: Annotated[tuple[_Value, ...], Field(strict=False)] = ()
    threshold: _Share | None = None


class UniqueRule(Implementation):
    """The values of the columns, taken together, stand in one row only; rows with a null pass."""

    kind: Literal["unique"]
    dimension: ClassVar[str] = "uniqueness"

    threshold: _Share | None = None


class RowCountRule(_DatasetRule):
    """The run has from ``min`` to ``max`` rows."""

    kind: Literal["row_count"]
    dimension: ClassVar[str] = "coverage"
    most_columns: ClassVar[int | None] = 0

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        _check_bounds(self.min, self.max)
        return self


class FreshnessRule(_DatasetRule):
    """The newest value is at most ``hours`` before the run's start; later values do not count."""

    kind: Literal["freshness"]
    accepted_types: ClassVar[tuple[str, ...]] = MOMENTS
    dimension: ClassVar[str] = "timeliness"
    most_columns: ClassVar[int | None] = 1

    hours: Annotated[int | float, Field(gt=0)]


class _AggregateRule(_DatasetRule):
    """Bounds, and or a distance in percent from the mean of the last ``runs`` published runs."""

    accepted_types: ClassVar[tuple[str, ...]] = NUMERIC
    dimension: ClassVar[str] = "accuracy"
    most_columns: ClassVar[int | None] = 1

    min: int | float | None = None
    max: int | float | None = None
    within_percent: Annotated[int | float, Field(gt=0)] | None = None
    runs: Annotated[int, Field(ge=1, le=MOST_RUNS_OF_HISTORY)] | None = None

    @model_validator(mode="after")
    def _has_a_measure(self) -> Self:
        if (self.within_percent is None) != (self.runs is None):
            missing, given = ("runs", "withinPercent") if self.runs is None else (
                "withinPercent", "runs",
            )  # fmt: skip
            raise PydanticCustomError(
                "history", "is required beside {given}; add it",
                {"field": missing, "given": given, "value": ""},
            )  # fmt: skip
        if self.within_percent is None:
            _check_bounds(self.min, self.max, "max, or withinPercent and runs")
        elif self.min is not None or self.max is not None:
            _check_bounds(self.min, self.max)
        return self


class SumRule(_AggregateRule):
    """The sum of the column."""

    kind: Literal["sum"]


class AverageRule(_AggregateRule):
    """The mean of the column's values, nulls left out."""

    kind: Literal["average"]


class SqlRule(_DatasetRule):
    """The condition ``expression`` over aggregates of the run's rows is true."""

    kind: Literal["sql"]
    dimension: ClassVar[str] = "accuracy"

    expression: str


KINDS: dict[str, type[Implementation]] = {
    "type": TypeRule,
    "set": SetRule,
    "range": RangeRule,
    "pattern": PatternRule,
    "length": LengthRule,
    "comparison": ComparisonRule,
    "reference": ReferenceRule,
    "expression": ExpressionRule,
    "completeness": CompletenessRule,
    "unique": UniqueRule,
    "row_count": RowCountRule,
    "freshness": FreshnessRule,
    "sum": SumRule,
    "average": AverageRule,
    "sql": SqlRule,
}
"""Every kind of rule: the row rules, then the dataset rules."""


def _check_bounds(
    low: int | float | str | None, high: int | float | str | None, others: str = "max"
) -> None:
    if low is None and high is None:
        raise PydanticCustomError(
            "bounds", "is required, or {others}; add one",
            {"field": "min", "value": "", "others": others},
        )  # fmt: skip
    if low is None or high is None:
        return
    if isinstance(low, str) != isinstance(high, str):
        raise PydanticCustomError(
            "bounds", "must be of the same type as min {low}", {"field": "max", "low": low}
        )
    if _number(high) < _number(low):
        raise PydanticCustomError(
            "bounds", "must be at least min {low}", {"field": "max", "low": low}
        )


def _number(bound: int | float | str) -> float:
    if not isinstance(bound, str):
        return bound
    moment = datetime.fromisoformat(bound)
    since = moment.replace(tzinfo=None) - (moment.utcoffset() or date.resolution * 0)
    return (since - datetime.min).total_seconds()
