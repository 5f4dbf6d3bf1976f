"""An Iceberg table's own metadata file, read directly: no Spark job, and never out of date.

The format is fixed by https://iceberg.apache.org/spec/#table-metadata-fields.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lake_spark.catalog import find_table
from lake_spark.errors import ContractMismatch
from lake_spark.storage import read_json

MAIN = "main"
"""The branch that readers see."""


@dataclass(frozen=True)
class Snapshot:
    """One state of a table; `summary` holds Iceberg's counts and the writer's properties."""

    id: int
    parent: int | None
    summary: dict[str, str]

    @property
    def rows(self) -> int:
        """How many rows the table has in this state."""
        return int(self.summary.get("total-records", 0))


@dataclass(frozen=True)
class TableMetadata:
    """Branches and tags by name, snapshots by id, properties, and what rows are partitioned by.

    `partition_by` is in the words of Iceberg's SQL, such as `day(ordered_at)`; `taken_names` are
    those of the partitions themselves, which columns cannot get, with the one column that can.
    """

    refs: dict[str, int]
    snapshots: dict[int, Snapshot]
    partition_by: list[str]
    properties: dict[str, str]
    taken_names: dict[str, str | None] = field(default_factory=dict)

    def ancestry(self, ref: str) -> Iterator[Snapshot]:
        """Give the snapshot of a branch, then its parent, down to the oldest that is kept."""
        snapshot = self.snapshots.get(self.refs.get(ref, 0))
        while snapshot is not None:
            yield snapshot
            snapshot = self.snapshots.get(snapshot.parent or 0)

    def head(self, ref: str) -> Snapshot | None:
        """Give the snapshot of a branch, None if there is no such branch (yet)."""
        return next(self.ancestry(ref), None)


def read_metadata(database: str, name: str) -> TableMetadata | None:
    """Read a table's current metadata, None if the table does not exist.

    Raises `ContractMismatch` if the catalog has a table of another format under the name.
    """
    entry = find_table(database, name)
    if entry is None:
        return None
    location = entry.get("Parameters", {}).get("metadata_location")
    if location is None:
        raise ContractMismatch(
            f"{database}.{name}: the table in the catalog is not an Iceberg table, as the "
            "contract says; drop it, or use another dataset name"
        )
    return parse_metadata(read_json(location))


def parse_metadata(document: dict[str, Any]) -> TableMetadata:
    """Take the parts of a metadata document that the jobs need."""
    fields = next(
        spec["fields"]
        for spec in document["partition-specs"]
        if spec["spec-id"] == document["default-spec-id"]
    )
    schema = next(
        one for one in document["schemas"] if one["schema-id"] == document["current-schema-id"]
    )
    names = {field["id"]: field["name"] for field in schema["fields"]}
    return TableMetadata(
        refs={name: ref["snapshot-id"] for name, ref in document.get("refs", {}).items()},
        snapshots={
            entry["snapshot-id"]: Snapshot(
                entry["snapshot-id"], entry.get("parent-snapshot-id"), entry.get("summary", {})
            )
            for entry in document.get("snapshots", [])
        },
        partition_by=[_term(field, names) for field in fields if field["transform"] != "void"],
        properties=document.get("properties", {}),
        taken_names={
            part["name"]: names[part["source-id"]] if part["transform"] == "identity" else None
            for part in fields
            if part["transform"] != "void"
        },
    )


def _term(field: dict[str, Any], names: dict[int, str]) -> str:
    """Give a partition field in SQL; its transform is written like `bucket[16]`."""
    column = names[field["source-id"]]
    name, bracket, number = field["transform"].partition("[")
    if name == "identity":
        return column
    return f"{name}({number.rstrip(']') + ', ' if bracket else ''}{column})"
