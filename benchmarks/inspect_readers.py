"""Measure how fast `inspect` goes through a large CSV file, beside what libraries read it with.

    python -m benchmarks.inspect_readers --megabytes 500

Each way runs in a process of its own, pinned to one CPU as a function of 1,769 MB is, the ways one
after the other in each round, so that a busy machine slows all of them. A library reads every field
as text and counts the rows, in batches where it can. `inspect` hashes, finds compression, keeps
beginning and end, and looks at them; it leaves the fields to Spark.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path

CHUNK = 1024 * 1024
NAMES = ("order_id", "customer", "status", "price", "ordered_on", "priority", "clerk", "comment")


def write_sample(path: Path, megabytes: int) -> None:
    """Write order lines of some 100 bytes until the file is as large as asked for."""
    rows = "".join(
        f"{number},Customer#{number % 99991:09},{'OFP'[number % 3]},"
        f"{number % 50000}.{number % 100:02},2013-{number % 12 + 1:02}-{number % 28 + 1:02},"
        f"{number % 5}-PRIORITY,"
        f'Clerk#{number % 1000:06},"packages, of row {number}, haggle carefully"\n'
        for number in range(20_000)
    ).encode()
    with path.open("wb") as sink:
        sink.write((",".join(NAMES) + "\n").encode())
        while sink.tell() < megabytes * 1024 * 1024:
            sink.write(rows)


def by_inspection(path: Path) -> int:
    """What the function does to a file, but for the transfer from S3; gives its bytes."""
    from inspect_files.checks import find_fault  # noqa: PLC0415 - each way imports only its own
    from inspect_files.content import read_content  # noqa: PLC0415
    from lake_runtime.contracts import Dataset  # noqa: PLC0415

    dataset = Dataset.model_validate(
        {
            **{"name": "orders", "kind": "dataset", "version": "1.0.0", "write_mode": "append"},
            "raw": {"prefix": "orders/", "format": "csv"},
            "columns": [{"name": name, "type": "string"} for name in NAMES],
            **{"quality": {"threshold": 0.95}, "trigger": {"mode": "on_arrival"}},
        }
    )
    with path.open("rb") as source:
        content = read_content(iter(lambda: source.read(CHUNK), b""))
    fault = find_fault(content, dataset)
    if fault is not None:
        raise ValueError(f"{path}: {fault.reason}")
    return content.size


def by_csv_module(path: Path) -> int:
    """The standard library's reader."""
    import csv  # noqa: PLC0415

    with path.open(encoding="utf-8", newline="") as source:
        return sum(1 for _ in csv.reader(source)) - 1


def by_pyarrow(path: Path) -> int:
    """pyarrow's streaming reader."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import csv  # noqa: PLC0415

    options = csv.ConvertOptions(column_types=dict.fromkeys(NAMES, pa.string()))
    reading = csv.ReadOptions(use_threads=False, block_size=CHUNK)
    with csv.open_csv(path, read_options=reading, convert_options=options) as reader:
        return sum(batch.num_rows for batch in reader)


def by_polars(path: Path) -> int:
    """polars, streaming; every column takes part, or it would not be read."""
    import polars as pl  # noqa: PLC0415

    lines = pl.scan_csv(path, infer_schema=False)
    longest = lines.select(pl.len(), pl.all().str.len_bytes().max().name.prefix("longest_"))
    return int(longest.collect(engine="streaming")["len"][0])


def by_duckdb(path: Path) -> int:
    """DuckDB; every column takes part, or it would not be read."""
    import duckdb  # noqa: PLC0415

    columns = dict.fromkeys(NAMES, "VARCHAR")
    longest = ", ".join(f"max(strlen({name}))" for name in NAMES)
    connection = duckdb.connect(config={"threads": 1, "memory_limit": "1GB"})
    query = (
        f"SELECT count(*), {longest} FROM read_csv(?, columns = {columns}, auto_detect = false, "
    )
    query += "header = true, delim = ',', quote = '\"', escape = '\"')"
    return int(connection.execute(query, [str(path)]).fetchall()[0][0])


WAYS: dict[str, tuple[Callable[[Path], int], tuple[str, ...]]] = {
    "inspect": (by_inspection, ()),
    "csv": (by_csv_module, ()),
    "pyarrow": (by_pyarrow, ("pyarrow",)),
    "polars": (by_polars, ("polars", "polars-runtime-32")),
    "duckdb": (by_duckdb, ("duckdb",)),
}


def measure_here(name: str, path: Path) -> dict[str, float]:
    """Run one way in this process; seconds of wall and CPU, peak memory in MB."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    way, _ = WAYS[name]
    with tempfile.TemporaryDirectory() as folder:
        # What is imported and set up once in the life of a function does not count.
        small = Path(folder) / "small.csv"
        write_sample(small, 1)
        way(small)
    wall, cpu = time.perf_counter(), time.process_time()
    found = way(path)
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "found": found,
    }


def package_mb(name: str) -> float | None:
    """Size of a library as it is installed here, in MB; None if it is part of Python."""
    packages = WAYS[name][1]
    files = [file for package in packages for file in distribution(package).files or ()]
    return sum(Path(str(file.locate())).stat().st_size for file in files) / 1e6 if files else None


def rounds(path: Path, count: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Measure every way once in each round, each in a process of its own."""
    for _ in range(count):
        for name in WAYS:
            answer = subprocess.run(
                [sys.executable, "-m", "benchmarks.inspect_readers", "--way", name, str(path)],
                check=True,
                capture_output=True,
                text=True,
            )
            yield name, json.loads(answer.stdout)


def main() -> None:
    """Measure, and print one line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("file", nargs="?", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(measure_here(given.way, given.file)))
        return
    sizes = {name: package_mb(name) for name in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write_sample(path, given.megabytes)
        found: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
        for name, measured in rounds(path, given.rounds):
            found[name].append(measured)
        report(found, path.stat().st_size / 1e6, sizes)


def report(
    found: dict[str, list[dict[str, float]]], megabytes: float, sizes: dict[str, float | None]
) -> None:
    """Print medians, and how `inspect` stands to the fastest library; fails below 70 %."""
    print(f"{megabytes:.0f} MB, one CPU, medians of {len(found['inspect'])} interleaved rounds")
    print(f"{'way':9}{'CPU s':>8}{'wall s':>8}{'MB/CPU s':>10}{'peak MB':>9}{'package MB':>12}")
    speeds = {}
    for name, runs in found.items():
        cpu, wall, peak = (
            statistics.median(run[key] for run in runs) for key in ("cpu", "wall", "peak_mb")
        )
        speeds[name] = megabytes / cpu
        size = "-" if sizes[name] is None else f"{sizes[name]:.0f}"
        print(f"{name:9}{cpu:8.2f}{wall:8.2f}{speeds[name]:10.0f}{peak:9.0f}{size:>12}")
    fastest = max(set(WAYS) - {"inspect"}, key=lambda name: speeds[name])
    share = speeds["inspect"] / speeds[fastest]
    print(f"inspect goes at {share:.0%} of the speed of {fastest}, the fastest reader")
    if share < 0.7:
        raise SystemExit("inspect is slower than 70 % of the fastest reader")


if __name__ == "__main__":
    main()
