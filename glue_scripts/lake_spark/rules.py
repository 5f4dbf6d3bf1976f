"""The quality rules of a contract as the jobs use them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake_spark.errors import ContractMismatch

ROW_KINDS = frozenset(
    ("type", "set", "range", "pattern", "length", "comparison", "reference", "expression")
)
"""Kinds of rule that judge each row."""
DATASET_KINDS = frozenset(
    ("completeness", "unique", "row_count", "freshness", "sum", "average", "sql")
)
"""Kinds of rule that judge the rows of a run together."""


@dataclass(frozen=True)
class Rule:
    """One quality rule; which of the optional fields are set follows from `kind`.

    kind: type (`type`, `format`), set (`values`), range (`minimum`, `maximum`, both included),
    pattern (`pattern`, a Java regular expression that must be found), length (`minimum`, `maximum`,
    in characters), comparison (`operator` between two columns), reference (`dataset` and its
    columns `keys`), expression (`expression`, SQL); completeness (`missing`), unique, row_count
    (`minimum`, `maximum`), freshness (`hours`), sum and average (`minimum`, `maximum`), sql
    (`expression` over aggregates). Severity: warn, quarantine or fail. `threshold` is the share of
    rows that must pass, None where the contract gives none.
    """

    id: str
    kind: str
    columns: tuple[str, ...]
    severity: str
    dimension: str = "conformity"
    threshold: float | None = None
    type: str = ""
    format: str | None = None
    values: tuple[Any, ...] = ()
    minimum: Any = None
    maximum: Any = None
    pattern: str | None = None
    operator: str = ""
    dataset: str = ""
    keys: tuple[str, ...] = ()
    expression: str | None = None
    missing: tuple[Any, ...] = ()
    hours: float | None = None
    within_percent: float | None = None
    runs: int | None = None

    @property
    def is_of_rows(self) -> bool:
        """Tell whether each row passes or breaks the rule by itself."""
        return self.kind in ROW_KINDS


def parse_rule(entry: Mapping[str, Any], label: str) -> Rule:
    """Turn a rule of the bundle into a `Rule`; `label` names the contract in errors.

    Raises `ContractMismatch` for a kind of rule that is not known here.
    """
    kind = entry["kind"]
    if kind not in ROW_KINDS | DATASET_KINDS:
        raise ContractMismatch(
            f"{label}: rule {entry['id']}: kind {kind!r} is not one of "
            f"{sorted(ROW_KINDS | DATASET_KINDS)}; deploy contracts and jobs of the same version"
        )
    return Rule(
        id=entry["id"],
        kind=kind,
        columns=tuple(entry.get("columns") or ()),
        severity=entry.get("severity") or "quarantine",
        dimension=entry.get("dimension") or "conformity",
        threshold=entry.get("threshold"),
        type=entry.get("type") or "",
        format=entry.get("format"),
        values=tuple(entry.get("values") or ()),
        minimum=entry.get("min"),
        maximum=entry.get("max"),
        pattern=entry.get("pattern"),
        operator=entry.get("operator") or "",
        dataset=entry.get("dataset") or "",
        keys=tuple(entry.get("keys") or ()),
        expression=entry.get("expression"),
        missing=tuple(entry.get("missing") or ()),
        hours=entry.get("hours"),
        within_percent=entry.get("within_percent"),
        runs=entry.get("runs"),
    )
