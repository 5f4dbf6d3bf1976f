"""Commits of files that are written already: nothing is copied and nothing is read but metadata.

Iceberg's SQL has no words for these, so its Java library is called through Spark's own gateway:
https://iceberg.apache.org/docs/1.10.0/java-api-quickstart/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lake_spark.tables import CATALOG, IcebergTable


def carry_over(
    table: IcebergTable,
    snapshot_id: int,
    branch: str,
    properties: Mapping[str, str],
    *,
    whole: bool = False,
) -> None:
    """Do on a branch what a snapshot did where it was made, in one commit with properties.

    The files that the snapshot added are added, those that it removed are removed; with `whole`,
    everything that the branch holds is. Iceberg refuses if a file to be removed is not there.
    """
    java = _java_table(table)
    snapshot, io = java.snapshot(snapshot_id), java.io()
    added = list(_each(snapshot.addedDataFiles(io)))
    removed = list(_each(snapshot.removedDataFiles(io)))
    if whole or removed:
        commit = java.newOverwrite()
        for file in () if whole else removed:
            commit.deleteFile(file)
        if whole:
            commit.overwriteByRowFilter(_jvm(table).expressions.Expressions.alwaysTrue())
        for file in added:
            commit.addFile(file)
    else:
        commit = java.newAppend()
        for file in added:
            commit.appendFile(file)
    for name, value in properties.items():
        commit.set(name, value)
    commit.toBranch(branch).commit()


def _java_table(table: IcebergTable) -> Any:
    name = f"{CATALOG}.{table.database}.{table.contract.name}"
    java = _jvm(table).spark.Spark3Util.loadIcebergTable(table.spark._jsparkSession, name)
    # Spark may remember the table as it was before another process changed it.
    java.refresh()
    return java


def _jvm(table: IcebergTable) -> Any:
    context: Any = table.spark.sparkContext
    return context._jvm.org.apache.iceberg


def _each(iterable: Any) -> Iterator[Any]:
    iterator = iterable.iterator()
    while iterator.hasNext():
        yield iterator.next()
