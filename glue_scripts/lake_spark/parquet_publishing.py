"""Publishing a Parquet run: the intent first, then file by file and partition by partition.

Readers see each partition before or after, never in between, but may for a moment see one
partition after and another before; a table that changes as a whole is one partition. Where a run
adds several files to a partition, the partition moves to a new folder with copies of the old ones.
Whoever repeats the publish completes what the intent says.
"""

from collections.abc import Collection, Mapping
from typing import Any

from lake_spark.catalog import drop_partition, put_partitions, put_table
from lake_spark.compaction_claims import wait_for_compactions
from lake_spark.errors import NothingStaged, PublishConflict
from lake_spark.parquet_columns import are_alike
from lake_spark.parquet_tables import RUN_ID, ParquetTable, staged_files
from lake_spark.parquet_undo import keep_undo
from lake_spark.storage import (
    copy_object,
    delete_keys,
    delete_prefix,
    list_keys,
    read_json,
    read_json_if_there,
    split_uri,
    write_json,
)
from lake_spark.tables import VERSION

ADD, REPLACE_PARTITIONS, REPLACE_TABLE = "add", "replace_partitions", "replace_table"
"""What publishing does: add files; replace the staged partitions; and drop all others as well."""
INTENT = "intent.json"


def publish_folder(table: ParquetTable, run_id: str, staging_uri: str, undo_uri: str) -> bool:
    """Publish what a run staged in a folder; gives False if that had been done before.

    What it changes is written to `undo_uri` first.
    Raises `NothingStaged`, and `PublishConflict` if another run was published since staging.
    """
    if table.published_run() == run_id:
        delete_prefix(staging_uri)
        return False
    intent = read_json_if_there(f"{staging_uri}{INTENT}")
    if intent is None:
        intent = _plan(table, run_id, staging_uri)
        write_json(f"{staging_uri}{INTENT}", intent)
    wait_for_compactions(table)
    if read_json_if_there(f"{staging_uri}staged.json") is None:
        # What was staged long ago may have been cleaned away while this was planned.
        raise _nothing_staged(table, run_id)
    keep_undo(undo_uri, intent)
    for source, target in intent["copies"]:
        copy_object(source, target)
    _switch(table, run_id, intent)
    _forget_old_folders(table, intent)
    delete_prefix(staging_uri)
    return True


def _plan(table: ParquetTable, run_id: str, staging_uri: str) -> dict[str, Any]:
    staged = read_json_if_there(f"{staging_uri}staged.json")
    if staged is None:
        raise _nothing_staged(table, run_id)
    published = table.published_run()
    if published != staged["base_run"]:
        raise PublishConflict(
            f"{table.plain_name}: run {published} was published after run {run_id} was staged on "
            f"{staged['base_run']}; stage it again"
        )
    entry, storages = table.entry(), table.storages()
    before = {values: storage["Location"] for values, storage in storages.items()}
    partitions: list[dict[str, Any]] = []
    copies: list[tuple[str, str]] = []
    for values, keys in staged_files(f"{staging_uri}rows/").items():
        location, held = _location(table, run_id, keys[0], staging_uri), before.get(values)
        if staged["scope"] == ADD and held is not None:
            if len(keys) == 1 and table.contract.atomicity == "partition":
                # Readers see one more file at once, so it may go to the others.
                location = f"{held.rstrip('/')}/"
            else:
                copies += _copies(held, location)
        partitions.append({"values": values, "location": location, "before": held})
        for key in keys:
            source = f"s3://{split_uri(staging_uri)[0]}/{key}"
            copies.append((source, f"{location}{run_id}-{key.rpartition('/')[2]}"))
    if staged["scope"] == REPLACE_TABLE and table.partition_by:
        kept = {partition["values"] for partition in partitions}
        partitions += [
            {"values": values, "location": None, "before": location}
            for values, location in before.items()
            if values not in kept
        ]
    return {
        "run_id": run_id,
        "partitions": partitions,
        "others": _others(table, storages, {one["values"] for one in partitions}),
        "copies": copies,
        "table_before": None if entry is None else _as_given(entry),
    }


def _others(
    table: ParquetTable,
    storages: Mapping[tuple[str, ...], Mapping[str, Any]],
    moved: Collection[tuple[str, ...]],
) -> list[dict[str, Any]]:
    """Give the partitions whose files stay, and whose columns in the catalog are not the table's.

    Readers that compare a partition's columns with the table's refuse such a partition.
    """
    if not table.partition_by:
        return []
    return [
        {"values": values, "location": storage["Location"]}
        for values, storage in storages.items()
        if values not in moved and not are_alike(storage, table.storage(""))
    ]


def _as_given(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parts of a table's entry that it can be put back with."""
    parts = ("Name", "Description", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor")
    return {name: entry[name] for name in parts if name in entry}


def _nothing_staged(table: ParquetTable, run_id: str) -> NothingStaged:
    return NothingStaged(f"{table.plain_name}: run {run_id} has staged nothing; stage it first")


def _copies(held_uri: str, location: str) -> list[tuple[str, str]]:
    """Give the copies that bring the files of a folder to another."""
    folder = f"{held_uri.rstrip('/')}/"
    bucket, _ = split_uri(folder)
    return [
        (f"s3://{bucket}/{key}", f"{location}{key.rpartition('/')[2]}")
        for key in list_keys(folder)
        if key.endswith(".parquet")
    ]


def _location(table: ParquetTable, run_id: str, key: str, staging_uri: str) -> str:
    """Give the run's own folder for the partition of a staged file."""
    _, prefix = split_uri(f"{staging_uri}rows/")
    folder = key.removeprefix(prefix).rpartition("/")[0]
    home = f"{table.location}{folder}/" if folder else table.location
    return f"{home}run-{run_id}/"


def _switch(table: ParquetTable, run_id: str, intent: dict[str, Any]) -> None:
    """Point the catalog to the new folders; the run's id on the table says that all is done."""
    location = table.location
    if table.partition_by:
        put_table(table.database, describe(table, location, table.published_run()))
        _move_partitions(table, intent)
    else:
        location = intent["partitions"][0]["location"]
    put_table(table.database, describe(table, location, run_id))


def _move_partitions(table: ParquetTable, intent: Mapping[str, Any]) -> None:
    """Bring partitions to what the intent says, all of them with the contract's columns."""
    moved = {
        tuple(partition["values"]): table.storage(partition["location"])
        for partition in [*intent["partitions"], *intent["others"]]
        if partition["location"]
    }
    put_partitions(table.database, table.contract.name, moved)
    for partition in intent["partitions"]:
        if not partition["location"]:
            drop_partition(table.database, table.contract.name, partition["values"])


def _move_back(table: ParquetTable, intent: Mapping[str, Any]) -> None:
    """Bring partitions, and the table, back to the locations and columns of before the intent."""
    before = intent["table_before"]
    if before is not None:
        storage = before["StorageDescriptor"]
        moved = {
            tuple(partition["values"]): {**storage, "Location": location}
            for partition in [*intent["partitions"], *intent["others"]]
            if (location := partition.get("before", partition["location"]))
        }
        put_partitions(table.database, table.contract.name, moved)
    for partition in intent["partitions"]:
        if not partition["before"]:
            drop_partition(table.database, table.contract.name, partition["values"])
    # Somebody who published past the lake meanwhile has the last word.
    if before is not None and before["Parameters"].get(RUN_ID) == table.published_run():
        put_table(table.database, before)


def is_being_published(staging_uri: str) -> bool:
    """Tell whether a run of the dataset has written its intent and not ended; it may have died."""
    return any(key.endswith(f"/{INTENT}") for key in list_keys(staging_uri))


def undo_abandoned(table: ParquetTable, staging_uri: str) -> None:
    """Take back what runs have published half way and will not complete; empty their folders.

    Such a run's arrivals wait again: half of it in the table would come twice.
    """
    for key in list_keys(staging_uri):
        bucket, _ = split_uri(staging_uri)
        if not key.endswith(f"/{INTENT}"):
            continue
        intent = read_json(f"s3://{bucket}/{key}")
        if intent["run_id"] == table.published_run():
            continue
        if table.partition_by and table.entry():
            _move_back(table, intent)
        delete_keys(bucket, [split_uri(target)[1] for _, target in intent["copies"]])
    delete_prefix(staging_uri)


def describe(table: ParquetTable, location: str, run_id: str | None) -> dict[str, Any]:
    """Describe the table for the catalog, at a location, with the run published last."""
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
            {"Name": column.name, "Type": column.type} for column in table.partition_columns
        ],
        "StorageDescriptor": table.storage(location),
    }


def _forget_old_folders(table: ParquetTable, intent: dict[str, Any]) -> None:
    """Delete what a replaced partition was before its last change: a reader may still be there."""
    for partition in intent["partitions"]:
        if not partition["location"]:
            continue
        kept = [location for location in (partition["location"], partition["before"]) if location]
        home = partition["location"].rstrip("/").rpartition("/")[0] + "/"
        bucket, _ = split_uri(home)
        prefixes = tuple(split_uri(location)[1].rstrip("/") + "/" for location in kept)
        delete_keys(bucket, (key for key in list_keys(home) if not key.startswith(prefixes)))
