"""The open findings of policy checks, as synthesis left them in the assemblies."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from strata.policies.findings import REPORT, findings


@dataclass(frozen=True)
class Findings:
    """What the checks found in one environment.

    Attributes:
        environment: its name.
        open: one line for each finding that nobody acknowledged; None where the environment was
            not synthesised.
    """

    environment: str
    open: tuple[str, ...] | None


def read_findings(folder: Path, environments: Sequence[str]) -> list[Findings]:
    """Read what synthesis found in `<folder>/<environment>` of each environment.

    Raises `StrataError` for a report that is not one.
    """
    return [Findings(name, _read(folder / name)) for name in environments]


def _read(assembly: Path) -> tuple[str, ...] | None:
    if not (assembly / REPORT).exists():
        return None
    return tuple(
        f"{one.rule}: {one.path}: {one.description}" for one in findings(assembly) if not one.reason
    )


def in_a_row(findings: Sequence[Findings]) -> str:
    """Say it in one line: how many findings are open, and where nobody looked."""
    unseen = [one.environment for one in findings if one.open is None]
    counts = {one.environment: len(one.open) for one in findings if one.open}
    seen = [one.environment for one in findings if one.open is not None]
    parts = [f"{count} open in {name}" for name, count in counts.items()]
    if seen and not counts:
        parts.append(f"nothing open in {', '.join(seen)}")
    if unseen:
        parts.append(f"not synthesised: {', '.join(unseen)}")
    return "; ".join(parts) or "no environment"
