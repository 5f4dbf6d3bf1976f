"""Where a run's good rows go, unseen by readers: what every table format offers."""

from dataclasses import dataclass
from typing import Protocol

from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Staged:
    """What staging wrote: the number of rows, and for Iceberg the branch and its snapshot.

    `stale` of the rows did not win, because the table has a newer version of them;
    `changes` says in words how the table's columns were brought to the contract's. `emptied` is
    a replacement of some partitions by nothing.
    """

    rows: int
    branch: str | None
    snapshot_id: str | None
    stale: int = 0
    changes: tuple[str, ...] = ()
    emptied: bool = False


class Sink(Protocol):
    """A place for one run's rows."""

    @property
    def table(self) -> str:
        """The table's name in reports."""

    def is_published(self) -> bool:
        """Tell whether the run's rows are what readers see already."""

    def stage(self, rows: DataFrame) -> Staged:
        """Write the rows, in one action over them, replacing an earlier attempt of the run."""

    def discard(self) -> None:
        """Remove what `stage` wrote."""
