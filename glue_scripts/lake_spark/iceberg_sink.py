"""A run's good rows on a branch of an Iceberg table."""

from dataclasses import dataclass, replace

from pyspark.sql import DataFrame

from lake_spark.iceberg_evolution import fit_to_contract
from lake_spark.merging import Merge
from lake_spark.sinks import Staged
from lake_spark.sql import quoted
from lake_spark.storage import delete_prefix
from lake_spark.tables import IcebergTable, branch_of, branches_of

ADDED = "added-records"
"""Iceberg's own count of the rows of a commit."""
SCOPE = "strata.replaced"
"""The snapshot property with the condition on what a replacement replaced, if not all."""


@dataclass(frozen=True)
class IcebergSink:
    """The run's branch of an Iceberg table.

    `staging_uri` is a folder, the dataset's own, for the rows of merges: they are read several
    times, the last time when the run is published, in case that the table has moved meanwhile.
    `scope` is a condition on partition columns: a replacement replaces what meets it, and no more.
    """

    target: IcebergTable
    run_id: str
    staging_uri: str
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
        # What earlier runs, killed or not published, have left.
        delete_prefix(self.staging_uri)
        changes = fit_to_contract(target)
        target.start_branch(self.branch)
        good = rows.select(*(quoted(name) for name in contract.stored_names))
        if contract.write_mode == "merge" and target.has_rows():
            return self._merge(good, changes)
        if contract.write_mode == "replace":
            replace_scope(target, good, self.branch, self.run_id, self.scope)
        else:
            target.append(good, self.branch, self.run_id)
        return self._staged(None, changes=changes)

    def _merge(self, good: DataFrame, changes: tuple[str, ...]) -> Staged:
        folder = rows_uri(self.staging_uri, self.run_id)
        good.write.mode("overwrite").parquet(folder)
        merge = Merge.of(self.target, self.target.spark.read.schema(good.schema).parquet(folder))
        stale = merge.stale_in(self.branch)
        merge.into(self.branch, self.run_id)
        return self._staged(merge.rows.count(), stale, changes)

    def _staged(self, rows: int | None, stale: int = 0, changes: tuple[str, ...] = ()) -> Staged:
        head = self.target.state().head(self.branch)
        assert head is not None  # noqa: S101 - it was written just now
        count = int(head.summary.get(ADDED, 0)) if rows is None else rows
        emptied = not count and bool(self.scope)
        return Staged(count, self.branch, str(head.id), stale, changes, emptied)

    def discard(self) -> None:
        """Drop the branch and the rows beside it."""
        self.target.drop_branches(*branches_of(self.run_id))
        delete_prefix(self.staging_uri)


def replace_scope(
    table: IcebergTable, rows: DataFrame, branch: str, run_id: str, scope: str | None
) -> None:
    """Replace what meets a condition, and write the condition down for whoever does it again."""
    if scope is not None:
        table = replace(table, notes={**table.notes, SCOPE: scope})
    table.replace(rows, branch, run_id, scope)


def rows_uri(staging_uri: str, run_id: str) -> str:
    """Give the folder where a run keeps the rows of its merge until it is published."""
    return f"{staging_uri}{run_id}/rows/"
