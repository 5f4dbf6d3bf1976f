"""A run's good rows on a branch of an Iceberg table."""

from dataclasses import dataclass

from pyspark.sql import DataFrame

from lake_spark.sinks import Staged
from lake_spark.sql import quoted
from lake_spark.storage import delete_prefix
from lake_spark.tables import IcebergTable, branch_of

ADDED = "added-records"
"""Iceberg's own count of the rows of a commit."""


@dataclass(frozen=True)
class IcebergSink:
    """The run's branch of an Iceberg table.

    `scratch_uri` is a folder, the dataset's own, for the rows of a merge: it reads them twice.
    `scope` is a condition on partition columns: a replacement replaces what meets it, and no more.
    """

    target: IcebergTable
    run_id: str
    scratch_uri: str
    scope: str | None = None

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
        return self.target.published_snapshot(self.run_id) is not None

    def stage(self, rows: DataFrame) -> Staged:
        """Write the rows on a new branch of current main, as the contract's write mode says."""
        contract, target = self.target.contract, self.target
        # A run that was killed leaves what it wrote here.
        delete_prefix(self.scratch_uri)
        target.fit_to_contract()
        target.start_branch(self.branch)
        good = rows.select(*(quoted(name) for name in contract.column_names))
        if contract.write_mode == "merge" and target.has_rows():
            return self._merge(good)
        if contract.write_mode == "replace":
            target.replace(good, self.branch, self.run_id, self.scope)
        else:
            target.append(good, self.branch, self.run_id)
        return self._staged(None)

    def _merge(self, good: DataFrame) -> Staged:
        good.write.mode("overwrite").parquet(self.scratch_uri)
        rows = self.target.spark.read.schema(good.schema).parquet(self.scratch_uri)
        self.target.merge(rows, self.branch, self.run_id)
        staged = self._staged(rows.count())
        delete_prefix(self.scratch_uri)
        return staged

    def _staged(self, rows: int | None) -> Staged:
        head = self.target.state().head(self.branch)
        assert head is not None  # noqa: S101 - it was written just now
        count = int(head.summary.get(ADDED, 0)) if rows is None else rows
        return Staged(count, self.branch, str(head.id), emptied=not count and bool(self.scope))

    def discard(self) -> None:
        """Drop the branch."""
        self.target.drop_branch(self.branch)
