"""`python -m benchmarks`: measure, compare the outputs, print the table, keep the figures."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compare import Content, check, content_of
from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.data import order_lines_file
from benchmarks.lake import prepare
from benchmarks.measure import Cost, run_measured
from benchmarks.results import Result, print_results, write_results
from strata.console import console
from strata.errors import StrataError
from strata.local.emulator import Emulator
from strata.paths import ROOT, state_folder


@dataclass
class Benchmark:
    """One comparison of contenders; `folder` holds their outputs, one at a time, and their logs."""

    contenders: Sequence[Contender]
    folder: Path
    emulator: Emulator

    def measure(self, rows: int, rounds: int) -> list[Result]:
        """Have every contender do the work once in each round, and compare what it wrote."""
        source, truth = order_lines_file(rows)
        costs: dict[str, list[Cost]] = {contender.name: [] for contender in self.contenders}
        first: Content | None = None
        for number in range(rounds):
            for contender in self.contenders:
                console.print(f"{rows:,} rows, round {number + 1} of {rounds}: {contender.name}")
                cost, content = self._run(contender, source)
                first = first or content
                check(contender.name, content, truth, first)
                costs[contender.name].append(cost)
                peak = f"{cost.peak / 1e9:.1f} GB"
                console.print(f"  {cost.cpu:.1f} s CPU, {cost.wall:.1f} s, {peak}")
        return [Result(name, rows, tuple(taken)) for name, taken in costs.items()]

    def _run(self, contender: Contender, source: Path) -> tuple[Cost, Content]:
        environment = dict(os.environ)
        if contender.changes is not None:
            environment = prepare(self.emulator, source, contender.changes)
        environment["PYTHONPATH"] = os.pathsep.join(
            str(ROOT / part) for part in (".", "constructs", "glue_scripts")
        )
        target = self.folder / contender.name
        log = self.folder / f"{contender.name}.log"
        try:
            arguments = [str(source), str(target)]
            cost = run_measured(contender.module, arguments, environment, log)
            return cost, content_of(contender.outputs, target)
        finally:
            shutil.rmtree(target, ignore_errors=True)


def main(argv: Sequence[str]) -> int:
    """Run the benchmark; 1 means that a contender failed or wrote something else."""
    options = _options(argv)
    names = options.only or [contender.name for contender in CONTENDERS]
    chosen = [contender for contender in CONTENDERS if contender.name in names]
    results: list[Result] = []
    folder = Path(tempfile.mkdtemp(prefix="strata-benchmark-"))
    try:
        with Emulator(folder / "emulator.log") as emulator:
            for rows in options.rows:
                results += Benchmark(chosen, folder, emulator).measure(rows, options.rounds)
    except StrataError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    shutil.rmtree(folder)
    print_results(results, console)
    write_results(results, options.output)
    console.print(f"all contenders wrote the same rows; the figures are in {options.output}")
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=_numbers, default=[1_000_000], metavar="N[,N…]")
    parser.add_argument("--rounds", type=int, default=1, help="how often each one does the work")
    parser.add_argument("--only", type=_names, metavar="NAME[,NAME…]", help="these contenders")
    parser.add_argument("--output", type=Path, default=state_folder() / "benchmarks.json")
    return parser.parse_args(argv)


def _numbers(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",")]


def _names(text: str) -> list[str]:
    known = [contender.name for contender in CONTENDERS]
    names = text.split(",")
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(known)}")
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
