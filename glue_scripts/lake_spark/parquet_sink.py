"""A run's good rows as Parquet files beside their table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.errors import AuditFailed
from lake_spark.evolution import ADD as ADD_COLUMN
from lake_spark.merging import newer_or_equal
from lake_spark.parquet_publishing import ADD, REPLACE_PARTITIONS, REPLACE_TABLE, undo_abandoned
from lake_spark.parquet_tables import ParquetTable, staged_files
from lake_spark.sinks import Staged
from lake_spark.sql import quoted
from lake_spark.storage import delete_prefix, write_json

ADVISORY = "spark.sql.adaptive.advisoryPartitionSizeInBytes"
TARGET_BYTES = 256 * 1024 * 1024
"""How much is moved to a task for a file of its own; a file is about half of that.

Rows are moved as they are, and stored by column. Smaller files than that a compaction would soon
write again.
"""


@contextmanager
def _moved_in(spark: SparkSession, size: int) -> Iterator[None]:
    """Have queries inside move rows to tasks of a size in bytes, where that keeps cores busy."""
    before = spark.conf.get(ADVISORY)
    spark.conf.set(ADVISORY, str(size))
    try:
        yield
    finally:
        spark.conf.set(ADVISORY, str(before))


@dataclass(frozen=True)
class ParquetSink:
    """A folder of the run below the dataset's folder for staging, `staging_uri`."""

    target: ParquetTable
    run_id: str
    staging_uri: str

    @property
    def run_uri(self) -> str:
        """The run's own folder."""
        return f"{self.staging_uri}{self.run_id}/"

    @property
    def table(self) -> str:
        """The table's name in reports."""
        return self.target.plain_name

    def is_published(self) -> bool:
        """Tell whether this run is the one published last."""
        return self.target.published_run() == self.run_id

    def stage(self, rows: DataFrame) -> Staged:
        """Write the rows, merged with the table's if the contract says so, and how to publish."""
        contract = self.target.contract
        undo_abandoned(self.target, self.staging_uri)
        changes = self.target.changes()
        rewrites = any(change.kind != ADD_COLUMN for change in changes)
        base = self.target.published_run()
        good = rows.select(*(quoted(name) for name in contract.stored_names))
        merging = contract.write_mode == "merge" and base is not None
        self._write(good, "new" if merging else "rows")
        written = self._read("new" if merging else "rows")
        count = written.count()
        if not count:
            # Nothing will be published, so the table stays as it is.
            return Staged(0, None, None)
        scope, stale = REPLACE_TABLE if contract.write_mode == "replace" else ADD, 0
        if merging:
            scope, stale = self._merge(written, rewrites)
        elif rewrites and scope == ADD:
            scope = self._add_held(count)
        write_json(f"{self.run_uri}staged.json", {"base_run": base, "scope": scope})
        return Staged(count, None, None, stale, tuple(change.words for change in changes))

    def _add_held(self, new: int) -> str:
        """Write the table's rows beside the new ones, with the contract's columns."""
        held = self.target.read()
        self._write(held, "rows", "append")
        expected, found = held.count() + new, self._read("rows").count()
        if found != expected:
            raise AuditFailed(
                f"{self.table}: the table written anew for its contract has {found} rows, and not "
                f"{expected}; the table is as it was; stage run {self.run_id} again"
            )
        return REPLACE_TABLE

    def _merge(self, new: DataFrame, rewrites: bool) -> tuple[str, int]:
        """Write what the touched partitions become; all of them, if a row may change its own.

        All of them as well where the table is written anew. Also counts the new rows that do not
        win.
        """
        contract = self.target.contract
        keys = list(contract.primary_key)
        stays = set(self.target.partition_by) <= set(keys) and not rewrites
        touched = set(staged_files(f"{self.run_uri}new/")) if stays else None
        held = self.target.read(touched)
        newer, stale = new, 0
        if contract.newest_by:
            same_key = " AND ".join(f"t.{quoted(key)} = s.{quoted(key)}" for key in keys)
            beaten = F.expr(f"{same_key} AND NOT {newer_or_equal(contract)}")
            newer = new.alias("s").join(held.alias("t"), beaten, "left_anti")
            stale = new.alias("s").join(held.alias("t"), beaten, "left_semi").count()
        kept = held.join(newer.select(*keys), keys, "left_anti")
        self._write(kept.unionByName(newer), "rows")
        return REPLACE_PARTITIONS if stays else REPLACE_TABLE, stale

    def _write(self, rows: DataFrame, folder: str, mode: str = "overwrite") -> None:
        columns = [quoted(name) for name in self.target.contract.partition_by]
        if columns:
            # Rows of a partition come together, into as many files as their size asks for.
            names = ", ".join(columns)
            hint = f"SELECT /*+ REBALANCE({names}) */ * FROM {{rows}}"  # noqa: S608 - quoted
            rows = self.target.spark.sql(hint, rows=rows).sortWithinPartitions(*columns)
        writer = (
            rows.write.mode(mode)
            .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
            .partitionBy(*self.target.partition_by)
        )
        with _moved_in(self.target.spark, TARGET_BYTES):
            writer.parquet(f"{self.run_uri}{folder}/")

    def _read(self, folder: str) -> DataFrame:
        rows = self.target.spark.read.schema(self.target.schema())
        return rows.parquet(f"{self.run_uri}{folder}/")

    def discard(self) -> None:
        """Delete the run's folder."""
        delete_prefix(self.run_uri)
