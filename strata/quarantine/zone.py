"""What a dataset has in quarantine: rows in its table, and files that were not loaded."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError
from pyarrow import Table, parquet

from strata.lakes import Lake

FILE_STATUSES = ("rejected", "parked")
"""The ends of arrivals whose files people can bring back."""
IDENTITY = ("run_id", "source_key", "source_version", "source_line")
"""What names a quarantined row."""
_read = TypeDeserializer().deserialize


@dataclass(frozen=True)
class Part:
    """The rows that one run put into quarantine: a partition, and where its files are now."""

    run_id: str
    location: str


@dataclass(frozen=True)
class Row:
    """One quarantined row; `ordinal` is its place in the part, `values` its columns by name."""

    part: Part
    ordinal: int
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Give a column's value, None where the run wrote no such column yet."""
        return self.part.run_id if name == "run_id" else self.values.get(name)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What names the row in exports."""
        return tuple(self[name] for name in IDENTITY)


@dataclass(frozen=True)
class File:
    """One file that was not loaded, as the ledger knows it."""

    arrival_id: str
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Give what the ledger says, None where it says nothing."""
        return self.values.get(name)


@dataclass(frozen=True)
class Quarantine:
    """One dataset's part of the quarantine zone and of the ledger."""

    lake: Lake
    dataset: str

    @property
    def bucket(self) -> str:
        """The bucket of the quarantine zone."""
        return self.lake["QuarantineBucketName"]

    @property
    def ledger_key(self) -> dict[str, Any]:
        """The partition key of the dataset's items in the ledger."""
        return {"S": f"{self.lake.region}#{self.lake.prefix}#{self.dataset}"}

    def parts(self, run: str | None = None) -> list[Part]:
        """Give the runs that have rows here, or the one that is asked for."""
        glue = self.lake.client("glue")
        pages = glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.lake.database("quarantine"), TableName=self.dataset
        )
        try:
            found = [
                Part(partition["Values"][0], partition["StorageDescriptor"]["Location"])
                for page in pages
                for partition in page["Partitions"]
            ]
        except glue.exceptions.EntityNotFoundException:
            return []
        return [part for part in found if run in (None, part.run_id)]

    def rows(self, parts: Sequence[Part]) -> Iterator[Row]:
        """Give the rows of some parts, always in the same order."""
        for part in parts:
            ordinal = 0
            for table in self.tables(part):
                for values in table.to_pylist():
                    yield Row(part, ordinal, values)
                    ordinal += 1

    def tables(self, part: Part) -> Iterator[Table]:
        """Give the files of a part as Arrow tables, in the order of their names."""
        for key in self.keys(part.location):
            body = self.lake.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"]
            yield parquet.read_table(io.BytesIO(body.read()), partitioning=None)

    def keys(self, location: str) -> list[str]:
        """Give the keys of the objects directly in a folder, sorted."""
        _, _, prefix = location.removeprefix("s3://").partition("/")
        pages = (
            self.lake.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self.bucket, Prefix=f"{prefix.rstrip('/')}/", Delimiter="/")
        )
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))

    def files(self) -> list[File]:
        """Give the files that were not loaded, oldest first."""
        pages = (
            self.lake.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.lake["LedgerTableName"],
                KeyConditionExpression="#scope = :scope AND begins_with(#item, :start)",
                FilterExpression="#status IN (:rejected, :parked)",
                ExpressionAttributeNames={"#scope": "scope", "#item": "item", "#status": "status"},
                ExpressionAttributeValues={
                    ":scope": self.ledger_key,
                    ":start": {"S": "ARRIVAL#"},
                    ":rejected": {"S": FILE_STATUSES[0]},
                    ":parked": {"S": FILE_STATUSES[1]},
                },
            )
        )
        found = [_plain(item) for page in pages for item in page["Items"]]
        files = [File(item["item"].removeprefix("ARRIVAL#"), item) for item in found]
        return sorted(files, key=lambda file: str(file["registered_at"]))

    def item(self, name: str) -> dict[str, Any] | None:
        """Give an item of the dataset's part of the ledger, or None."""
        answer = self.lake.client("dynamodb").get_item(
            TableName=self.lake["LedgerTableName"],
            Key={"scope": self.ledger_key, "item": {"S": name}},
            ConsistentRead=True,
        )
        return _plain(answer["Item"]) if "Item" in answer else None

    def read_json(self, key: str) -> Any | None:
        """Read a document of the quarantine zone, or give None."""
        s3 = self.lake.client("s3")
        try:
            return json.loads(s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except s3.exceptions.NoSuchKey:
            return None

    def write_json(self, key: str, document: Any) -> None:
        """Write a document of the quarantine zone."""
        self.lake.client("s3").put_object(
            Bucket=self.bucket,
            Key=key,
            Body=json.dumps(document, ensure_ascii=False, sort_keys=True).encode(),
            ContentType="application/json",
        )


def is_refused(error: ClientError) -> bool:
    """Tell whether a conditional write found its condition not met."""
    codes = ("ConditionalCheckFailedException", "PreconditionFailed", "412")
    return error.response["Error"]["Code"] in codes


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: _read(value) for name, value in item.items()}
