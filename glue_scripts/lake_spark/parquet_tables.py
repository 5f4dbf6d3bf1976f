"""Parquet tables in the Glue catalog: how a run stages its rows, and how a table is read.

Every partition's location is a folder `<partition>/run-<run id>/`, so that a partition changes by
pointing its catalog entry to another folder; so does a table without partitions. A run stages below
`_staging/`, where no reader and no crawler looks.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pyspark.sql import DataFrame, SparkSession

from lake_spark.catalog import find_table, list_partitions
from lake_spark.columns import ARRIVED
from lake_spark.contract import Contract
from lake_spark.errors import ContractMismatch
from lake_spark.lines import escape_glob
from lake_spark.sql import quoted
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
    def partition_columns(self) -> list[tuple[str, str, str]]:
        """Name, type and description of the columns that are in the paths."""
        return [
            (column.name, column.type, column.description)
            for name in self.partition_by
            for column in self.contract.columns
            if column.name == name
        ]

    @property
    def file_columns(self) -> list[tuple[str, str, str]]:
        """Name, type and description of the columns that are in the files."""
        return [
            (column.name, column.type, column.description)
            for column in self.contract.stored_columns
            if column.name not in self.partition_by
        ]

    def entry(self) -> dict[str, Any] | None:
        """Give the catalog's entry, None if there is none.

        Raises `ContractMismatch` if it cannot become the contract's table by new columns alone.
        """
        entry = find_table(self.database, self.contract.name)
        if entry is None:
            return None
        parameters = entry.get("Parameters", {})
        if parameters.get("classification") != "parquet":
            raise self._mismatch("the table in the catalog is not a Parquet table")
        partitions = [column["Name"] for column in entry.get("PartitionKeys", [])]
        if partitions != list(self.partition_by):
            raise self._mismatch(
                f"partitioned by {partitions}, the contract says {list(self.partition_by)}"
            )
        wanted = {name: type_name for name, type_name, _ in self.file_columns}
        known = {column["Name"] for column in entry["StorageDescriptor"]["Columns"]}
        added = [name for name in wanted if name not in known and name != ARRIVED]
        if added and self.contract.evolution == "strict":
            raise self._mismatch(
                f"column {added[0]!r} is added, and evolution strict does not allow it; say "
                "evolution: additive"
            )
        for column in entry["StorageDescriptor"]["Columns"]:
            name, found = column["Name"], column["Type"]
            if name == ARRIVED:
                continue
            if wanted.get(name, "").replace(" ", "") != found.replace(" ", ""):
                raise self._mismatch(
                    f"column {name!r} is {found} in the table and {wanted.get(name, 'absent')} "
                    "in the contract"
                )
        return entry

    def _mismatch(self, difference: str) -> ContractMismatch:
        return ContractMismatch(
            f"{self.plain_name}: {difference} ({self.contract.name} {self.contract.version}); "
            "take the change back, or make it under a new dataset name"
        )

    def published_run(self) -> str | None:
        """Give the id of the run published last."""
        entry = self.entry()
        return None if entry is None else entry.get("Parameters", {}).get(RUN_ID)

    def locations(self) -> dict[tuple[str, ...], str]:
        """Give each partition's folder by its values; a table without partitioning is one, `()`."""
        entry = self.entry()
        if entry is None:
            return {}
        if self.partition_by:
            return list_partitions(self.database, self.contract.name)
        return {(): entry["StorageDescriptor"]["Location"]}

    def read(self, partitions: Collection[tuple[str, ...]] | None = None) -> DataFrame:
        """Read what readers see now, or only the partitions with the given values."""
        entry = self.entry()
        folders = [
            location
            for values, location in self.locations().items()
            if partitions is None or values in partitions
        ]
        if entry is None or not folders:
            return self.spark.createDataFrame([], self.schema())
        reader = self.spark.read.schema(self.schema())
        if self.partition_by:
            # Below this folder, names such as `month=1` are values.
            reader = reader.option("basePath", entry["StorageDescriptor"]["Location"])
        rows = reader.parquet(*(escape_glob(folder) for folder in folders))
        return rows.select(*(quoted(name) for name in self.contract.stored_names))

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
