"""The arrivals, contents and state of one dataset in the ledger table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from lake_runtime import clients
from lake_runtime.records import Claim
from lake_runtime.transactions import Change, write_groups


class Status(StrEnum):
    """Where an arrival stands. Only the first three are on the way; the rest are ends.

    `held` is a file that no manifest has brought into a run, or a manifest whose files are not
    all there. `rolled_back` is a file whose rows a person took out of the table again.
    """

    HELD = "held"
    WAITING = "waiting"
    CLAIMED = "claimed"
    PUBLISHED = "published"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    MISSING = "missing"
    SKIPPED = "skipped"
    PARKED = "parked"
    UNCLAIMED = "unclaimed"
    REPLAYED = "replayed"
    DROPPED = "dropped"
    ROLLED_BACK = "rolled_back"


def is_condition_failure(error: ClientError) -> bool:
    """Tell whether a write was refused because its condition did not hold."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


@dataclass(frozen=True)
class Ledger:
    """One dataset's part of the ledger table; reads are strongly consistent."""

    table: str
    scope: str

    def register(self, claim: Claim) -> bool:
        """Record a new arrival and its waiting marker together; False if it was known before."""
        arrival = claim.model_dump() | {"status": Status.WAITING, "attempts": 0}
        put_arrival = self.put(f"ARRIVAL#{claim.arrival_id}", arrival, only_if_absent=True)
        return write_groups([[put_arrival, self.put_marker(claim)]])[0]

    def record(self, claim: Claim, status: Status, **details: str) -> bool:
        """Record an arrival that needs no run; False if it was known before."""
        arrival = claim.model_dump() | {"status": status, "attempts": 0} | details
        change = self.put(f"ARRIVAL#{claim.arrival_id}", arrival, only_if_absent=True)
        return write_groups([[change]])[0]

    def arrival(self, arrival_id: str) -> dict[str, Any] | None:
        """Give an arrival's record, or None."""
        return self.get(f"ARRIVAL#{arrival_id}")

    def waiting(self, limit: int) -> list[Claim]:
        """Give up to `limit` waiting arrivals, those registered first first."""
        found: list[Claim] = []
        for marker in self._markers(limit):
            found.append(Claim.of_item(marker))
            if len(found) == limit:
                break
        return found

    def has_waiting(self) -> bool:
        """Tell whether any arrival waits."""
        return any(True for _ in self._markers(1))

    def waiting_anew(self) -> Iterator[Claim]:
        """Give the waiting arrivals that no run has given back, those registered first first."""
        for marker in self._markers(1000):
            if not marker.get("returned"):
                yield Claim.of_item(marker)

    def _markers(self, limit: int) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            page = (
                clients.dynamodb()
                .Table(self.table)
                .query(
                    KeyConditionExpression=Key("scope").eq(self.scope)
                    & Key("item").begins_with("WAITING#"),
                    ConsistentRead=True,
                    Limit=min(limit, 1000),
                    **start,
                )
            )
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def content_owner(self, checksum: str) -> dict[str, Any] | None:
        """Give who first brought these bytes (`arrival_id`, `run_id`), or None."""
        return self.get(f"CONTENT#{checksum}")

    def own_content(
        self, checksum: str, arrival_id: str, run_id: str, *, instead_of: str | None
    ) -> bool:
        """Write down that an arrival brings these bytes; False if another was quicker.

        `instead_of` is the arrival that owned them until now and was never published.
        """
        item = {"arrival_id": arrival_id, "run_id": run_id}
        change = self.put(f"CONTENT#{checksum}", item, only_if_absent=instead_of is None)
        if instead_of is not None:
            change["Put"]["ConditionExpression"] = "arrival_id = :previous"
            change["Put"]["ExpressionAttributeValues"] = {":previous": instead_of}
        return write_groups([[change]])[0]

    def state(self) -> dict[str, Any] | None:
        """Give what was published last (`last_published_run`, `snapshot_id`, ...), or None."""
        return self.get("STATE")

    def write_state(self, state: Mapping[str, Any]) -> bool:
        """Write what was published; False, and nothing changes, if a later publish is there."""
        change = self.put("STATE", state)
        change["Put"]["ConditionExpression"] = (
            "attribute_not_exists(last_published_at) OR last_published_at <= :this"
        )
        change["Put"]["ExpressionAttributeValues"] = {":this": state["last_published_at"]}
        return write_groups([[change]])[0]

    def attempt(self) -> dict[str, Any] | None:
        """Give the last try to build a product (`inputs`, `fingerprint`, `outcome`), or None."""
        return self.get("ATTEMPT")

    def write_attempt(self, attempt: Mapping[str, Any]) -> None:
        """Write down a try to build a product, however it ended."""
        write_groups([[self.put("ATTEMPT", attempt)]])

    def get(self, item: str) -> dict[str, Any] | None:
        """Give any item of this scope, or None."""
        # The client, unlike the resource above it, may be shared by threads.
        answer = clients.dynamodb().meta.client.get_item(
            TableName=self.table, Key=self.key(item), ConsistentRead=True
        )
        return answer.get("Item")

    def key(self, item: str) -> dict[str, str]:
        """Give the primary key of an item of this scope."""
        return {"scope": self.scope, "item": item}

    def put(
        self, item: str, values: Mapping[str, Any], *, only_if_absent: bool = False
    ) -> dict[str, dict[str, Any]]:
        """Give the action that puts an item."""
        put: dict[str, Any] = {"TableName": self.table, "Item": {**values, **self.key(item)}}
        if only_if_absent:
            put["ConditionExpression"] = "attribute_not_exists(#item)"
            put["ExpressionAttributeNames"] = {"#item": "item"}
        return {"Put": put}

    def marker_key(self, claim: Claim) -> dict[str, str]:
        """Give the key of an arrival's waiting marker, which sorts by registration."""
        return self.key(f"WAITING#{claim.registered_at}#{claim.arrival_id}")

    def put_marker(self, claim: Claim, *, returned: bool = False) -> Change:
        """Give the action that marks an arrival as waiting, `returned` for one that a run gives
        back.

        The marker carries the whole claim, so that claiming reads no arrival one by one.
        """
        given_back = {"returned": True} if returned else {}
        return {
            "Put": {
                "TableName": self.table,
                "Item": {**claim.model_dump(), **given_back, **self.marker_key(claim)},
            }
        }
