"""Parquet tables in the Glue catalog: how a run stages its rows, and how a table is read.

Every partition's location is a folder `<partition>/run-<run id>/`, so that a partition changes by
pointing its catalog entry to another folder; so does a table without partitions. A run stages below
`_staging/`, where no reader and no crawler looks.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any
from urllib.parse import unquote

from pyspark.sql import DataFrame, SparkSession

from lake_spark.catalog import PARQUET, find_table, list_partitions
from lake_spark.columns import ColumnContract
from lake_spark.contract import Contract
from lake_spark.errors import ContractMismatch
from lake_spark.evolution import ELSEWHERE, Change, changes_of, mismatch
from lake_spark.lines import escape_glob
from lake_spark.parquet_columns import columns_of, described, read_as
from lake_spark.storage import list_keys, split_uri

RUN_ID = "strata.run-id"
"""The table's parameter that names the run published last."""


@dataclass(frozen=True)
class ParquetTable:
    """The Parquet table of one contract; it may not exist yet. `location` ends in `/`."""

    spark: SparkSession
    contract: Contract
    database: str
    location: str

    @property
    def plain_name(self) -> str:
        """The table's name in reports."""
        return f"{self.database}.{self.contract.name}"

    @property
    def partition_by(self) -> tuple[str, ...]:
        """The columns of the catalog's partitions; none where the table changes as a whole.

        The catalog can change one table in one call, but not many partitions.
        """
        return () if self.contract.atomicity == "table" else self.contract.partition_by

    @property
    def partition_columns(self) -> list[ColumnContract]:
        """The columns that are in the paths."""
        columns = {column.name: column for column in self.contract.columns}
        return [columns[name] for name in self.partition_by]

    @property
    def file_columns(self) -> list[ColumnContract]:
        """The columns that are in the files."""
        return [
            column
            for column in self.contract.stored_columns
            if column.name not in self.partition_by
        ]

    def storage(self, location: str) -> dict[str, Any]:
        """Describe files at a location, with the contract's columns, for the catalog."""
        return {**PARQUET, "Columns": described(self.file_columns), "Location": location}

    def entry(self) -> dict[str, Any] | None:
        """Give the catalog's entry, None if there is none.

        Raises `ContractMismatch` if it is not that of a Parquet table.
        """
        entry = find_table(self.database, self.contract.name)
        if entry and entry.get("Parameters", {}).get("classification") != "parquet":
            raise self._mismatch("the table in the catalog is not a Parquet table")
        return entry

    def changes(self) -> tuple[Change, ...]:
        """Give what changes in the table for it to have the contract's columns.

        Raises `ContractMismatch` if the contract's evolution, or none, allows it; a table that
        nothing was published to yet becomes whatever the contract says.
        """
        entry = self.entry()
        if entry is None:
            return ()
        self._check_partitions(entry)
        if RUN_ID not in entry.get("Parameters", {}):
            return ()
        found = columns_of(entry["StorageDescriptor"])
        return changes_of(self.contract, self.plain_name, self.file_columns, found)

    def _check_partitions(self, entry: Mapping[str, Any]) -> None:
        """Refuse what the catalog cannot change: partitions are found by these columns' values."""
        found = {key["Name"]: key["Type"] for key in entry.get("PartitionKeys", [])}
        if list(found) != list(self.partition_by):
            raise self._mismatch(
                f"partitioned by {list(found)}, the contract says {list(self.partition_by)}"
            )
        for column in self.partition_columns:
            if found[column.name].replace(" ", "") != column.type.replace(" ", ""):
                raise self._mismatch(
                    f"column {column.name!r} is {found[column.name]} in the table and "
                    f"{column.type} in the contract, and a Parquet table is partitioned by it"
                )

    def _mismatch(self, difference: str) -> ContractMismatch:
        return mismatch(self.contract, self.plain_name, f"{difference}; {ELSEWHERE}")

    def published_run(self) -> str | None:
        """Give the id of the run published last."""
        entry = self.entry()
        return None if entry is None else entry.get("Parameters", {}).get(RUN_ID)

    def storages(self) -> dict[tuple[str, ...], dict[str, Any]]:
        """Give what the catalog says of each partition's files by its values.

        A table without partitioning is one partition, `()`.
        """
        entry = self.entry()
        if entry is None:
            return {}
        if self.partition_by:
            return list_partitions(self.database, self.contract.name)
        return {(): entry["StorageDescriptor"]}

    def locations(self) -> dict[tuple[str, ...], str]:
        """Give each partition's folder by its values."""
        return {values: storage["Location"] for values, storage in self.storages().items()}

    def read(self, partitions: Collection[tuple[str, ...]] | None = None) -> DataFrame:
        """Read what readers see now, or only the partitions with the given values.

        The columns are the contract's, whether the files have them already or not; raises
        `ContractMismatch` where the table cannot come to have them.
        """
        entry = self.entry()
        self.changes()
        kinds: dict[str, list[dict[str, Any]]] = {}
        for values, storage in self.storages().items():
            if partitions is None or values in partitions:
                kinds.setdefault(json.dumps(storage["Columns"]), []).append(storage)
        if entry is None or not kinds:
            return self.spark.createDataFrame([], self.schema())
        base = entry["StorageDescriptor"]["Location"]
        return reduce(DataFrame.unionByName, (self._read(base, alike) for alike in kinds.values()))

    def _read(self, base: str, storages: Sequence[Mapping[str, Any]]) -> DataFrame:
        """Read folders whose files have the same columns."""
        schema, selected = read_as(
            columns_of(storages[0]), self.contract.stored_columns, self.partition_columns
        )
        reader = self.spark.read.schema(schema)
        if self.partition_by:
            # Below this folder, names such as `month=1` are values.
            reader = reader.option("basePath", base)
        rows = reader.parquet(*(escape_glob(storage["Location"]) for storage in storages))
        return rows.selectExpr(*selected)

    def schema(self) -> str:
        """Give the contract's columns as Spark's schema language."""
        return ", ".join(
            f"`{column.name}` {column.type}" for column in self.contract.stored_columns
        )


def staged_files(folder_uri: str) -> Mapping[tuple[str, ...], list[str]]:
    """Give the keys of the Parquet files below a folder by their partition's values."""
    _, prefix = split_uri(folder_uri)
    files: dict[tuple[str, ...], list[str]] = {}
    for key in list_keys(folder_uri):
        if key.endswith(".parquet"):
            names = key.removeprefix(prefix).split("/")[:-1]
            files.setdefault(partition_values(names), []).append(key)
    return files


def partition_values(folders: Sequence[str]) -> tuple[str, ...]:
    """Give the values out of folder names such as `month=1`, as Hive escapes them."""
    return tuple(unquote(folder.partition("=")[2]) for folder in folders)
