"""Tables and partitions in the Glue catalog that are not Iceberg's, through plain boto3."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient

PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    },
}


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
        client.update_table(DatabaseName=database, TableInput=table, SkipArchive=True)  # type: ignore[arg-type]


def put_partition(
    database: str, table: str, values: Sequence[str], storage: dict[str, Any]
) -> None:
    """Create a partition or point it to the given storage; readers see either, never neither."""
    client = glue_client()
    partition: Any = {"Values": list(values), "StorageDescriptor": storage}
    try:
        client.create_partition(DatabaseName=database, TableName=table, PartitionInput=partition)
    except client.exceptions.AlreadyExistsException:
        client.update_partition(
            DatabaseName=database,
            TableName=table,
            PartitionValueList=list(values),
            PartitionInput=partition,
        )


def drop_partition(database: str, table: str, values: Sequence[str]) -> None:
    """Take a partition out of the catalog, if it is there; its files stay.

    Raises `OSError` with Glue's own words for any other refusal.
    """
    answer = glue_client().batch_delete_partition(
        DatabaseName=database, TableName=table, PartitionsToDelete=[{"Values": list(values)}]
    )
    for refusal in answer.get("Errors", []):
        detail = refusal.get("ErrorDetail", {})
        if detail.get("ErrorCode") != "EntityNotFoundException":
            raise OSError(f"{database}.{table} {list(values)}: {detail.get('ErrorMessage')}")


def list_partitions(database: str, table: str) -> dict[tuple[str, ...], str]:
    """Give the location of every partition by its values."""
    pages = glue_client().get_paginator("get_partitions")
    return {
        tuple(partition["Values"]): partition["StorageDescriptor"]["Location"]
        for page in pages.paginate(DatabaseName=database, TableName=table)
        for partition in page["Partitions"]
    }
