"""The kinds of quality rule, as they stand in ``implementation`` of engine ``strata``."""

import re
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
_Value = StrictStr | StrictBool | StrictInt | StrictFloat


class Implementation(Extension):
    """What every kind has: ``columns``, for a rule of the whole table."""

    accepted_types: ClassVar[tuple[str, ...]] = ()

    columns: Annotated[tuple[str, ...], Field(strict=False)] = ()


class SetRule(Implementation):
    """The value is one of ``values``."""

    kind: Literal["set"]
    accepted_types: ClassVar[tuple[str, ...]] = ("string", "boolean", *NUMERIC)

    values: Annotated[tuple[_Value, ...], Field(strict=False, min_length=1)]


class _Bounded(Implementation):
    min: int | float | None = None
    max: int | float | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.min is None and self.max is None:
            raise PydanticCustomError(
                "bounds", "is required, or max; add one", {"field": "min", "value": ""}
            )
        if self.min is not None and self.max is not None and self.max < self.min:
            raise PydanticCustomError(
                "bounds", "must be at least min {low}", {"field": "max", "low": self.min}
            )
        return self


class RangeRule(_Bounded):
    """The number is from ``min`` to ``max``, both included."""

    kind: Literal["range"]
    accepted_types: ClassVar[tuple[str, ...]] = NUMERIC


class LengthRule(_Bounded):
    """The text has from ``min`` to ``max`` characters."""

    kind: Literal["length"]
    accepted_types: ClassVar[tuple[str, ...]] = ("string",)

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None


class PatternRule(Implementation):
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


class ExpressionRule(Implementation):
    """The Spark SQL condition ``expression`` is true or null."""

    kind: Literal["expression"]
    expression: str


KINDS: dict[str, type[Implementation]] = {
    "set": SetRule,
    "range": RangeRule,
    "pattern": PatternRule,
    "length": LengthRule,
    "expression": ExpressionRule,
}
