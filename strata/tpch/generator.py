"""The tables of TPC-H as CSV, from the PyPI package `tpchgen-cli` (Apache 2.0)."""

import math
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from strata.errors import StrataError

TABLES = ("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem")
"""Every table after those that it refers to."""
LINES_PER_SCALE = 5_900_000
"""A little less than the order lines of scale factor 1; the share of a factor varies slightly."""


def generate(folder: Path, scale: float, tables: Sequence[str] = TABLES) -> dict[str, Path]:
    """Write tables at a scale factor (1 is a gigabyte in all) and give their files by table.

    The same scale gives the same bytes. Raises `StrataError` if the generator is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command = [_generator(), "csv", "--scale-factor", str(scale), "--output-dir", str(folder)]
    command += ["--tables", ",".join(tables), "--overwrite", "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {table: folder / f"{table}.csv" for table in tables}


@contextmanager
def order_lines(rows: int) -> Iterator[tuple[bytes, Iterator[bytes]]]:
    """Give the header of `lineitem` and its first rows as they are generated, without line ends.

    Raises `StrataError` if the generator is not installed.
    """
    scale = math.ceil(rows / LINES_PER_SCALE * 100 + 1) / 100
    command = [_generator(), "csv", "--scale-factor", str(scale), "--tables", "lineitem"]
    # Threads would write ahead of what is wanted here.
    command += ["--stdout", "--quiet", "--num-threads", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        lines = (line.rstrip(b"\r\n") for line in process.stdout)
        try:
            yield next(lines), islice(lines, rows)
        finally:
            process.kill()


def _generator() -> str:
    command = Path(sys.executable).parent / "tpchgen-cli"
    if not command.exists():
        raise StrataError("the generator of TPC-H is not installed here; run `make setup`.")
    return str(command)
