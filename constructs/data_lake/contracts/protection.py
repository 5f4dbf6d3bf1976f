"""What becomes of a column's values on the way to processed: the custom property ``protection``."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

Method = Literal["hash", "tokenize", "truncate", "drop", "none"]


class Protection(BaseModel):
    """How the values of a column are protected; null stays null.

    Attributes:
        method: ``hash`` (keyed, cannot be reversed), ``tokenize`` (keyed; whoever has the key can
            reverse it), ``truncate``, ``drop`` (the table has no such column), or ``none``.
        keep: how many characters of a text ``truncate`` keeps.
        to: what ``truncate`` cuts a date or a timestamp to.
        reason: why ``none`` is enough, for those who review the contract.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)

    method: Method
    keep: Annotated[int, Field(ge=1, le=1000)] | None = None
    to: Literal["month", "year"] | None = None
    reason: Annotated[str, Field(min_length=1)] | None = None

    @field_validator("keep", "to")
    @classmethod
    def _for_truncate(cls, value: int | str, info: ValidationInfo) -> int | str:
        if info.data.get("method") not in (None, "truncate"):
            raise ValueError("is for method truncate; remove it, or use method truncate")
        return value

    @field_validator("reason")
    @classmethod
    def _for_none(cls, reason: str, info: ValidationInfo) -> str:
        if info.data.get("method") not in (None, "none"):
            raise ValueError("is for method none; remove it, or use method none")
        return reason
