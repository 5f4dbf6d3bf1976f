"""What a compiled contract holds: plain frozen models, in the words of the compiled bundle."""

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from data_lake.contracts.endurance import Circuit, Retry
from data_lake.contracts.engine import Engine
from data_lake.contracts.extensions import (
    Evolution,
    Publishing,
    Schedule,
    TableFormat,
    WriteMode,
)
from data_lake.contracts.incremental import Incremental
from data_lake.contracts.protection import Protection
from data_lake.contracts.raw_source import RawSource

Scalar = str | bool | int | float
Severity = Literal["warn", "quarantine", "fail"]
RuleKind = Literal[
    "type", "set", "range", "pattern", "length", "comparison", "reference", "expression",
    "completeness", "unique", "row_count", "freshness", "sum", "average", "sql",
]  # fmt: skip
ROW_KINDS: frozenset[RuleKind] = frozenset(
    ("type", "set", "range", "pattern", "length", "comparison", "reference", "expression")
)
"""Kinds that judge each row; the others judge the rows of a run together."""
Classification = Literal["public", "internal", "confidential", "restricted"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Part):
    """One column. ``type`` is a Spark SQL type; ``pattern`` a Spark datetime pattern, if any.

    ``source`` is what the raw files call it, where that is not its name; ``id`` what it is called
    whatever its name; ``transform`` what of it an Iceberg table is partitioned by, such as ``day``;
    ``protection`` what becomes of its values on the way to the table.
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
    protection: Protection | None = None


class Rule(_Part):
    """One quality rule. ``docs/quality.md`` says what each kind and severity means.

    Each kind has its own fields; the others are None:
    type ``type`` and ``format`` (a Spark datetime pattern); set ``values``; range, length and
    row_count ``min`` and ``max`` (inclusive; ISO 8601 text for dates and times); pattern
    ``pattern`` (a regular expression found anywhere, so anchor it); comparison ``operator``,
    between its two ``columns``; reference ``dataset`` and ``keys``, its columns; expression and
    sql ``expression``; completeness ``missing``, values that count as none; freshness ``hours``;
    sum and average ``min``, ``max``, ``within_percent`` and ``runs``.

    ``threshold`` is the share of rows that must pass; None where the contract gives none.
    """

    id: str
    kind: RuleKind
    columns: tuple[str, ...]
    severity: Severity
    dimension: str
    description: str
    threshold: float | None = None
    type: str | None = None
    format: str | None = None
    values: tuple[Scalar, ...] | None = None
    min: int | float | str | None = None
    max: int | float | str | None = None
    pattern: str | None = None
    operator: str | None = None
    dataset: str | None = None
    keys: tuple[str, ...] | None = None
    expression: str | None = None
    missing: tuple[Scalar, ...] | None = None
    hours: int | float | None = None
    within_percent: int | float | None = None
    runs: int | None = None


class Quality(_Part):
    """A run is published when its score (0 to 1) is at least ``threshold``."""

    threshold: float = Field(ge=0, le=1)


class Trigger(_Part):
    """What starts a run.

    ``cron`` and ``time_zone`` belong to mode schedule, ``suffix`` and ``deadline_minutes`` to mode
    manifest, ``every_minutes`` to mode micro_batch.
    """

    mode: Literal["on_arrival", "manifest", "micro_batch", "schedule"]
    cron: str | None = None
    time_zone: str | None = None
    suffix: str | None = None
    deadline_minutes: int | None = None
    every_minutes: int | None = None


class QuarantineSettings(_Part):
    """Whether quarantine keeps the clear values of confidential, restricted or protected columns.

    Without, records and reasons hide them.
    """

    clear_values: bool = False


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
    publishing: Publishing | None = None
    rules: tuple[Rule, ...]
    quality: Quality
    engine: Engine = Engine()
    quarantine: QuarantineSettings = QuarantineSettings()
    circuit: Circuit = Circuit()
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
    retry: Retry = Retry()

    def compiled(self) -> dict[str, Any]:
        """This contract as it stands in the compiled bundle: JSON types only."""
        trigger = self.trigger.model_dump(mode="json", exclude_none=True)
        return super().compiled() | {"trigger": trigger}


class ProductContract(_Contract):
    """A table of the curated zone, built by one SELECT from datasets and other products."""

    kind: Literal["product"] = "product"
    zone: Literal["curated"] = "curated"
    inputs: tuple[str, ...]
    sql: str
    incremental: Incremental | None = None

    def compiled(self) -> dict[str, Any]:
        """This contract as it stands in the compiled bundle, with its fingerprint."""
        content = super().compiled()
        return content | {"fingerprint": _fingerprint(content)}


_WORDS = frozenset(("version", "description", "owner", "freshness_hours", "engine", "circuit"))
"""What may change in a product's contract without a change of its rows."""


def _fingerprint(content: dict[str, Any]) -> str:
    """A short hash of what a product computes: its SQL, columns, keys, partitions and rules."""

    def without_words(part: Any) -> Any:
        if isinstance(part, dict):
            return {
                name: without_words(value) for name, value in part.items() if name not in _WORDS
            }
        return [without_words(item) for item in part] if isinstance(part, list) else part

    text = json.dumps(without_words(content), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
