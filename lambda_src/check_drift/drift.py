"""The difference between a contract and what the crawler saw."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lake_runtime.contract_parts import Column
from lake_runtime.contracts import Dataset

_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "long", "short")
_TIMES = ("date", "timestamp")
_TEXTS = ("string", "varchar", "char")
_NAME = re.compile(r"[a-z_][a-z0-9_ .-]{0,63}", re.IGNORECASE)
UNNAMED = "(not a name)"
"""What stands for a found column whose name may be data: a file without a header makes such."""


@dataclass(frozen=True)
class Drift:
    """One difference; `column` is None where the whole table is meant."""

    column: str | None
    change: str
    found: str | None
    expected: str | None

    def describe(self) -> str:
        """Say the difference in one line."""
        said = f"the contract says {self.expected}" if self.expected else "the contract has none"
        return f"{self.column or 'table'} {self.change}: found {self.found or 'nothing'}, {said}"


@dataclass(frozen=True)
class Comparison:
    """What differs, and the found columns that the contract leaves out without minding."""

    drift: list[Drift]
    ignored: list[str]


def table_name(prefix: str, table_prefix: str = "") -> str:
    """Give the name that a crawler derives from a raw prefix."""
    return table_prefix + re.sub(r"[^a-z0-9]", "_", prefix.strip("/").lower())


def compare(
    dataset: Dataset, found: Mapping[str, str], partitions: Sequence[str] = ()
) -> Comparison:
    """Compare a contract with the crawled columns (name -> type) and partition columns.

    The contract's evolution says what may differ: additive files may lack optional columns,
    permissive ones may have further columns too, which are ignored. Names are what raw files call
    the columns, in lower case, as the catalog keeps them. Columns that the crawler took from folder
    names are no drift. What does not read as a name is not repeated, because drift goes into
    notices and a crawler takes the first row of a headerless file for names.
    """
    expected = {column.raw_name.lower(): column for column in dataset.columns}
    may_be_absent = {name.lower() for name in dataset.may_be_absent}
    drift = [
        Drift(name, "removed", None, column.type)
        for name, column in expected.items()
        if name not in {*found, *partitions, *may_be_absent}
    ]
    unknown = {name: kind for name, kind in found.items() if name not in expected}
    shown = {name: name if _NAME.fullmatch(name) else UNNAMED for name in unknown}
    if dataset.evolution != "permissive":
        drift += [Drift(shown[name], "added", kind, None) for name, kind in unknown.items()]
    drift += [
        Drift(name, "type", kind, expected[name].type)
        for name, kind in found.items()
        if name in expected and not _can_hold(expected[name], kind, dataset.raw.null_values)
    ]
    return Comparison(
        sorted(drift, key=lambda entry: (entry.column or "", entry.change)),
        sorted(shown.values()) if dataset.evolution == "permissive" else [],
    )


def _can_hold(column: Column, found: str, null_values: Sequence[str]) -> bool:
    """Tell whether crawled values of a type may be values of the column.

    A crawler sees text where numbers stand beside a word for null (`NA`), and a number where
    text happens to be digits: neither is drift.
    """
    expected, seen = _family(column.type), _family(found)
    if expected in (seen, "text"):
        return seen != "nested"
    if seen == "text":
        return expected == "time" or any(null_values)
    return expected == "time" and seen == "number"


def _family(kind: str) -> str:
    base = re.split(r"[(<]", kind.lower())[0].strip()
    if base in _NUMBERS:
        return "number"
    if base in _TIMES:
        return "time"
    if base in _TEXTS:
        return "text"
    return base if base == "boolean" else "nested"
