"""What the functions left behind, for tests to look at."""

import json
from typing import Any

from boto3.dynamodb.conditions import Key

from tests.functions.support.resources import OWNER, REGION, Resources, Version


class Traces(Resources):
    """Reads the ledger, the audit table, the buckets, the executions and the notices."""

    def scope(self, dataset: str) -> str:
        """Give the partition key of a dataset."""
        return f"{REGION}#{OWNER}#{dataset}"

    def items(self, start: str, dataset: str = "flights") -> list[dict[str, Any]]:
        """Give the ledger's items of a dataset whose sort key starts so."""
        wanted = Key("scope").eq(self.scope(dataset)) & Key("item").begins_with(start)
        return self.ledger.query(KeyConditionExpression=wanted)["Items"]

    def arrival(self, version: Version, dataset: str = "flights") -> dict[str, Any]:
        """Give the arrival of a version."""
        (item,) = self.items(f"ARRIVAL#{version.arrival_id}", dataset)
        return item

    def status(self, version: Version, dataset: str = "flights") -> str:
        """Give the status of a version's arrival."""
        return str(self.arrival(version, dataset)["status"])

    def waiting(self, dataset: str = "flights") -> list[str]:
        """Give the ids of the arrivals that wait."""
        return [item["item"].rsplit("#", 1)[1] for item in self.items("WAITING#", dataset)]

    def record(self, run_id: str, dataset: str = "flights") -> dict[str, Any]:
        """Give a run's audit record."""
        key = {"scope": self.scope(dataset), "run_id": run_id}
        return self.audit.get_item(Key=key).get("Item", {})

    def artifact(self, run_id: str, name: str, dataset: str = "flights") -> Any:
        """Give an artifact of a run."""
        return json.loads(self.body(self.artifacts, f"runs/{dataset}/{run_id}/{name}"))

    def body(self, bucket: str, key: str) -> bytes:
        """Give an object's bytes."""
        with self.s3.get_object(Bucket=bucket, Key=key)["Body"] as stream:
            return bytes(stream.read())

    def keys(self, bucket: str) -> list[str]:
        """Give the keys of a bucket."""
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def inspection(self, version: Version, run_id: str = "run-1") -> dict[str, Any]:
        """Give the inspection of a version."""
        return self.artifact(run_id, f"inspections/{version.arrival_id}.json")

    def executions(self, machine: str | None = None) -> list[str]:
        """Give the names of the started executions, of the ingest machine or of another one."""
        listed = self.sfn.list_executions(stateMachineArn=machine or self.machine)["executions"]
        return sorted(execution["name"] for execution in listed)

    def notices(self) -> list[dict[str, Any]]:
        """Give the notices that were sent so far and not yet read."""
        answer = self.sqs.receive_message(QueueUrl=self.inbox, MaxNumberOfMessages=10)
        envelopes = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        return [json.loads(envelope["Message"]) for envelope in envelopes]

    def told_again(self) -> list[dict[str, Any]]:
        """Give the events that the sweep put into the arrivals queue and nobody has read yet."""
        answer = self.sqs.receive_message(QueueUrl=self.arrival_queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def circuit(self, dataset: str = "flights") -> dict[str, Any]:
        """Give the state of a dataset's circuit; empty if it was never written."""
        key = {"scope": self.scope(dataset), "item": "CIRCUIT"}
        return self.ledger.get_item(Key=key).get("Item", {})

    def cool_down(self, dataset: str = "flights") -> None:
        """Let the cool-down of a dataset's open circuit be over."""
        self.ledger.update_item(
            Key={"scope": self.scope(dataset), "item": "CIRCUIT"},
            UpdateExpression="SET retry_at = :past",
            ExpressionAttributeValues={":past": "2026-01-01T00:00:00.000000Z"},
        )

    def expire_lock(self, dataset: str = "flights") -> None:
        """Let the lease of a dataset's lock run out."""
        self.ledger.update_item(
            Key={"scope": self.scope(dataset), "item": "LOCK"},
            UpdateExpression="SET expires_at = :past",
            ExpressionAttributeValues={":past": 1},
        )
