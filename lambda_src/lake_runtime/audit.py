"""The audit record of each run: opened before anything is claimed, closed once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from lake_runtime import clients
from lake_runtime.identity import utc_now
from lake_runtime.ledger import is_condition_failure


@dataclass(frozen=True)
class AuditLog:
    """One dataset's part of the audit table."""

    table: str
    scope: str
    owner_scope: str
    dataset: str

    def read(self, run_id: str) -> dict[str, Any] | None:
        """Give a run's record, or None."""
        answer = (
            clients.dynamodb()
            .Table(self.table)
            .get_item(Key=self._key(run_id), ConsistentRead=True)
        )
        return answer.get("Item")

    def open(self, run_id: str, details: Mapping[str, Any]) -> None:
        """Write that a run has begun; a run that is known already keeps its record."""
        item = {
            **details,
            **self._key(run_id),
            "owner_scope": self.owner_scope,
            "dataset": self.dataset,
            "status": "running",
            "started_at": utc_now(),
        }
        try:
            clients.dynamodb().Table(self.table).put_item(
                Item=item, ConditionExpression=Attr("run_id").not_exists()
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def discard(self, run_id: str) -> None:
        """Remove the record of a run that found nothing to do."""
        clients.dynamodb().Table(self.table).delete_item(Key=self._key(run_id))

    def reopen(self, run_id: str, execution_arn: str) -> bool:
        """Let a run that was closed as failed go on in another execution; False if it was not.

        How it had ended is kept in `earlier`; `redrives` counts how often this was done.
        """
        record = self.read(run_id) or {}
        kept = ("outcome", "reason", "error_class", "ended_at", "execution_arn")
        ending = {name: record[name] for name in kept if name in record}
        values: dict[str, Any] = {
            ":running": "running",
            ":closed": "closed",
            ":failed": "failed",
            ":arn": execution_arn,
            ":ending": [ending],
            ":none": [],
            ":zero": 0,
            ":one": 1,
        }
        try:
            clients.dynamodb().Table(self.table).update_item(
                Key=self._key(run_id),
                UpdateExpression=(
                    "SET #status = :running, execution_arn = :arn, "
                    "redrives = if_not_exists(redrives, :zero) + :one, "
                    "earlier = list_append(if_not_exists(earlier, :none), :ending) "
                    "REMOVE outcome, reason, error_class, ended_at"
                ),
                ConditionExpression="#status = :closed AND outcome = :failed",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if is_condition_failure(error):
                return False
            raise
        return True

    def close(self, run_id: str, result: Mapping[str, Any]) -> bool:
        """Write a run's result; False, and nothing changes, if it was closed before.

        A run that failed before its record was written gets one here.
        """
        values = {name: value for name, value in result.items() if value is not None}
        values |= {"owner_scope": self.owner_scope, "dataset": self.dataset, "status": "closed"}
        sets = [f"#{name} = :{name}" for name in values]
        sets.append("started_at = if_not_exists(started_at, :ended_at)")
        try:
            clients.dynamodb().Table(self.table).update_item(
                Key=self._key(run_id),
                UpdateExpression=f"SET {', '.join(sets)}",
                ConditionExpression="attribute_not_exists(#status) OR #status <> :status",
                ExpressionAttributeNames={f"#{name}": name for name in values},
                ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
            )
        except ClientError as error:
            if is_condition_failure(error):
                return False
            raise
        return True

    def _key(self, run_id: str) -> dict[str, str]:
        return {"scope": self.scope, "run_id": run_id}


def plain_value(value: Any) -> Any:
    """Give a value read from DynamoDB as JSON knows it: its numbers are all whole here."""
    if isinstance(value, list):
        return [plain_value(entry) for entry in value]
    if isinstance(value, dict):
        return {name: plain_value(entry) for name, entry in value.items()}
    return value if isinstance(value, str | bool | int) or value is None else int(value)
