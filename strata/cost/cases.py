"""The three cases of an estimate, and values that differ between them."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from config.lifecycle import Strict


class Case(StrEnum):
    """How much comes, and how much each of it takes."""

    LOW = "low"
    EXPECTED = "expected"
    HIGH = "high"


class Assumed(Strict):
    """A value in each case, and where it comes from: `measured…` or `assumed…`."""

    low: float = Field(ge=0)
    expected: float = Field(ge=0)
    high: float = Field(ge=0)
    source: str = Field(pattern=r"^(measured|assumed)")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        values = (self.low, self.expected, self.high)
        if list(values) not in (sorted(values), sorted(values, reverse=True)):
            raise ValueError("low, expected and high must rise, or fall, together")
        return self

    def at(self, case: Case) -> float:
        """Give the value of a case."""
        return float(getattr(self, case.value))
