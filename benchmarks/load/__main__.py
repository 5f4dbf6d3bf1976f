"""Let a burst of small files come over a lake and say what it took.

    python -m benchmarks.load --files 10000 --datasets 50

1 means that a good file was lost or published twice, or that something was left waiting: then
there are no figures.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.load.burst import make_burst
from benchmarks.load.deployment import make_lake, memory_gb, synthesise
from benchmarks.load.report import check, figures_of, print_figures, write_figures
from lake_runtime.telemetry import logger
from strata.errors import StrataError
from strata.local.emulator import Emulator
from strata.paths import state_folder


def main(argv: Sequence[str]) -> int:
    """Run the benchmark."""
    options = _options(argv)
    console = Console(width=None if sys.stdout.isatty() else 140)
    logger.setLevel("ERROR")
    burst = make_burst(options.files, options.datasets, options.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="strata-load-") as name:
        folder = Path(name)
        templates = synthesise(folder / "cdk.out")
        with Emulator(folder / "emulator.log") as emulator:
            loaded = make_lake(templates, emulator, burst)
            console.print(f"putting {options.files:,} files into the raw zone", highlight=False)
            loaded.upload()
            console.print(f"delivering {len(burst.deliveries):,} events", highlight=False)
            loaded.run()
            try:
                check(loaded)
            except StrataError as error:
                console.print(str(error), style="red", markup=False)
                return 1
    figures = figures_of(loaded, memory_gb(templates))
    print_figures(figures, console)
    write_figures(figures, options.seed, options.output)
    taken = time.monotonic() - started
    console.print(
        f"every good file was published once, nothing waits; {taken:.0f} seconds on this machine; "
        f"the figures are in {options.output}",
        highlight=False,
    )
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--datasets", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=state_folder() / "load.json")
    options = parser.parse_args(argv)
    if not 1 <= options.datasets <= options.files:
        parser.error(f"--datasets: from 1 to the number of files: got {options.datasets}")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
