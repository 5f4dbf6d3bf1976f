"""Changes of quarantine: written down first, then done step by step, each step safe to repeat.

One change of a dataset is open at a time: the ledger's item `QUARANTINE` names it. Whoever finds
one open, on whatever machine, finishes it before anything else.
"""

import tempfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from strata.errors import StrataError
from strata.lakes import Lake
from strata.quarantine.change import Change, Object, read_change
from strata.quarantine.shrinking import shrink
from strata.quarantine.zone import FILE_STATUSES, Quarantine, is_refused

OPEN = "QUARANTINE"
"""The ledger's item that names a dataset's open change."""
_CHECKING = "checking"


def open_change(quarantine: Quarantine) -> Change | None:
    """Give the change that is open, or None."""
    item = quarantine.item(OPEN)
    if item is None or item["state"] == _CHECKING:
        return None
    document = quarantine.read_json(f"changes/{quarantine.dataset}/{item['change']}/change.json")
    if document is None:
        raise StrataError(
            f"{quarantine.dataset}: change {item['change']} is open and its description is gone "
            f"from s3://{quarantine.bucket}; restore the object's last version"
        )
    parts = quarantine.read_json(f"changes/{quarantine.dataset}/{item['change']}/taken.json") or []
    return read_change(document, parts)


def begin(quarantine: Quarantine, change: Change) -> None:
    """Write a change down and open it; from here on it is finished, by whomever.

    Raises `StrataError` if another is open, or if what it takes has changed since it was chosen.
    """
    quarantine.write_json(f"{change.folder}taken.json", [asdict(part) for part in change.taken])
    _describe(quarantine, change)
    try:
        quarantine.lake.client("dynamodb").put_item(
            TableName=quarantine.lake["LedgerTableName"],
            Item={
                "scope": quarantine.ledger_key,
                "item": {"S": OPEN},
                "change": {"S": change.id},
                "state": {"S": _CHECKING},
            },
            ConditionExpression="attribute_not_exists(#item)",
            ExpressionAttributeNames={"#item": "item"},
        )
        if not _is_as_chosen(quarantine, change):
            _close(quarantine, change.id)
            raise StrataError(
                f"{change.dataset}: its quarantine changed while rows were chosen; try again"
            )
        quarantine.lake.client("dynamodb").update_item(
            TableName=quarantine.lake["LedgerTableName"],
            Key={"scope": quarantine.ledger_key, "item": {"S": OPEN}},
            UpdateExpression="SET #state = :open",
            ConditionExpression="#change = :change",
            ExpressionAttributeNames={"#state": "state", "#change": "change"},
            ExpressionAttributeValues={":open": {"S": "open"}, ":change": {"S": change.id}},
        )
    except ClientError as error:
        if not is_refused(error):
            raise
        raise StrataError(
            f"{change.dataset}: somebody else changes its quarantine just now; try again"
        ) from error


def forget_unchecked(quarantine: Quarantine) -> None:
    """Take back a change that was never opened: whoever began it, if still there, begins anew."""
    item = quarantine.item(OPEN)
    if item is not None and item["state"] == _CHECKING:
        _close(quarantine, item["change"])


def finish(quarantine: Quarantine, change: Change) -> Change:
    """Take every step of an open change that is still to be taken, and close it."""
    for one in change.objects:
        _arrive(quarantine.lake, one)
    for part in change.taken:
        shrink(quarantine, change.id, part.run_id, part.location, frozenset(part.ordinals))
    for file in change.files:
        _settle(quarantine, change, file)
    done = replace(change, finished_at=datetime.now(UTC).isoformat())
    _describe(quarantine, done)
    for one in change.objects:
        quarantine.lake.client("s3").delete_object(
            Bucket=quarantine.lake["ArtifactsBucketName"], Key=one.prepared
        )
    _close(quarantine, change.id)
    return done


def _describe(quarantine: Quarantine, change: Change) -> None:
    document = {name: value for name, value in asdict(change).items() if name != "taken"}
    quarantine.write_json(f"{change.folder}change.json", document)


def _is_as_chosen(quarantine: Quarantine, change: Change) -> bool:
    now = {part.run_id: part.location for part in quarantine.parts()}
    waiting = {file.arrival_id for file in quarantine.files()}
    return all(now.get(part.run_id) == part.location for part in change.taken) and all(
        file["arrival_id"] in waiting for file in change.files
    )


def _arrive(lake: Lake, one: Object) -> None:
    """Put a file into the raw zone, once: a second version would be a second arrival."""
    s3 = lake.client("s3")
    try:
        s3.head_object(Bucket=lake["RawBucketName"], Key=one.key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey", "NotFound"):
            raise
    else:
        return
    with tempfile.TemporaryFile() as content:
        s3.download_fileobj(lake["ArtifactsBucketName"], one.prepared, content)
        content.seek(0)
        try:
            s3.put_object(Bucket=lake["RawBucketName"], Key=one.key, Body=content, IfNoneMatch="*")
        except ClientError as error:
            if not is_refused(error):
                raise


def _settle(quarantine: Quarantine, change: Change, file: dict[str, Any]) -> None:
    """Note in the ledger what became of a file, then take it out of the quarantine zone."""
    status = "replayed" if change.action == "replay" else "dropped"
    values = {
        ":to": {"S": status},
        ":change": {"S": change.id},
        ":rejected": {"S": FILE_STATUSES[0]},
        ":parked": {"S": FILE_STATUSES[1]},
    }
    try:
        quarantine.lake.client("dynamodb").update_item(
            TableName=quarantine.lake["LedgerTableName"],
            Key={
                "scope": quarantine.ledger_key,
                "item": {"S": f"ARRIVAL#{file['arrival_id']}"},
            },
            UpdateExpression="SET #status = :to, #change = :change",
            ConditionExpression="#status IN (:rejected, :parked)",
            ExpressionAttributeNames={"#status": "status", "#change": "change"},
            ExpressionAttributeValues=values,
        )
    except ClientError as error:
        # Refused where it was done before: nobody else may, while the change is open.
        if not is_refused(error):
            raise
    keys = [f"rejections/{change.dataset}/{file['arrival_id']}.json"]
    if file["quarantine_uri"]:
        keys.append(file["quarantine_uri"].removeprefix(f"s3://{quarantine.bucket}/"))
    for key in keys:
        quarantine.lake.client("s3").delete_object(Bucket=quarantine.bucket, Key=key)


def _close(quarantine: Quarantine, change_id: str) -> None:
    try:
        quarantine.lake.client("dynamodb").delete_item(
            TableName=quarantine.lake["LedgerTableName"],
            Key={"scope": quarantine.ledger_key, "item": {"S": OPEN}},
            ConditionExpression="#change = :change",
            ExpressionAttributeNames={"#change": "change"},
            ExpressionAttributeValues={":change": {"S": change_id}},
        )
    except ClientError as error:
        # Somebody else finished it meanwhile, and may have opened another.
        if not is_refused(error):
            raise
