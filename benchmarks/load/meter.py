"""Counts what functions ask of AWS services, request by request, as the services would bill it."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
TRANSACTION_FACTOR = 2
"""A transaction writes each item twice:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-unit-calculations.html"""
_CHANGES = ("PutItem", "UpdateItem", "DeleteItem")
_S3_WRITES = ("PutObject", "CopyObject", "ListObjectsV2", "CreateMultipartUpload")


@dataclass
class Meter:
    """Requests of functions by what they cost; what is asked outside of `invocation` is not ours.

    Attributes:
        ledger_table: the table whose writes are counted as `ledger_writes`.
        counts: `ledger_writes` and `other_writes` in items, `write_units`, `read_units`,
            `s3_writes` (PUT, COPY, LIST) and `s3_reads`.
        invocations: by function.
        seconds: by function: what its requests would take one after the other.
    """

    ledger_table: str
    seconds_per_request: float
    seconds_per_invocation: float
    counts: Counter[str] = field(default_factory=Counter)
    invocations: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    _requests: int = 0
    _is_on: bool = False

    def watch(self, *made: Any) -> None:
        """Count the requests of these clients."""
        for client in made:
            client.meta.events.register("before-call", self._before)
            client.meta.events.register("after-call", self._after)

    @contextmanager
    def invocation(self, function: str) -> Iterator[None]:
        """Count what is asked inside as one invocation of a function."""
        before, self._is_on = self._requests, True
        try:
            yield
        finally:
            self._is_on = False
            self.invocations[function] += 1
            self.last_seconds = (
                self.seconds_per_invocation + (self._requests - before) * self.seconds_per_request
            )
            self.seconds[function] += self.last_seconds  # type: ignore[assignment]

    last_seconds: float = 0.0

    def _before(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        if not self._is_on:
            return
        self._requests += 1
        service = model.service_model.service_name
        if service == "dynamodb":
            self._dynamodb(model.name, json.loads(params["body"]))
        elif service == "s3":
            self.counts["s3_writes" if model.name in _S3_WRITES else "s3_reads"] += 1

    def _after(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        if self._is_on and model.name in ("GetItem", "Query"):
            found = parsed.get("Items") or [parsed.get("Item", {})]
            self.counts["read_units"] += max(1, math.ceil(_size(found) / READ_UNIT_BYTES))

    def _dynamodb(self, name: str, body: dict[str, Any]) -> None:
        if name == "TransactWriteItems":
            for action in body["TransactItems"]:
                (kind, change), *_ = action.items()
                if kind == "ConditionCheck":
                    self.counts["write_units"] += TRANSACTION_FACTOR
                else:
                    self._write(change, TRANSACTION_FACTOR)
        elif name in _CHANGES:
            self._write(body, 1)

    def _write(self, change: dict[str, Any], factor: int) -> None:
        is_ledger = change["TableName"] == self.ledger_table
        self.counts["ledger_writes" if is_ledger else "other_writes"] += 1
        # What an update leaves of an arrival is below one unit, as the arrival itself is.
        units = max(1, math.ceil(_size(change.get("Item", {})) / WRITE_UNIT_BYTES))
        self.counts["write_units"] += factor * units


def _size(item: Any) -> int:
    return len(json.dumps(item, default=str))
