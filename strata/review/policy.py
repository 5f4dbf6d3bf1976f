"""The open findings of policy checks, as synthesis left them in the assemblies."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strata.errors import StrataError


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
    """Read `<folder>/<environment>/validation-report.json` of each environment.

    Raises `StrataError` for a report that is not one.
    """
    return [
        Findings(name, _read(folder / name / "validation-report.json")) for name in environments
    ]


def _read(file: Path) -> tuple[str, ...] | None:
    if not file.exists():
        return None
    try:
        reports: list[dict[str, Any]] = json.loads(file.read_text())["pluginReports"]
        return tuple(
            f"{violation['ruleName']}: {_places(violation)}: {violation.get('description', '')}"
            for report in reports
            for violation in report.get("violations", [])
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StrataError(f"{file}: must be a validation report of the CDK: {error!r}") from error


def _places(violation: dict[str, Any]) -> str:
    constructs = violation.get("violatingConstructs") or violation.get("violatingResources") or []
    named = [
        str(one.get("constructPath") or one.get("resourceLogicalId") or "?") for one in constructs
    ]
    return ", ".join(named) or "no resource named"


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
