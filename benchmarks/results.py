"""The figures of a benchmark: as a table for people and as JSON for later."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Cost

REFERENCES = ("single_pass", "usual_script", "duckdb")
"""The contenders that all others are divided by."""


@dataclass(frozen=True)
class Result:
    """What one contender took for one size, in every round."""

    contender: str
    rows: int
    rounds: tuple[Cost, ...]

    @property
    def cpu(self) -> float:
        """The median of the CPU seconds."""
        return median(cost.cpu for cost in self.rounds)

    @property
    def wall(self) -> float:
        """The median of the seconds of wall time."""
        return median(cost.wall for cost in self.rounds)

    @property
    def peak(self) -> int:
        """The most memory of any round, in bytes."""
        return max(cost.peak for cost in self.rounds)


def ratios(result: Result, results: Sequence[Result]) -> dict[str, float]:
    """Give a result's CPU seconds divided by those of each reference of the same size."""
    return {
        other.contender: round(result.cpu / other.cpu, 3)
        for other in results
        if other.rows == result.rows and other.contender in REFERENCES
    }


def print_results(results: Sequence[Result], console: Console) -> None:
    """Print one line for each contender and size."""
    table = Table(title="Order lines: raw CSV to valid, newest rows and quarantine")
    headings = ("rows", "contender", "CPU s", "wall s", "peak GB", "CPU µs a row")
    for heading in (*headings, *(f"of {name}" for name in REFERENCES)):
        table.add_column(heading, justify="left" if heading == "contender" else "right")
    for result in sorted(results, key=lambda one: (one.rows, one.cpu)):
        shares = ratios(result, results)
        table.add_row(
            f"{result.rows:,}",
            result.contender,
            f"{result.cpu:.1f}",
            f"{result.wall:.1f}",
            f"{result.peak / 1e9:.1f}",
            f"{result.cpu / result.rows * 1e6:.1f}",
            *(f"{shares[name]:.2f}" if name in shares else "" for name in REFERENCES),
        )
    console.print(table)


def write_results(results: Sequence[Result], path: Path) -> None:
    """Write all figures, with what they were taken on."""
    document = {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "load_at_the_end": os.getloadavg()[0],
        },
        "results": [
            {
                "contender": result.contender,
                "rows": result.rows,
                "cpu_seconds": round(result.cpu, 2),
                "wall_seconds": round(result.wall, 2),
                "peak_bytes": result.peak,
                "cpu_ratios": ratios(result, results),
                "rounds": [asdict(cost) for cost in result.rounds],
            }
            for result in results
        ],
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
