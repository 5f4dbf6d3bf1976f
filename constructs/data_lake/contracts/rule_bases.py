"""What the kinds of quality rule have in common."""

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from data_lake.contracts.extensions import Extension

NUMERIC = ("int", "bigint", "float", "double", "decimal")
MOMENTS = ("date", "timestamp")
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
MOST_RUNS_OF_HISTORY = 50
Value = StrictStr | StrictBool | StrictInt | StrictFloat
Share = Annotated[float, Field(ge=0, le=1)]
Names = Annotated[tuple[str, ...], Field(strict=False)]


class Implementation(Extension):
    """What every kind has: ``columns``, for a rule of the whole table."""

    accepted_types: ClassVar[tuple[str, ...]] = ()
    dimension: ClassVar[str] = "conformity"
    """The dimension of a rule that names none."""
    most_columns: ClassVar[int | None] = None
    """How many columns a rule takes; None is any number, 0 a rule of the table itself."""

    columns: Names = ()


class RowRule(Implementation):
    """A rule that each row passes or breaks; ``threshold`` is the share of rows that must pass."""

    threshold: Share | None = None


class DatasetRule(Implementation):
    """A rule that the rows of a run pass or break together."""

    refused_fields: ClassVar[dict[str, str]] = {
        "threshold": "is for kinds that give a share of rows; this one holds or does not: remove it"
    }


def check_bounds(
    low: int | float | str | None, high: int | float | str | None, others: str = "max"
) -> None:
    """Refuse bounds that are both missing, of different types, or the wrong way round."""
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
