"""The kinds of quality rule that judge each row."""

import re
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from data_lake.contracts.rule_bases import MOMENTS, NUMERIC, Names, RowRule, Value, check_bounds


class SetRule(RowRule):
    """The value is one of ``values``."""

    kind: Literal["set"]
    accepted_types: ClassVar[tuple[str, ...]] = ("string", "boolean", *NUMERIC)

    values: Annotated[tuple[Value, ...], Field(strict=False, min_length=1)]


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
        check_bounds(self.min, self.max)
        return self


class LengthRule(RowRule):
    """The text has from ``min`` to ``max`` characters."""

    kind: Literal["length"]
    accepted_types: ClassVar[tuple[str, ...]] = ("string",)

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        check_bounds(self.min, self.max)
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
    keys: Names = ()
