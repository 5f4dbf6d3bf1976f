"""Where a run's good rows go unseen by readers: one class for each table format."""

from dataclasses import dataclass
from typing import Protocol

from pyspark.sql import DataFrame, SparkSession

from lake_spark.contract import Contract
from lake_spark.names import column_of
from lake_spark.storage import delete_prefix
from lake_spark.tables import IcebergTable, branch_of

ADDED = "added-records"
"""Iceberg's own count of the rows of a commit."""


@dataclass(frozen=True)
class Staged:
    """What staging wrote: the number of rows, and for Iceberg the branch and its snapshot."""

    rows: int
    branch: str | None
    snapshot_id: str | None


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


@dataclass(frozen=True)
class IcebergSink:
    """The run's branch of an Iceberg table.

    `scratch_uri` is a folder for the rows of a merge, which reads them more than once.
    """

    target: IcebergTable
    run_id: str
    scratch_uri: str

    @property
    def table(self) -> str:
        """The table's name in reports."""
        return self.target.plain_name

    @property
    def branch(self) -> str:
        """The name of the run's branch."""
        return branch_of(self.run_id)

    def is_published(self) -> bool:
        """Tell whether main has a snapshot of this run."""
        return self.target.exists() and self.target.published_snapshot(self.run_id) is not None

    def stage(self, rows: DataFrame) -> Staged:
        """Write the rows on a new branch of current main, as the contract's write mode says."""
        contract, target = self.target.contract, self.target
        target.fit_to_contract()
        target.start_branch(self.branch)
        good = rows.select(*(column_of(name) for name in contract.column_names))
        if contract.write_mode == "merge" and target.has_rows():
            return self._merge(good)
        write = target.replace if contract.write_mode == "replace" else target.append
        write(good, self.branch, self.run_id)
        snapshot, summary = next(target.ancestry(target.refs()[self.branch]))
        return Staged(int(summary.get(ADDED, 0)), self.branch, str(snapshot))

    def _merge(self, good: DataFrame) -> Staged:
        spark: SparkSession = self.target.spark
        good.write.mode("overwrite").parquet(self.scratch_uri)
        rows = spark.read.schema(good.schema).parquet(self.scratch_uri)
        self.target.merge(rows, self.branch, self.run_id)
        staged = Staged(rows.count(), self.branch, str(self.target.refs()[self.branch]))
        delete_prefix(self.scratch_uri)
        return staged

    def discard(self) -> None:
        """Drop the branch."""
        self.target.drop_branch(self.branch)


def sink_for(
    spark: SparkSession, contract: Contract, *, database: str, warehouse: str, run_id: str
) -> Sink:
    """Give the place for a contract's rows; `warehouse` is the zone's root URI, ending in `/`."""
    table = IcebergTable(spark, contract, database, f"{warehouse}{contract.name}/")
    return IcebergSink(table, run_id, f"{warehouse}_staging/{contract.name}/{run_id}/")
