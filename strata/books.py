"""One dataset's items in the ledger and its records in the audit, for commands that change them.

The functions of the lake read and write the same items.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from data_lake.contracts import ContractSet
from data_lake.problems import nearest
from strata.errors import StrataError
from strata.lakes import Lake
from strata.runs import plain

Row = dict[str, Any]
_read = TypeDeserializer().deserialize
_write = TypeSerializer().serialize
REFUSED = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})
"""How DynamoDB calls a write whose condition did not hold."""


@dataclass(frozen=True)
class Books:
    """The ledger and the audit of one dataset or product; reads are strongly consistent."""

    lake: Lake
    dataset: str

    @property
    def scope(self) -> str:
        """The partition key of the dataset's items in both tables."""
        return f"{self.lake.region}#{self.lake.prefix}#{self.dataset}"

    def item(self, name: str) -> Row | None:
        """Give an item of the ledger, or None."""
        return self._get(self.lake["LedgerTableName"], {"scope": self.scope, "item": name})

    def items(self, start: str) -> Iterator[Row]:
        """Give the ledger's items whose names start so, sorted by name."""
        return self._query(self.lake["LedgerTableName"], "item", start)

    def arrivals(self) -> list[Row]:
        """Give every arrival, those whose objects are older first."""
        return sorted(self.items("ARRIVAL#"), key=lambda one: str(one["event_time"]))

    def record(self, run_id: str) -> Row | None:
        """Give a run's audit record, or None."""
        return self._get(self.lake["AuditTableName"], {"scope": self.scope, "run_id": run_id})

    def records(self) -> list[Row]:
        """Give every audit record, oldest first."""
        found = self._query(self.lake["AuditTableName"], "run_id", "")
        return sorted(found, key=lambda one: str(one["started_at"]))

    def put_record(self, run_id: str, values: Mapping[str, Any]) -> None:
        """Write a run's audit record."""
        owner = f"{self.lake.region}#{self.lake.prefix}"
        content = {**values, "scope": self.scope, "run_id": run_id, "owner_scope": owner}
        self._client.put_item(
            TableName=self.lake["AuditTableName"],
            Item=_written(content | {"dataset": self.dataset}),
        )

    def put(
        self,
        name: str,
        values: Mapping[str, Any],
        condition: str | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> bool:
        """Write an item of the ledger; False, and nothing changes, if a condition does not hold."""
        return self.write([self.put_action(name, values, condition, given)])

    def put_action(
        self,
        name: str,
        values: Mapping[str, Any],
        condition: str | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Row:
        """Give the action that writes an item, for `write`."""
        content = {**values, "scope": self.scope, "item": name}
        put = {"TableName": self.lake["LedgerTableName"], "Item": _written(content)}
        return {"Put": put | _condition(condition, given)}

    def update_action(
        self, name: str, update: str, condition: str, given: Mapping[str, Any]
    ) -> Row:
        """Give the action that changes an item, for `write`; `#status` names the status."""
        change = {
            "TableName": self.lake["LedgerTableName"],
            "Key": _written({"scope": self.scope, "item": name}),
            "UpdateExpression": update,
            "ExpressionAttributeNames": {"#status": "status"},
        }
        return {"Update": change | _condition(condition, given)}

    def delete(self, name: str, condition: str, given: Mapping[str, Any]) -> bool:
        """Delete an item of the ledger; False if the condition does not hold."""
        change = {
            "TableName": self.lake["LedgerTableName"],
            "Key": _written({"scope": self.scope, "item": name}),
        }
        return self.write([{"Delete": change | _condition(condition, given)}])

    def write(self, actions: Sequence[Row]) -> bool:
        """Write several changes whole or not at all; False if a condition does not hold."""
        try:
            self._client.transact_write_items(TransactItems=list(actions))
        except ClientError as error:
            reasons = {one.get("Code") for one in error.response.get("CancellationReasons", [])}
            is_refused = error.response["Error"]["Code"] in REFUSED
            if is_refused and reasons <= {"None", None, "ConditionalCheckFailed"}:
                return False
            raise
        return True

    @property
    def _client(self) -> Any:
        return self.lake.client("dynamodb")

    def _get(self, table: str, key: Mapping[str, str]) -> Row | None:
        answer = self._client.get_item(TableName=table, Key=_written(key), ConsistentRead=True)
        return _plain(answer["Item"]) if "Item" in answer else None

    def _query(self, table: str, sort: str, start: str) -> Iterator[Row]:
        condition, given = "#scope = :scope", {":scope": {"S": self.scope}}
        names = {"#scope": "scope"}
        if start:
            condition += " AND begins_with(#sort, :start)"
            names["#sort"], given[":start"] = sort, {"S": start}
        pages = self._client.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=given,
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield _plain(item)


def known_name(contracts: ContractSet, name: str) -> str:
    """Give the name of a dataset or product; raises `StrataError` naming the nearest one."""
    return one_of([*contracts.datasets, *contracts.products], name)


def one_of(names: Sequence[str], name: str) -> str:
    """Give a name that is one of those with a contract; raises `StrataError` as `known_name`."""
    if name not in names:
        near = nearest(name, names)
        hint = f"did you mean {near}? " if near else ""
        raise StrataError(f"no contract is named {name}; {hint}There are: {', '.join(names)}")
    return name


def _condition(condition: str | None, given: Mapping[str, Any] | None) -> Row:
    if condition is None:
        return {}
    return {"ConditionExpression": condition} | (
        {"ExpressionAttributeValues": _written(given)} if given else {}
    )


def _written(values: Mapping[str, Any]) -> Row:
    return {name: _write(value) for name, value in values.items()}


def _plain(item: Mapping[str, Any]) -> Row:
    return {name: plain(_read(value)) for name, value in item.items()}
