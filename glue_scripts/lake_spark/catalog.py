"""Tables and partitions in the Glue catalog that are not Iceberg's, through plain boto3."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient

PARTITION_BATCH = 100
"""How many partitions Glue takes in one call."""
PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    },
}


@cache
def glue_client() -> "GlueClient":
    """Give a client for Glue that honours the process's own region and endpoint."""
    return boto3.client("glue")


def parquet_storage(location: str, columns: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """Describe Parquet files at a location; columns are name, type and comment."""
    described = [
        {"Name": name, "Type": type_name} | ({"Comment": comment[:255]} if comment else {})
        for name, type_name, comment in columns
    ]
    return {"Columns": described, "Location": location, **PARQUET}


def find_table(database: str, name: str) -> dict[str, Any] | None:
    """Give a table's description, or None if there is none."""
    client = glue_client()
    try:
        return dict(client.get_table(DatabaseName=database, Name=name)["Table"])
    except client.exceptions.EntityNotFoundException:
        return None


def put_table(database: str, table: dict[str, Any]) -> None:
    """Create a table or bring it to the given description."""
    client = glue_client()
    try:
        client.create_table(DatabaseName=database, TableInput=table)  # type: ignore[arg-type]
    except client.exceptions.AlreadyExistsException:
        change_table(database, table)


def change_table(database: str, table: dict[str, Any]) -> None:
    """Bring a table that is there to the given description."""
    glue_client().update_table(DatabaseName=database, TableInput=table, SkipArchive=True)  # type: ignore[arg-type]


def move_partition(
    database: str, table: str, values: Sequence[str], storage: dict[str, Any]
) -> None:
    """Point a partition that is there to other storage.

    Raises `OSError` with Glue's own words if it is not there, or for any other refusal.
    """
    partition: Any = {"Values": list(values), "StorageDescriptor": storage}
    answer = glue_client().batch_update_partition(
        DatabaseName=database,
        TableName=table,
        Entries=[{"PartitionValueList": list(values), "PartitionInput": partition}],
    )
    for error in answer.get("Errors", []):
        raise OSError(f"{database}.{table}: Glue refused a partition: {error}")


def put_partitions(
    database: str, table: str, partitions: Mapping[tuple[str, ...], dict[str, Any]]
) -> None:
    """Create partitions, given as storage by values, or point existing ones to that storage.

    Readers see each partition before or after, never in between. Raises `OSError` with Glue's own
    words for the first refusal.
    """
    client, names = glue_client(), {"DatabaseName": database, "TableName": table}
    entries = [
        {"Values": list(values), "StorageDescriptor": storage}
        for values, storage in partitions.items()
    ]
    for start in range(0, len(entries), PARTITION_BATCH):
        batch: Any = entries[start : start + PARTITION_BATCH]
        refused = client.batch_create_partition(**names, PartitionInputList=batch).get("Errors", [])
        known = [
            refusal["PartitionValues"]
            for refusal in refused
            if refusal["ErrorDetail"]["ErrorCode"] == "AlreadyExistsException"
        ]
        updates: Any = [
            {"PartitionValueList": entry["Values"], "PartitionInput": entry}
            for entry in batch
            if entry["Values"] in known
        ]
        errors: list[Any] = [one for one in refused if one["PartitionValues"] not in known]
        if updates:
            answer = client.batch_update_partition(**names, Entries=updates)
            errors += answer.get("Errors", [])
        for error in errors:
            raise OSError(f"{database}.{table}: Glue refused a partition: {error}")


def drop_partition(database: str, table: str, values: Sequence[str]) -> None:
    """Take a partition out of the catalog, if it is there; its files stay."""
    client = glue_client()
    try:
        client.delete_partition(
            DatabaseName=database, TableName=table, PartitionValues=list(values)
        )
    except client.exceptions.EntityNotFoundException:
        return


def find_partition(database: str, table: str, values: Sequence[str]) -> dict[str, Any] | None:
    """Give the storage of one partition, None if it is not there."""
    client = glue_client()
    try:
        answer = client.get_partition(
            DatabaseName=database, TableName=table, PartitionValues=list(values)
        )
    except client.exceptions.EntityNotFoundException:
        return None
    return dict(answer["Partition"]["StorageDescriptor"])


def list_partitions(database: str, table: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """Give the storage of every partition by its values."""
    pages = glue_client().get_paginator("get_partitions")
    return {
        tuple(partition["Values"]): dict(partition["StorageDescriptor"])
        for page in pages.paginate(DatabaseName=database, TableName=table)
        for partition in page["Partitions"]
    }
