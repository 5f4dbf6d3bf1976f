"""Which partitions of its inputs a product's partitions are built from: ``incremental``."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
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
    inputs: Annotated[dict[str, str], Field(min_length=1)]


class Incremental(_Part):
    """A product of which a build replaces only the partitions that its inputs touched.

    Inputs that no partition names are looked up: when one of them changes, all is built anew.

    Attributes:
        partitions: the columns of the product's partitions that follow from inputs.
    """

    partitions: Annotated[tuple[PartitionSource, ...], Field(strict=False, min_length=1)]
