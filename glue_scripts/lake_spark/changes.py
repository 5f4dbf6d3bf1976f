"""What changed in an Iceberg table since a snapshot: the partitions whose files are others now."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.metadata import Snapshot, TableMetadata
from lake_spark.sql import quoted

ADDED_OR_DELETED = (1, 2)
"""The statuses of manifest entries of files that a snapshot itself added or deleted:
https://iceberg.apache.org/spec/#manifest-entry-fields"""
COMPACTION = "replace"
"""The operation of snapshots that write the same rows into other files."""
Partition = tuple[Any, ...]


def snapshots_since(state: TableMetadata, head: int, since: int) -> list[Snapshot] | None:
    """Give the snapshots after `since` up to `head`, newest first.

    None if `since` is not in the history of `head` as far as it is kept: it has expired, or the
    table was rolled back or made anew.
    """
    found: list[Snapshot] = []
    snapshot = state.snapshots.get(head)
    while snapshot is not None and snapshot.id != since:
        found.append(snapshot)
        if snapshot.parent == since:
            return found
        snapshot = state.snapshots.get(snapshot.parent or 0)
    return found if snapshot is not None else None


def touched_partitions(
    spark: SparkSession, table: str, snapshots: Sequence[Snapshot], columns: Sequence[str]
) -> set[Partition] | None:
    """Give the values that these partition columns have in files which the snapshots changed.

    Reads manifests, never data. Compactions touch nothing. None if the table is, or was when a file
    was written, partitioned by other columns or names, so that the values are not known.
    """
    found: set[Partition] = set()
    for snapshot in snapshots:
        if snapshot.summary.get("operation") == COMPACTION:
            continue
        entries = spark.read.option("snapshot-id", str(snapshot.id)).table(f"{table}.entries")
        partition = entries.select("data_file.partition.*").columns
        if not set(columns) <= set(partition):
            return None
        own = (F.col("snapshot_id") == snapshot.id) & F.col("status").isin(*ADDED_OR_DELETED)
        fields = [F.col(f"data_file.partition.{quoted(name)}") for name in columns]
        found |= {tuple(row) for row in entries.filter(own).select(*fields).distinct().collect()}
    # A partition column is required, so that null can only stand for "not partitioned by it".
    return None if any(None in values for values in found) else found
