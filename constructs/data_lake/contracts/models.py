"""What a compiled contract holds: plain frozen models, in the words of the compiled bundle."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from data_lake.contracts.extensions import (
    Atomicity,
    Evolution,
    Schedule,
    TableFormat,
    WriteMode,
)
from data_lake.contracts.raw_source import RawSource

Scalar = str | bool | int | float
Severity = Literal["warn", "quarantine", "fail"]
RuleKind = Literal["set", "range", "pattern", "length", "expression"]
Classification = Literal["public", "internal", "confidential", "restricted"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Part):
    """One column. ``type`` is a Spark SQL type; ``pattern`` a Spark datetime pattern, if any.

    ``source`` is what the raw files call it, where that is not its name; ``id`` what it is called
    whatever its name; ``transform`` what of it an Iceberg table is partitioned by, such as ``day``.
    """

    name: str
    type: str
    required: bool = False
    description: str = ""
    classification: Classification = "internal"
    pattern: str | None = None
    source: str | None = None
    id: str | None = None
    transform: str | None = None
    deprecated: bool | None = None


class Rule(_Part):
    """A test of every row. A null passes; only ``required`` columns refuse nulls.

    ``values`` belongs to kind set, ``min`` and ``max`` (inclusive) to range and length, ``pattern``
    (a regular expression found anywhere, so anchor it) to pattern, ``expression`` (a Spark SQL
    condition) to expression. A row that breaks a rule is kept and counted (warn), set aside
    (quarantine), or fails the run (fail).
    """

    id: str
    kind: RuleKind
    columns: tuple[str, ...]
    severity: Severity
    dimension: str
    description: str
    values: tuple[Scalar, ...] | None = None
    min: int | float | None = None
    max: int | float | None = None
    pattern: str | None = None
    expression: str | None = None


class Quality(_Part):
    """A run is published when its score (0 to 1) is at least ``threshold``."""

    threshold: float = Field(ge=0, le=1)


class Trigger(_Part):
    """What starts a run.

    ``cron`` and ``time_zone`` belong to mode schedule, ``suffix`` and ``deadline_minutes`` to mode
    manifest.
    """

    mode: Literal["on_arrival", "manifest", "schedule"]
    cron: str | None = None
    time_zone: str | None = None
    suffix: str | None = None
    deadline_minutes: int | None = None


class _Contract(_Part):
    name: str
    version: str
    description: str
    owner: str
    format: TableFormat
    write_mode: WriteMode
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    partition_by: tuple[str, ...]
    version_column: str | None = None
    evolution: Evolution = "strict"
    atomicity: Atomicity = "partition"
    rules: tuple[Rule, ...]
    quality: Quality
    freshness_hours: int | float | None = None

    def compiled(self) -> dict[str, Any]:
        """This contract as it stands in the compiled bundle: JSON types only."""
        content = self.model_dump(mode="json")
        for part in ("columns", "rules"):
            content[part] = [
                item.model_dump(mode="json", exclude_none=True) for item in getattr(self, part)
            ]
        return content


class DatasetContract(_Contract):
    """A table of the processed zone, fed by files of the raw zone."""

    kind: Literal["dataset"] = "dataset"
    zone: Literal["processed"] = "processed"
    raw: RawSource
    trigger: Trigger
    schedule: Schedule | None = None

    def compiled(self) -> dict[str, Any]:
        """This contract as it stands in the compiled bundle: JSON types only."""
        trigger = self.trigger.model_dump(mode="json", exclude_none=True)
        return super().compiled() | {"trigger": trigger}


class ProductContract(_Contract):
    """A table of the curated zone, built by one SELECT from processed datasets."""

    kind: Literal["product"] = "product"
    zone: Literal["curated"] = "curated"
    inputs: tuple[str, ...]
    sql: str
