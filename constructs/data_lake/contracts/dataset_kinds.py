"""The kinds of quality rule that judge the rows of a run together."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from data_lake.contracts.rule_bases import (
    MOMENTS,
    MOST_RUNS_OF_HISTORY,
    NUMERIC,
    DatasetRule,
    Implementation,
    Share,
    Value,
    check_bounds,
)


class CompletenessRule(Implementation):
    """Each column has a value, neither null nor one of ``missing``, in enough rows."""

    kind: Literal["completeness"]
    dimension: ClassVar[str] = "completeness"

    missing: Annotated[tuple[Value, ...], Field(strict=False)] = ()
    threshold: Share | None = None


class UniqueRule(Implementation):
    """The values of the columns, taken together, stand in one row only; rows with a null pass."""

    kind: Literal["unique"]
    dimension: ClassVar[str] = "uniqueness"

    threshold: Share | None = None


class RowCountRule(DatasetRule):
    """The run has from ``min`` to ``max`` rows."""

    kind: Literal["row_count"]
    dimension: ClassVar[str] = "coverage"
    most_columns: ClassVar[int | None] = 0

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        check_bounds(self.min, self.max)
        return self


class FreshnessRule(DatasetRule):
    """The newest value is at most ``hours`` before the run's start; later values do not count."""

    kind: Literal["freshness"]
    accepted_types: ClassVar[tuple[str, ...]] = MOMENTS
    dimension: ClassVar[str] = "timeliness"
    most_columns: ClassVar[int | None] = 1

    hours: Annotated[int | float, Field(gt=0)]


class _AggregateRule(DatasetRule):
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
            check_bounds(self.min, self.max, "max, or withinPercent and runs")
        elif self.min is not None or self.max is not None:
            check_bounds(self.min, self.max)
        return self


class SumRule(_AggregateRule):
    """The sum of the column."""

    kind: Literal["sum"]


class AverageRule(_AggregateRule):
    """The mean of the column's values, nulls left out."""

    kind: Literal["average"]


class SqlRule(DatasetRule):
    """The condition ``expression`` over aggregates of the run's rows is true."""

    kind: Literal["sql"]
    dimension: ClassVar[str] = "accuracy"

    expression: str
