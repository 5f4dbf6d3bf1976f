"""Who brought the bytes of a file first."""

from collections.abc import Mapping
from typing import Any

from lake_runtime.contracts import Dataset
from lake_runtime.errors import LedgerUnsettled
from lake_runtime.ledger import Status
from lake_runtime.records import Claim
from lake_runtime.run import Run

_LOOKS = 5


def find_original(run: Run, claim: Claim, dataset: Dataset, checksum: str) -> dict[str, Any] | None:
    """Give the arrival that brought these bytes first, or None after making this one the first.

    Bytes count as there only if they were published, or are in a file of this very run. Whoever
    brought them without success gives way. Where each run replaces the table, only what the last
    one brought is still there.
    """
    ledger = run.ledger
    for _ in range(_LOOKS):
        owner = ledger.content_owner(checksum)
        if owner is not None and owner["arrival_id"] != claim.arrival_id:
            other = ledger.arrival(owner["arrival_id"]) or {}
            if _is_published(run, dataset, other) or _is_read_here(run, owner, other):
                return other
        previous = owner["arrival_id"] if owner else None
        if ledger.own_content(checksum, claim.arrival_id, run.run_id, instead_of=previous):
            return None
    raise LedgerUnsettled(
        f"{claim.key}: who brought its bytes first changed {_LOOKS} times while it was asked; retry"
    )


def _is_published(run: Run, dataset: Dataset, arrival: Mapping[str, Any]) -> bool:
    if arrival.get("status") != Status.PUBLISHED:
        return False
    if dataset.write_mode != "replace":
        return True
    if dataset.comes_in_batches:
        # A batch takes the table's place whole, with the files that were in the one before.
        return False
    state = run.ledger.state() or {}
    return bool(arrival["run_id"] == state.get("last_published_run"))


def _is_read_here(run: Run, owner: Mapping[str, Any], arrival: Mapping[str, Any]) -> bool:
    """Tell whether this run has read the bytes; a mere claim says nothing of them yet."""
    is_ours = arrival.get("status") == Status.CLAIMED and arrival.get("run_id") == run.run_id
    return bool(is_ours and owner["run_id"] == run.run_id)
