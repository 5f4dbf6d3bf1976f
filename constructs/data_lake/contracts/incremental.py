"""Which partitions of its inputs a product's partitions are built from: ``incremental``."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)


class PartitionSource(_Part):
    """One column that the product is partitioned by, and where its values come from.

    Attributes:
        column: the product's column.
        inputs: by the name of an input, the column that the input is partitioned by and that has
            the same values.
    """

    column: str
    inputs: dict[str, str]

    @field_validator("inputs")
    @classmethod
    def _not_empty(cls, inputs: dict[str, str]) -> dict[str, str]:
        if not inputs:
            raise ValueError("must name an input and its column, such as flights: year")
        return inputs


class Incremental(_Part):
    """A product of which a build replaces only the partitions that its inputs touched.

    Inputs that no partition names are looked up: when one of them changes, all is built anew.

    Attributes:
        partitions: the columns of the product's partitions that follow from inputs.
    """

    partitions: Annotated[tuple[PartitionSource, ...], Field(strict=False)]

    @field_validator("partitions")
    @classmethod
    def _one_at_least(cls, partitions: tuple[PartitionSource, ...]) -> tuple[PartitionSource, ...]:
        if not partitions:
            raise ValueError("must list a column that the product is partitioned by")
        return partitions
