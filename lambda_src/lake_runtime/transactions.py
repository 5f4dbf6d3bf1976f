"""Many small all-or-nothing writes to DynamoDB, as few requests as possible."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from lake_runtime import clients
from lake_runtime.errors import LedgerUnsettled

Change = Mapping[str, Any]
"""One action of TransactWriteItems: `{"Put": {...}}`, `{"Update": {...}}`, ..."""

ACTIONS_PER_REQUEST = 100
"""The service's limit: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""
_TRIES = 6
_PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons that go away by themselves and that the SDK does not retry inside a cancellation."""


def write_groups(groups: Sequence[Sequence[Change]]) -> list[bool]:
    """Write each group whole or not at all, and tell per group whether it was written.

    A group is refused when a condition of it does not hold; the others are written all the same.
    Raises `LedgerUnsettled` if other transactions keep touching the same items, or the table
    stays throttled.
    """
    written: list[bool] = []
    size = max((len(group) for group in groups), default=1)
    step = ACTIONS_PER_REQUEST // size
    for start in range(0, len(groups), step):
        written.extend(_write_chunk(groups[start : start + step]))
    return written


def _write_chunk(groups: Sequence[Sequence[Change]]) -> list[bool]:
    refused: set[int] = set()
    for attempt in range(_TRIES):
        pending = [index for index in range(len(groups)) if index not in refused]
        if not pending:
            break
        failed = _try_write([groups[index] for index in pending])
        if failed is None:
            break
        refused |= {pending[index] for index in failed}
        if not failed:
            time.sleep(0.05 * 2**attempt)
    else:
        raise LedgerUnsettled(
            f"the ledger refused {len(pending)} changes {_TRIES} times because it was throttled or "
            "other transactions touched the same items; the step is safe to repeat"
        )
    return [index not in refused for index in range(len(groups))]


def _try_write(groups: Sequence[Sequence[Change]]) -> set[int] | None:
    """Give None when all was written, else the groups refused (none of them: a conflict)."""
    changes = [change for group in groups for change in group]
    owners = [index for index, group in enumerate(groups) for _ in group]
    try:
        clients.dynamodb().meta.client.transact_write_items(
            TransactItems=changes  # type: ignore[arg-type]
        )
    except ClientError as error:
        codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
        failed = {owners[at] for at, code in enumerate(codes) if code == "ConditionalCheckFailed"}
        if failed or _PASSING.intersection(codes):
            return failed
        raise
    return None
