"""What a publish of a Parquet table changes, written down so that a rollback can take it back."""

from collections.abc import Mapping
from typing import Any

from lake_spark.storage import list_keys, read_json_if_there, split_uri, write_json

UNDO = "undo.json"
"""The document's name in the run's folder of the artifacts zone."""


def keep_undo(uri: str, intent: Mapping[str, Any]) -> None:
    """Write down where each partition of an intent was, which files lay there, and their columns.

    Call it before the first change; where it was called before, nothing is changed.
    """
    if read_json_if_there(uri) is not None:
        return
    partitions = [
        {name: partition[name] for name in ("values", "location", "before")}
        | {"files": _files(partition["before"])}
        for partition in intent["partitions"]
    ]
    columns = _columns(intent["table_before"])
    write_json(uri, {"run_id": intent["run_id"], "partitions": partitions, "columns": columns})


def _columns(table: Mapping[str, Any] | None) -> dict[str, str]:
    """Give the types of the columns that the files of a table had, by name."""
    columns = table["StorageDescriptor"]["Columns"] if table else []
    return {column["Name"]: column["Type"] for column in columns}


def _files(location: str | None) -> list[str]:
    if not location:
        return []
    folder = f"{location.rstrip('/')}/"
    _, prefix = split_uri(folder)
    return [key.removeprefix(prefix) for key in list_keys(folder) if key.endswith(".parquet")]
