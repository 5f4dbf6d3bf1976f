"""Strata's jobs for a run whose every key is in the table already: all of it is merged."""

from pathlib import Path

from benchmarks.contenders.strata_append import export, run
from benchmarks.contenders.strata_parquet import start_spark
from benchmarks.work import NEXT_RUN, RUN, contend


def load(source: Path, target: Path) -> None:
    """Publish the input into the empty table."""
    start_spark(target, source)
    run(RUN)


def work(_: Path, __: Path) -> None:
    """Publish the same input once more."""
    run(NEXT_RUN)


if __name__ == "__main__":
    contend(work, before=load, after=export)
