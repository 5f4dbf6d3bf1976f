"""Rows brought into a table by primary key: the newest version of each key stays."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.commits import carry_over
from lake_spark.contract import Contract
from lake_spark.pruning import key_conditions
from lake_spark.sql import quoted
from lake_spark.tables import WORK, IcebergTable


@dataclass(frozen=True)
class Merge:
    """A batch, unique by key, on its way into a table; `rows` are read more than once."""

    table: IcebergTable
    rows: DataFrame
    conditions: tuple[str, ...]

    @classmethod
    def of(cls, table: IcebergTable, rows: DataFrame) -> "Merge":
        """Look at the batch's keys to find out which part of the table they can meet."""
        return cls(table, rows, tuple(key_conditions(rows, table.contract, "t")))

    def into(self, branch: str, run_id: str, notes: dict[str, str] | None = None) -> None:
        """Merge into a branch, in one commit that names the run and bears the notes.

        SQL cannot name the run in its commit. So it works on a branch beside, whose files are then
        committed once more, under the run's name.
        """
        work = f"{branch}{WORK}"
        self.table.drop_branches(work)
        self.table.create_branch(work)
        self._sql(work)
        head = self.table.state().head(work)
        assert head is not None  # noqa: S101 - it was written just now
        carry_over(self.table, head.id, branch, self.table.properties(run_id) | (notes or {}))
        self.table.drop_branches(work)

    def statement(self, branch: str, view: str) -> str:
        """Give the SQL that merges a view into a branch."""
        is_newer = newer_or_equal(self.table.contract)
        return (
            f"MERGE INTO {self.table.name}.`branch_{branch}` t USING {view} s ON {self._meets()}"
            f" WHEN MATCHED{f' AND {is_newer}' if is_newer else ''} THEN UPDATE SET *"
            " WHEN NOT MATCHED THEN INSERT *"
        )

    def _sql(self, branch: str) -> None:
        view = f"merge_{self.table.contract.name}"
        self.rows.createOrReplaceTempView(view)
        try:
            self.table.spark.sql(self.statement(branch, view))
        finally:
            self.table.spark.catalog.dropTempView(view)

    def _meets(self) -> str:
        keys = self.table.contract.primary_key
        same_key = [f"t.{quoted(key)} = s.{quoted(key)}" for key in keys]
        return " AND ".join([*same_key, *self.conditions])

    def found_in(self, branch: str) -> int:
        """Count the batch's keys in a branch; rows that have the same key count each."""
        return self._joined(branch).count()

    def stale_in(self, branch: str) -> int:
        """Count the rows of the batch of which a branch has a newer version."""
        is_newer = newer_or_equal(self.table.contract)
        if not is_newer or not self._may_be_stale(branch):
            return 0
        return self._joined(branch).filter(f"NOT ({is_newer})").count()

    def _may_be_stale(self, branch: str) -> bool:
        """Tell from the table's statistics, which cost no scan, and the batch's oldest version."""
        newest_by = quoted(self.table.contract.newest_by or "")
        published = self._branch(branch).selectExpr(f"max({newest_by}) AS newest")
        oldest = self.rows.selectExpr(f"min({newest_by}) AS oldest")
        return not published.join(oldest).filter("oldest >= newest OR newest IS NULL").count()

    def _joined(self, branch: str) -> DataFrame:
        rows = self.rows.alias("s")
        return self._branch(branch).alias("t").join(rows, F.expr(self._meets()))

    def _branch(self, branch: str) -> DataFrame:
        return self.table.spark.read.option("branch", branch).table(self.table.name)


def newer_or_equal(contract: Contract) -> str:
    """Give the condition under which row `s` replaces row `t` of the same key; empty for always.

    A version that is equal wins, so that a correction of the same version is taken; one without a
    version is older than any.
    """
    if contract.newest_by is None:
        return ""
    version = quoted(contract.newest_by)
    return f"(t.{version} IS NULL OR coalesce(s.{version} >= t.{version}, false))"
