"""The columns of a contract as the jobs use them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake_spark.raw_format import RawFormat
from lake_spark.sql import quoted

CLASSIFIED = ("confidential", "restricted")
"""The classifications of columns whose values quarantine hides."""
ARRIVED = "_arrived_at"
"""The lake's own column of merged tables: when the file of a row's present version arrived."""


@dataclass(frozen=True)
class Protection:
    """What becomes of a column's values on their way to the table.

    method: hash, tokenize, truncate (`keep` characters of a text; times cut `to` month or year),
    drop or none.
    """

    method: str
    keep: int | None = None
    to: str | None = None


@dataclass(frozen=True)
class ColumnContract:
    """One column: its Spark SQL type and whether it must have a value.

    `pattern` is Spark's datetime pattern for dates and timestamps; None means ISO 8601. `id` is
    what the column is called whatever its name. `transform` is what of its values an Iceberg table
    is partitioned by, such as `day` or `bucket(16)`; None means the values themselves.
    `source` is what raw files call the column, if not by its name; `decimal_comma` says that they
    write numbers with a comma before the fraction.
    """

    name: str
    type: str
    required: bool
    description: str
    pattern: str | None
    id: str | None = None
    transform: str | None = None
    deprecated: bool = False
    classification: str = "internal"
    protection: Protection | None = None
    source: str | None = None
    decimal_comma: bool = False

    @property
    def raw_name(self) -> str:
        """What raw files call the column."""
        return self.source or self.name

    @property
    def is_classified(self) -> bool:
        """Whether its values must not be seen where they are not needed."""
        return self.classification in CLASSIFIED or self.protection is not None

    @property
    def partition_term(self) -> str:
        """What of the column a table is partitioned by, in the words of Iceberg's SQL."""
        if self.transform is None:
            return quoted(self.name)
        name, bracket, number = self.transform.partition("(")
        return f"{name}({number.rstrip(')') + ', ' if bracket else ''}{quoted(self.name)})"


ARRIVED_COLUMN = ColumnContract(
    name=ARRIVED,
    type="timestamp",
    required=False,
    description="When the file that this version of the row came in had arrived",
    pattern=None,
)


def parse_column(
    entry: Mapping[str, Any], keys: tuple[str, ...], raw: RawFormat | None
) -> ColumnContract:
    """Turn a column of the bundle into a `ColumnContract`; `keys` is the table's primary key."""
    return ColumnContract(
        name=entry["name"],
        type=entry["type"],
        required=bool(entry.get("required")) or entry["name"] in keys,
        description=entry.get("description") or "",
        pattern=entry.get("pattern"),
        id=entry.get("id"),
        transform=entry.get("transform"),
        deprecated=bool(entry.get("deprecated")),
        classification=entry.get("classification") or "internal",
        protection=_protection(entry.get("protection")),
        source=entry.get("source"),
        decimal_comma=raw is not None and raw.decimal_comma,
    )


def _protection(entry: Mapping[str, Any] | None) -> Protection | None:
    if entry is None:
        return None
    return Protection(entry["method"], entry.get("keep"), entry.get("to"))
