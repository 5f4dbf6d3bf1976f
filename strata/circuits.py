"""The circuits of datasets and products: how they stand, how they came to, moved by hand."""

import difflib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from data_lake.contracts import ContractSet
from strata.errors import StrataError
from strata.lakes import Lake

Row = dict[str, Any]
_read = TypeDeserializer().deserialize
_write = TypeSerializer().serialize
_TRIES = 5


def list_circuits(lake: Lake, contracts: ContractSet) -> list[Row]:
    """Give how every dataset's and product's circuit stands, the ones that are not closed first."""
    names = sorted([*contracts.datasets, *contracts.products])
    rows = [_row(name, _state(lake, name)) for name in names]
    return sorted(rows, key=lambda row: (row["state"] == "closed", row["dataset"]))


def show_circuit(lake: Lake, contracts: ContractSet, dataset: str) -> list[Row]:
    """Give each change of a circuit, oldest first: from, to, by whom and why."""
    _check(contracts, dataset)
    pages = lake.client("dynamodb").get_paginator("query")
    entries = [
        {name: _read(value) for name, value in item.items()}
        for page in pages.paginate(
            TableName=lake["LedgerTableName"],
            KeyConditionExpression="#scope = :scope AND begins_with(#item, :start)",
            ExpressionAttributeNames={"#scope": "scope", "#item": "item"},
            ExpressionAttributeValues={
                ":scope": {"S": _scope(lake, dataset)},
                ":start": {"S": "CIRCUIT#"},
            },
        )
        for item in page["Items"]
    ]
    names = ("changed_at", "from", "to", "by", "why")
    return [{name: entry[name] for name in names} for entry in entries]


def move_circuit(
    lake: Lake,
    contracts: ContractSet,
    dataset: str,
    to: Literal["open", "closed"],
    *,
    who: str,
    why: str,
) -> Row:
    """Open or close a circuit by hand, write down who did it and why, and give how it stands.

    One that is opened by hand stays open until it is closed by hand; a run that is going goes on.
    Raises `StrataError` for an unknown dataset, without a reason, or if it stands so already.
    """
    _check(contracts, dataset)
    for name, value in (("who", who), ("why", why)):
        if not value.strip():
            raise StrataError(f"--{name}: must say something: got {value!r}")
    for _ in range(_TRIES):
        now = _state(lake, dataset)
        if now["state"] == to and not (to == "open" and now.get("retry_at")):
            raise StrataError(f"the circuit of {dataset} is {to} already; nothing was changed")
        if _put(lake, dataset, now, to, who=who, why=why):
            return _row(dataset, _state(lake, dataset))
    raise StrataError(f"the circuit of {dataset} kept changing while it was moved; try again")


def _put(lake: Lake, dataset: str, now: Mapping[str, Any], to: str, *, who: str, why: str) -> bool:
    version = int(now.get("version", 0))
    said = {"by": who, "why": why, "changed_at": _now()}
    moved = {"state": to, "failures": 0, "retry_at": "", "trial": "", "told": ""}
    item = {**now, **moved, **said, "version": version + 1, "opened_by_run": ""}
    entry = {"from": now["state"], "to": to, **said}
    condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(version)"}
    if version:
        condition = {
            "ConditionExpression": "version = :was",
            "ExpressionAttributeValues": {":was": _write(version)},
        }
    changes = [
        {"Put": _item(lake, dataset, "CIRCUIT", item) | condition},
        {"Put": _item(lake, dataset, f"CIRCUIT#{said['changed_at']}", entry)},
    ]
    try:
        lake.client("dynamodb").transact_write_items(TransactItems=changes)
    except ClientError as error:
        if error.response["Error"]["Code"] == "TransactionCanceledException":
            return False
        raise
    return True


def _item(lake: Lake, dataset: str, item: str, values: Mapping[str, Any]) -> dict[str, Any]:
    content = {**values, "scope": _scope(lake, dataset), "item": item}
    return {
        "TableName": lake["LedgerTableName"],
        "Item": {name: _write(value) for name, value in content.items()},
    }


def _state(lake: Lake, dataset: str) -> dict[str, Any]:
    answer = lake.client("dynamodb").get_item(
        TableName=lake["LedgerTableName"],
        Key={"scope": {"S": _scope(lake, dataset)}, "item": {"S": "CIRCUIT"}},
        ConsistentRead=True,
    )
    found = {name: _read(value) for name, value in answer.get("Item", {}).items()}
    return found or {"state": "closed", "failures": 0}


def _row(dataset: str, state: Mapping[str, Any]) -> Row:
    return {
        "dataset": dataset,
        "state": state["state"],
        "failures": int(state["failures"]),
        "since": state.get("changed_at"),
        "tried_after": state.get("retry_at") or None,
        "by": state.get("by"),
        "why": state.get("why"),
    }


def _check(contracts: ContractSet, dataset: str) -> None:
    names = [*contracts.datasets, *contracts.products]
    if dataset not in names:
        nearest = difflib.get_close_matches(dataset, names, n=1)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        raise StrataError(f"no contract is named {dataset}{hint}")


def _scope(lake: Lake, dataset: str) -> str:
    return f"{lake.region}#{lake.prefix}#{dataset}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
