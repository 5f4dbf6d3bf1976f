"""Synthesise lakes of many generated datasets and say what that takes and gives.

    python -m benchmarks.scale --datasets 10,100

1 means that something grows faster than the datasets, that a template is past a limit, or that the
CDK refused to synthesise so many.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Tree
from benchmarks.scale.contracts import write_contracts
from benchmarks.scale.figures import Figures, costs_of, faster, over_limits, sizes_of
from config.loading import available_environments, load_settings
from strata.errors import StrataError
from strata.local.assembly import synthesise
from strata.paths import state_folder


def main(argv: Sequence[str]) -> int:
    """Run the benchmark."""
    options = _options(argv)
    console = Console(width=None if sys.stdout.isatty() else 140)
    taken: list[Figures] = []
    problems: list[str] = []
    for number in options.datasets:
        console.print(f"synthesising {number:,} datasets", highlight=False)
        try:
            taken.append(measure(options.env, number))
        except StrataError as error:
            problems.append(f"{number} datasets: {str(error).strip().splitlines()[-1]}")
    _print(taken, options.env, console)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps([asdict(one) for one in taken], indent=2) + "\n")
    problems += over_limits(taken)
    for few, many in pairwise(taken):
        problems += [
            f"from {few.datasets} to {many.datasets} datasets, {name} grow faster than they do"
            for name in faster(few, many)
        ]
    for problem in problems:
        console.print(problem, style="red", highlight=False)
    return 1 if problems else 0


def measure(environment: str, number: int) -> Figures:
    """Synthesise an environment with so many generated datasets."""
    settings = load_settings(environment)
    with tempfile.TemporaryDirectory(prefix="strata-scale-") as name:
        contracts, assembly = Path(name, "contracts"), Path(name, "cdk.out")
        write_contracts(contracts, number)
        before = _cpu_of_children()
        started = time.monotonic()
        with Tree(os.getpid()) as tree:
            synthesise(environment, assembly, contracts)
        seconds = time.monotonic() - started
        idle, used = costs_of(assembly, contracts, settings)
        sizes, cpu = sizes_of(assembly), _cpu_of_children() - before
    return Figures(number, sizes, seconds, cpu, tree.peak, idle, used)


def _cpu_of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _print(taken: Sequence[Figures], environment: str, console: Console) -> None:
    table = Table(title=f"{environment}, generated datasets")
    for head in ("datasets", "resources", "template bytes", "largest stack", "its resources"):
        table.add_column(head, justify="right")
    for head in ("its bytes", "seconds", "CPU", "memory, MB", "idle, USD", "each, used"):
        table.add_column(head, justify="right")
    for one in taken:
        largest = max(one.stacks, key=lambda stack: stack.resources)
        cells = (largest.stack, f"{largest.resources:,}", f"{largest.size:,}")
        table.add_row(
            *(f"{one.datasets:,}", f"{one.resources:,}", f"{one.size:,}", *cells),
            *(f"{one.seconds:.0f}", f"{one.cpu:.0f}", f"{one.peak / 1e6:,.0f}"),
            *(f"{one.idle_usd:,.2f}", f"{one.used_usd / one.datasets:,.2f}"),
        )
    console.print(table)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--env", choices=available_environments(), default="prod")
    parser.add_argument("--datasets", type=_numbers, default=[10, 100], metavar="N,N")
    parser.add_argument("--output", type=Path, default=state_folder() / "scale.json")
    return parser.parse_args(argv)


def _numbers(text: str) -> list[int]:
    numbers = [int(one) for one in text.split(",")]
    if not numbers or min(numbers) < 1 or max(numbers) > 9_999 or sorted(numbers) != numbers:
        raise argparse.ArgumentTypeError(f"must be rising numbers from 1 to 9999: got {text}")
    return numbers


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
