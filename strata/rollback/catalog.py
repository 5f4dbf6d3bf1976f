"""The entries of one Parquet table in the Glue catalog, as a command moves them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strata.errors import StrataError
from strata.lakes import Lake

Values = tuple[str, ...]
"""A partition's values; `()` stands for a table without partitions."""
_GIVEN = (
    *("Name", "Description", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor"),
)
_BATCH = 100
"""How many partitions Glue takes in one call."""


@dataclass(frozen=True)
class Catalog:
    """One table by its database and name."""

    lake: Lake
    database: str
    name: str

    def table(self) -> dict[str, Any]:
        """Give the table's entry; raises `StrataError` if there is none."""
        glue = self._glue
        try:
            return dict(glue.get_table(**self._where("Name"))["Table"])
        except glue.exceptions.EntityNotFoundException:
            raise StrataError(f"there is no table {self.database}.{self.name}") from None

    def as_given(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """Give the parts of an entry that it can be put back with."""
        return {name: entry[name] for name in _GIVEN if name in entry}

    def locations(self) -> dict[Values, str]:
        """Give the folder of every partition, or of the table that has none."""
        entry = self.table()
        if not entry.get("PartitionKeys"):
            return {(): entry["StorageDescriptor"]["Location"]}
        pages = self._glue.get_paginator("get_partitions").paginate(**self._where("TableName"))
        return {
            tuple(one["Values"]): one["StorageDescriptor"]["Location"]
            for page in pages
            for one in page["Partitions"]
        }

    def switch(self, folders: Mapping[Values, str | None], parameters: Mapping[str, str]) -> None:
        """Point partitions to folders, drop those without one, then set parameters of the table.

        A table without partitions changes in one call. Raises `StrataError` with Glue's words for
        the first refusal.
        """
        entry = self.table()
        given = self.as_given(entry)
        if not given.get("PartitionKeys"):
            given["StorageDescriptor"] = {**given["StorageDescriptor"], "Location": folders[()]}
        else:
            self._move(folders, given["StorageDescriptor"])
        given["Parameters"] = {**given.get("Parameters", {}), **parameters}
        version = {"VersionId": entry["VersionId"]} if "VersionId" in entry else {}
        self._glue.update_table(
            DatabaseName=self.database, TableInput=given, SkipArchive=True, **version
        )

    def _move(self, folders: Mapping[Values, str | None], storage: Mapping[str, Any]) -> None:
        now = self.locations()
        entries = [
            {"Values": list(values), "StorageDescriptor": {**storage, "Location": folder}}
            for values, folder in folders.items()
            if folder
        ]
        known = [one for one in entries if tuple(one["Values"]) in now]
        new = [one for one in entries if tuple(one["Values"]) not in now]
        for start in range(0, len(known), _BATCH):
            updates = [
                {"PartitionValueList": one["Values"], "PartitionInput": one}
                for one in known[start : start + _BATCH]
            ]
            self._check(
                self._glue.batch_update_partition(**self._where("TableName"), Entries=updates)
            )
        for start in range(0, len(new), _BATCH):
            inputs = new[start : start + _BATCH]
            self._check(
                self._glue.batch_create_partition(
                    **self._where("TableName"), PartitionInputList=inputs
                )
            )
        for values, folder in folders.items():
            if not folder and values in now:
                self._glue.delete_partition(
                    **self._where("TableName"), PartitionValues=list(values)
                )

    def _check(self, answer: Mapping[str, Any]) -> None:
        for refused in answer.get("Errors", []):
            raise StrataError(f"{self.database}.{self.name}: Glue refused a partition: {refused}")

    def _where(self, name: str) -> dict[str, str]:
        return {"DatabaseName": self.database, name: self.name}

    @property
    def _glue(self) -> Any:
        return self.lake.client("glue")
