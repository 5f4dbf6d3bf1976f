"""The raw zone against the ledger: objects nobody told of, and batches that are not complete."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lake_runtime import clients
from lake_runtime.batches import Batches
from lake_runtime.contracts import Contracts, Dataset
from lake_runtime.identity import UNCLAIMED, arrival_id, seconds_between, utc_now, utc_text
from lake_runtime.ledger import Ledger, Status, is_condition_failure
from lake_runtime.parallel import in_parallel
from sweep.findings import Findings, SweepEnvironment

_PAGE = 1000
_KEYS_PER_READ = 100
"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""
_NAMED = 3


@dataclass(frozen=True)
class Stored:
    """One object version of the raw zone, and where its arrival is kept."""

    version: Mapping[str, Any]
    arrival_id: str
    scope: str
    dataset: Dataset | None

    @property
    def minutes_old(self) -> float:
        """How long ago it was written."""
        age = datetime.now(UTC) - self.version["LastModified"]
        return float(age.total_seconds()) / 60


@dataclass(frozen=True)
class RawZoneSweeper:
    """Goes through the raw zone page by page; a cursor in the ledger says where to go on.

    The cursor moves when a page is done, so a sweep that dies does the page again, which changes
    nothing: an event that is sent twice registers once.
    """

    environment: SweepEnvironment
    contracts: Contracts

    def sweep(self) -> Findings:
        """Look at as many object versions as one sweep may, from where the last one ended."""
        found = Findings()
        cursor = self._ledger.get("CURSOR") or {}
        if not cursor.get("key_marker") and self._is_too_soon(cursor):
            return found
        started = str(cursor.get("started_at") if cursor.get("key_marker") else utc_now())
        for _ in range(max(1, self.environment.objects_per_sweep // _PAGE)):
            page = self._list(cursor)
            found.add(self._compare(page.get("Versions", [])))
            cursor = {
                "started_at": started,
                "key_marker": page.get("NextKeyMarker", ""),
                "version_id_marker": page.get("NextVersionIdMarker", ""),
            }
            clients.dynamodb().Table(self._ledger.table).put_item(
                Item={**cursor, **self._ledger.key("CURSOR")}
            )
            if not cursor["key_marker"]:
                break
        return found

    @property
    def _ledger(self) -> Ledger:
        return Ledger(self.environment.ledger_table, self.environment.scope("_sweep"))

    def _is_too_soon(self, cursor: Mapping[str, Any]) -> bool:
        started = cursor.get("started_at")
        if not started:
            return False
        return seconds_between(str(started), utc_now()) < self.environment.pass_minutes * 60

    def _list(self, cursor: Mapping[str, Any]) -> Any:
        place = {}
        if cursor.get("key_marker"):
            place = {"KeyMarker": cursor["key_marker"]}
            if cursor.get("version_id_marker"):
                place["VersionIdMarker"] = cursor["version_id_marker"]
        return clients.s3().list_object_versions(
            Bucket=self.environment.raw_bucket, MaxKeys=_PAGE, **place
        )

    def _compare(self, versions: Iterable[Mapping[str, Any]]) -> Findings:
        found = Findings()
        stored = [self._stored(version) for version in versions]
        old = [one for one in stored if one.minutes_old >= self.environment.grace_minutes]
        known = self._arrivals(old)
        unheard = [one for one in old if one.arrival_id not in known]
        self._tell_again(unheard)
        found.unheard += [
            f"s3://{self.environment.raw_bucket}/{one.version['Key']} was not in the ledger: its "
            "event never came and was sent anew"
            for one in unheard
        ]
        for one in old:
            reason = self._overdue(one, known.get(one.arrival_id, {}))
            if reason is not None:
                found.overdue.append(f"{one.version['Key']}: {reason}")
        return found

    def _stored(self, version: Mapping[str, Any]) -> Stored:
        dataset = self.contracts.claiming(version["Key"])
        return Stored(
            version,
            arrival_id(self.environment.raw_bucket, version["Key"], version["VersionId"]),
            self.environment.scope(dataset.name if dataset else UNCLAIMED),
            dataset,
        )

    def _arrivals(self, stored: list[Stored]) -> dict[str, dict[str, Any]]:
        """Give the arrivals that the ledger has, by id; each is old enough for any replica."""
        table = self.environment.ledger_table
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(stored), _KEYS_PER_READ):
            keys = [
                {"scope": one.scope, "item": f"ARRIVAL#{one.arrival_id}"}
                for one in stored[start : start + _KEYS_PER_READ]
            ]
            wanted: Any = {table: {"Keys": keys}}
            while wanted:
                answer = clients.dynamodb().batch_get_item(RequestItems=wanted)
                for item in answer["Responses"].get(table, []):
                    found[str(item["item"]).removeprefix("ARRIVAL#")] = item
                wanted = answer.get("UnprocessedKeys")
        return found

    def _tell_again(self, unheard: Sequence[Stored]) -> None:
        """Put into the arrivals queue what S3 would have sent; registering it is as ever."""

        def send(one: Stored) -> None:
            clients.sqs().send_message(
                QueueUrl=self.environment.arrival_queue_url,
                MessageBody=json.dumps(self._event(one)),
            )

        in_parallel(send, unheard)

    def _event(self, one: Stored) -> dict[str, Any]:
        version = one.version
        return {
            "version": "0",
            "id": one.arrival_id,
            "source": "aws.s3",
            "detail-type": "Object Created",
            "time": version["LastModified"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.environment.aws_region,
            "detail": {
                "version": "0",
                "bucket": {"name": self.environment.raw_bucket},
                "object": {
                    "key": version["Key"],
                    "size": version["Size"],
                    "etag": version["ETag"].strip('"'),
                    "version-id": version["VersionId"],
                },
                "reason": "Reconciliation",
            },
        }

    def _overdue(self, one: Stored, arrival: Mapping[str, Any]) -> str | None:
        """Say what a batch lacks though its time is over, once for each of its parts."""
        if one.dataset is None or arrival.get("status") != Status.HELD or "overdue_at" in arrival:
            return None
        minutes = one.dataset.trigger.deadline_minutes
        waited = seconds_between(str(arrival["registered_at"]), utc_now()) / 60
        if not one.version["IsLatest"] or waited < minutes:
            return None
        ledger = Ledger(self.environment.ledger_table, one.scope)
        reason = f"{minutes} minutes after it arrived, no manifest was complete that lists it"
        if one.dataset.is_manifest(one.version["Key"]):
            missing = Batches(ledger).missing(one.arrival_id)
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            reason = (
                f"not complete {minutes} minutes after it arrived; there is no "
                f"{', '.join(missing[:_NAMED])}{more}"
            )
        return reason if _mark_overdue(ledger, one.arrival_id, reason) else None


def _mark_overdue(ledger: Ledger, arrival: str, reason: str) -> bool:
    """Write that a held arrival is overdue; False if it was written before or holds no more."""
    try:
        clients.dynamodb().Table(ledger.table).update_item(
            Key=ledger.key(f"ARRIVAL#{arrival}"),
            UpdateExpression="SET overdue_at = :now, reason = :reason",
            ConditionExpression="#status = :held AND attribute_not_exists(overdue_at)",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":now": utc_text(datetime.now(UTC)),
                ":reason": reason,
                ":held": Status.HELD,
            },
        )
    except ClientError as error:
        if is_condition_failure(error):
            return False
        raise
    return True
