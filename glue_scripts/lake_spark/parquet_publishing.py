"""Publishing a Parquet run: the intent first, then file by file and partition by partition.

Readers see each partition before or after, never in between, but may for a moment see one
partition after and another before. Whoever repeats the publish completes what the intent says.
"""

from typing import Any

from lake_spark.catalog import drop_partition, parquet_storage, put_partitions, put_table
from lake_spark.errors import NothingStaged, PublishConflict
from lake_spark.parquet_tables import (
    ADD,
    REPLACE_TABLE,
    RUN_ID,
    ParquetTable,
    staged_files,
)
from lake_spark.storage import (
    copy_object,
    delete_keys,
    delete_prefix,
    list_keys,
    read_json_if_there,
    split_uri,
    write_json,
)
from lake_spark.tables import VERSION


def publish_folder(table: ParquetTable, run_id: str, staging_uri: str) -> bool:
    """Publish what a run staged in a folder; gives False if that had been done before.

    Raises `NothingStaged`, and `PublishConflict` if another run was published since staging.
    """
    if table.published_run() == run_id:
        delete_prefix(staging_uri)
        return False
    intent = read_json_if_there(f"{staging_uri}intent.json")
    if intent is None:
        intent = _plan(table, run_id, staging_uri)
        write_json(f"{staging_uri}intent.json", intent)
    for source, target in intent["copies"]:
        copy_object(source, target)
    _switch(table, run_id, intent)
    _forget_old_folders(table, intent)
    delete_prefix(staging_uri)
    return True


def _plan(table: ParquetTable, run_id: str, staging_uri: str) -> dict[str, Any]:
    staged = read_json_if_there(f"{staging_uri}staged.json")
    if staged is None:
        raise NothingStaged(f"{table.plain_name}: run {run_id} has staged nothing; stage it first")
    published = table.published_run()
    if published != staged["base_run"]:
        raise PublishConflict(
            f"{table.plain_name}: run {published} was published after run {run_id} was staged on "
            f"{staged['base_run']}; stage it again"
        )
    before = table.locations()
    partitions, copies = [], []
    for values, keys in staged_files(f"{staging_uri}rows/").items():
        location = _location(table, run_id, keys[0], staging_uri)
        if staged["scope"] == ADD and values in before:
            location = f"{before[values].rstrip('/')}/"
        partitions.append({"values": values, "location": location, "before": before.get(values)})
        for key in keys:
            source = f"s3://{split_uri(staging_uri)[0]}/{key}"
            copies.append((source, f"{location}{run_id}-{key.rpartition('/')[2]}"))
    kept = {partition["values"] for partition in partitions}
    replaces_all = staged["scope"] == REPLACE_TABLE and bool(table.contract.partition_by)
    dropped = [values for values in before if values not in kept] if replaces_all else []
    return {"run_id": run_id, "partitions": partitions, "copies": copies, "dropped": dropped}


def _location(table: ParquetTable, run_id: str, key: str, staging_uri: str) -> str:
    """Give the run's own folder for the partition of a staged file."""
    _, prefix = split_uri(f"{staging_uri}rows/")
    folder = key.removeprefix(prefix).rpartition("/")[0]
    home = f"{table.location}{folder}/" if folder else table.location
    return f"{home}run-{run_id}/"


def _switch(table: ParquetTable, run_id: str, intent: dict[str, Any]) -> None:
    """Point the catalog to the new folders; the run's id on the table says that all is done."""
    location = table.location
    if table.contract.partition_by:
        put_table(table.database, _describe(table, location, table.published_run()))
        put_partitions(
            table.database,
            table.contract.name,
            {
                tuple(partition["values"]): parquet_storage(
                    partition["location"], table.file_columns
                )
                for partition in intent["partitions"]
            },
        )
        for values in intent["dropped"]:
            drop_partition(table.database, table.contract.name, values)
    else:
        location = intent["partitions"][0]["location"]
    put_table(table.database, _describe(table, location, run_id))


def _describe(table: ParquetTable, location: str, run_id: str | None) -> dict[str, Any]:
    contract = table.contract
    return {
        "Name": contract.name,
        "Description": contract.description[:2048],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "classification": "parquet",
            VERSION: contract.version,
            **({RUN_ID: run_id} if run_id else {}),
        },
        "PartitionKeys": [
            {"Name": name, "Type": type_name} for name, type_name, _ in table.partition_columns
        ],
        "StorageDescriptor": parquet_storage(location, table.file_columns),
    }


def _forget_old_folders(table: ParquetTable, intent: dict[str, Any]) -> None:
    """Delete what a replaced partition was before its last change: a reader may still be there."""
    for partition in intent["partitions"]:
        kept = [location for location in (partition["location"], partition["before"]) if location]
        home = partition["location"].rstrip("/").rpartition("/")[0] + "/"
        bucket, _ = split_uri(home)
        prefixes = tuple(split_uri(location)[1].rstrip("/") + "/" for location in kept)
        delete_keys(bucket, (key for key in list_keys(home) if not key.startswith(prefixes)))
