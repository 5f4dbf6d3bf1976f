"""A staged change done once more, because main has moved since: on the new main, and audited."""

from dataclasses import dataclass, replace

from pyspark.sql import DataFrame

from lake_spark.commits import carry_over
from lake_spark.errors import AuditFailed
from lake_spark.iceberg_sink import SCOPE, rows_uri
from lake_spark.merging import Merge
from lake_spark.metadata import Snapshot
from lake_spark.storage import list_keys
from lake_spark.tables import REPLAY, IcebergTable, branch_of

REPLAYED = "strata.replay-of"
"""The snapshot property that names the staged snapshot which was done once more."""


@dataclass(frozen=True)
class Replay:
    """The staged change of a run.

    `staged` is its snapshot, `rows` how many rows were judged; `staging_uri` is the dataset's
    folder, where a merge has left its rows.
    """

    table: IcebergTable
    run_id: str
    staged: Snapshot
    rows: int
    staging_uri: str

    @property
    def branch(self) -> str:
        """The name of the branch on which the change is done again."""
        return f"{branch_of(self.run_id)}{REPLAY}"

    def on_main(self) -> None:
        """Do the change on a new branch of main as it is now, and audit what came out.

        The files of an append or of a whole replacement are taken as they are. A merge and a
        replacement of some partitions are worked out again, since what they have to replace is in
        other files now. Raises `AuditFailed`.
        """
        self.table.drop_branches(self.branch)
        self.table.create_branch(self.branch)
        mode, scope = self.table.contract.write_mode, self.staged.summary.get(SCOPE)
        if mode == "merge":
            merge = Merge.of(self.table, self._merged_rows())
            merge.into(self.branch, self.run_id, self._properties())
            self._audit("keys", merge.found_in(self.branch))
        elif scope is not None:
            table = replace(self.table, notes=self._properties())
            rows = self._at(branch_of(self.run_id)).filter(scope)
            table.replace(rows, self.branch, self.run_id, scope)
            self._audit("rows", self._at(self.branch).filter(scope).count())
        else:
            whole = mode == "replace"
            carry_over(self.table, self.staged.id, self.branch, self._properties(), whole=whole)
            self._audit("rows", self._rows_added(whole=whole))

    def _properties(self) -> dict[str, str]:
        """Give what the staged snapshot says of its run, and of which one this is a repetition."""
        said = {
            name: value for name, value in self.staged.summary.items() if name.startswith("strata.")
        }
        return said | {REPLAYED: str(self.staged.id)}

    def _at(self, branch: str) -> DataFrame:
        return self.table.spark.read.option("branch", branch).table(self.table.name)

    def _merged_rows(self) -> DataFrame:
        """Give the rows that were merged; onto an empty table, they were simply written."""
        reader = self.table.spark.read
        folder = rows_uri(self.staging_uri, self.run_id)
        if any(key.endswith(".parquet") for key in list_keys(folder)):
            schema = self.table.spark.table(self.table.name).schema
            return reader.schema(schema).parquet(folder)
        if self.staged.parent is None:
            return reader.option("snapshot-id", str(self.staged.id)).table(self.table.name)
        since = reader.option("start-snapshot-id", str(self.staged.parent))
        return since.option("end-snapshot-id", str(self.staged.id)).table(self.table.name)

    def _rows_added(self, *, whole: bool) -> int:
        """Count what the branch has and main had not, by Iceberg's own totals."""
        state = self.table.state()
        head = state.head(self.branch)
        assert head is not None  # noqa: S101 - it was written just now
        before = state.snapshots.get(head.parent or 0)
        held = 0 if whole or before is None else before.rows
        return head.rows - held

    def _audit(self, what: str, found: int) -> None:
        if found != self.rows:
            raise AuditFailed(
                f"{self.table.plain_name}: run {self.run_id} was done again on a table that had "
                f"moved, and gave {found} of its {self.rows} {what}; nothing was published, stage "
                "the run again"
            )
