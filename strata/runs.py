"""What became of each run and of each arrival, from the lake's own audit and ledger tables."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from boto3.dynamodb.types import TypeDeserializer

from strata.lakes import Lake
from strata.local.lake import LocalLake

RUN_COLUMNS = pa.schema(
    [
        ("run_id", pa.string()),
        ("dataset", pa.string()),
        ("kind", pa.string()),
        ("trigger", pa.string()),
        ("status", pa.string()),
        ("outcome", pa.string()),
        ("started_at", pa.string()),
        ("ended_at", pa.string()),
        ("files_claimed", pa.int64()),
        ("files_accepted", pa.int64()),
        ("files_rejected", pa.int64()),
        ("files_duplicate", pa.int64()),
        ("rows_in", pa.int64()),
        ("rows_good", pa.int64()),
        ("rows_quarantined", pa.int64()),
        ("rows_deduplicated", pa.int64()),
        ("score", pa.string()),
        ("reason", pa.string()),
        ("error_class", pa.string()),
        ("execution_arn", pa.string()),
        ("snapshot_id", pa.string()),
        ("contract_version", pa.string()),
        ("build", pa.string()),
        ("engine", pa.string()),
    ]
)
ARRIVAL_COLUMNS = pa.schema(
    [
        ("dataset", pa.string()),
        ("arrival_id", pa.string()),
        ("bucket", pa.string()),
        ("key", pa.string()),
        ("version_id", pa.string()),
        ("size", pa.int64()),
        ("status", pa.string()),
        ("rule", pa.string()),
        ("reason", pa.string()),
        ("run_id", pa.string()),
        ("attempts", pa.int64()),
        ("registered_at", pa.string()),
        ("quarantine_uri", pa.string()),
    ]
)
_read = TypeDeserializer().deserialize


@dataclass(frozen=True)
class Step:
    """One task of an execution: its name, how it went, and how long it took in seconds."""

    name: str
    seconds: float
    failed: bool = False


def runs(lake: LocalLake) -> list[dict[str, Any]]:
    """Give every audit record, oldest first, with the fields of `RUN_COLUMNS` and its `rules`."""
    items = _scan(lake, lake["AuditTableName"])
    return sorted(items, key=lambda item: str(item["started_at"]))


def arrivals(lake: LocalLake) -> list[dict[str, Any]]:
    """Give every arrival in the ledger, oldest first, with the fields of `ARRIVAL_COLUMNS`."""
    items = [
        item | {"dataset": item["scope"].rsplit("#", 1)[1]}
        for item in _scan(lake, lake["LedgerTableName"])
        if item["item"].startswith("ARRIVAL#")
    ]
    for item in items:
        item["arrival_id"] = item["item"].removeprefix("ARRIVAL#")
    return sorted(items, key=lambda item: str(item["registered_at"]))


def steps(lake: LocalLake, execution_arn: str) -> list[Step]:
    """Give the tasks that an execution went through, in the order in which they began.

    States that only hold others or decide are left out. A task that was entered several times (in
    a loop or a Map) is one step with the sum of its times.
    """
    pages = lake.client("stepfunctions").get_paginator("get_execution_history")
    entered: dict[str, datetime] = {}
    seconds: dict[str, float] = {}
    for page in pages.paginate(executionArn=execution_arn):
        for event in page["events"]:
            if event["type"] == "TaskStateEntered":
                name = event["stateEnteredEventDetails"]["name"]
                entered[name] = event["timestamp"]
                seconds.setdefault(name, 0.0)
            elif event["type"] == "TaskStateExited":
                name = event["stateExitedEventDetails"]["name"]
                if name in entered:
                    seconds[name] += (event["timestamp"] - entered.pop(name)).total_seconds()
    return [Step(name, duration, name in entered) for name, duration in seconds.items()]


def artifact(lake: Lake, dataset: str, run_id: str, name: str) -> dict[str, Any] | None:
    """Give one of a run's own documents, such as `stage.json`, or None if it was not written."""
    s3 = lake.client("s3")
    try:
        answer = s3.get_object(
            Bucket=lake["ArtifactsBucketName"], Key=f"runs/{dataset}/{run_id}/{name}"
        )
    except s3.exceptions.NoSuchKey:
        return None
    content: dict[str, Any] = json.loads(answer["Body"].read())
    return content


def _scan(lake: LocalLake, table: str) -> Iterable[dict[str, Any]]:
    for page in lake.client("dynamodb").get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            yield {name: plain(_read(value)) for name, value in item.items()}


def plain(value: Any) -> Any:
    """Give a value read from DynamoDB with plain numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return value
