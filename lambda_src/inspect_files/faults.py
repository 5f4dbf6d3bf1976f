"""Why a whole file is refused."""

from dataclasses import dataclass

from lake_runtime.contract_parts import RawFormat

_FORMATS = {
    **{"csv": "CSV", "jsonl": "JSON Lines", "json": "JSON documents", "parquet": "Parquet"},
}


@dataclass(frozen=True)
class Fault:
    """Why a file cannot be read at all: the rule it broke, and the reason."""

    rule: str
    reason: str


def format_fault(found: str, raw: RawFormat) -> Fault:
    """Give the fault of a file whose bytes are of another format than the contract says."""
    return Fault("format", f"the bytes are {found}, the contract says {_FORMATS[raw.format]}")
