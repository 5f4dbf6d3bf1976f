"""Claiming arrivals for a run, and what becomes of them when it ends."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lake_runtime.errors import LedgerUnsettled
from lake_runtime.ledger import Ledger, Status
from lake_runtime.parallel import in_parallel
from lake_runtime.records import Claim
from lake_runtime.transactions import Change, write_groups


def claim_arrivals(ledger: Ledger, run_id: str, wanted: Sequence[Claim]) -> list[Claim]:
    """Claim waiting arrivals for a run and give those that the run now holds.

    Repeating it gives the same: what the run claimed before stays claimed, once. A marker whose
    arrival no longer waits is removed.
    """
    written = write_groups([[*_claim_changes(ledger, run_id, claim)] for claim in wanted])
    held = []
    for claim, fresh in zip(wanted, written, strict=True):
        if fresh or _is_held(ledger, run_id, claim):
            held.append(claim)
        else:
            write_groups([_stale_marker_changes(ledger, claim)])
    return held


def claim_files(ledger: Ledger, run_id: str, files: Sequence[Claim]) -> None:
    """Claim the files of a batch, which are held and have no marker; safe to repeat.

    They count no attempts: their manifest does. Raises `LedgerUnsettled` unless the run then
    holds all of them, because a batch is loaded whole.
    """
    values = {":to": Status.CLAIMED, ":run": run_id, ":held": Status.HELD}
    change = "SET #status = :to, run_id = :run"
    written = write_groups(
        [[_update(ledger, claim, change, "#status = :held", values)] for claim in files]
    )
    lost = [
        claim.key
        for claim, fresh in zip(files, written, strict=True)
        if not fresh and not _is_held(ledger, run_id, claim)
    ]
    if lost:
        raise LedgerUnsettled(
            f"{len(lost)} of {len(files)} files of the batch were taken by others: {lost[0]!r}"
        )


def return_arrivals(
    ledger: Ledger, run_id: str, claims: Sequence[Claim], reason: str, max_attempts: int
) -> list[Claim]:
    """Let a run's claimed arrivals wait again, and give those parked instead.

    An arrival of which `max_attempts` runs failed is parked: no run claims it again by itself.
    The markers of the others say that they were given back, so that they alone start no run.
    Arrivals that already reached an end (rejected, duplicate, missing) stay there.
    """
    held = {":claimed": Status.CLAIMED, ":run": run_id, ":most": max_attempts, ":reason": reason}
    waits = [
        [
            _update(
                ledger,
                claim,
                "SET #status = :to, reason = :reason REMOVE run_id",
                "#status = :claimed AND run_id = :run AND attempts < :most",
                held | {":to": Status.WAITING},
            ),
            ledger.put_marker(claim, returned=True),
        ]
        for claim in claims
    ]
    left = [claim for claim, done in zip(claims, write_groups(waits), strict=True) if not done]
    parks = [
        [
            _update(
                ledger,
                claim,
                "SET #status = :to, reason = :reason",
                "#status = :claimed AND run_id = :run AND attempts >= :most",
                held | {":to": Status.PARKED},
            )
        ]
        for claim in left
    ]
    write_groups(parks)
    parked = in_parallel(lambda claim: _is_parked(ledger, run_id, claim), left)
    return [claim for claim, is_parked in zip(left, parked, strict=True) if is_parked]


def unpark_arrivals(ledger: Ledger, run_id: str, claims: Sequence[Claim]) -> None:
    """Let the arrivals that a run's failure parked wait again, their attempts forgotten."""
    values = {":to": Status.WAITING, ":parked": Status.PARKED, ":run": run_id, ":none": 0}
    change = "SET #status = :to, attempts = :none REMOVE run_id, reason"
    condition = "#status = :parked AND run_id = :run"
    write_groups(
        [
            [
                _update(ledger, claim, change, condition, values),
                ledger.put_marker(claim, returned=True),
            ]
            for claim in claims
        ]
    )


def settle_arrivals(
    ledger: Ledger, run_id: str, ends: Iterable[tuple[Claim, Status, Mapping[str, Any]]]
) -> None:
    """Bring a run's claimed arrivals to their end, each with its details (rule, reason, ...).

    Repeating it changes nothing: an arrival that the run no longer holds is left as it is.
    """
    write_groups([[_end_change(ledger, run_id, *end)] for end in ends])


def _end_change(
    ledger: Ledger, run_id: str, claim: Claim, status: Status, details: Mapping[str, Any]
) -> Change:
    kept = {name: value for name, value in details.items() if value is not None}
    sets = ["#status = :to", *(f"#{name} = :{name}" for name in kept)]
    change = _update(
        ledger,
        claim,
        f"SET {', '.join(sets)}",
        "#status = :claimed AND run_id = :run",
        {":to": status, ":claimed": Status.CLAIMED, ":run": run_id}
        | {f":{name}": value for name, value in kept.items()},
    )
    change["Update"]["ExpressionAttributeNames"].update({f"#{name}": name for name in kept})
    return change


def _claim_changes(ledger: Ledger, run_id: str, claim: Claim) -> Iterable[Change]:
    yield _update(
        ledger,
        claim,
        "SET #status = :to, run_id = :run ADD attempts :one",
        "#status = :waiting",
        {":to": Status.CLAIMED, ":run": run_id, ":one": 1, ":waiting": Status.WAITING},
    )
    yield {"Delete": {"TableName": ledger.table, "Key": ledger.marker_key(claim)}}


def _stale_marker_changes(ledger: Ledger, claim: Claim) -> list[Change]:
    check = {
        "TableName": ledger.table,
        "Key": ledger.key(f"ARRIVAL#{claim.arrival_id}"),
        "ConditionExpression": "#status <> :waiting",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":waiting": Status.WAITING},
    }
    return [
        {"ConditionCheck": check},
        {"Delete": {"TableName": ledger.table, "Key": ledger.marker_key(claim)}},
    ]


def _is_held(ledger: Ledger, run_id: str, claim: Claim) -> bool:
    arrival = ledger.arrival(claim.arrival_id) or {}
    return arrival.get("run_id") == run_id


def _is_parked(ledger: Ledger, run_id: str, claim: Claim) -> bool:
    arrival = ledger.arrival(claim.arrival_id) or {}
    return arrival.get("status") == Status.PARKED and arrival.get("run_id") == run_id


def _update(
    ledger: Ledger, claim: Claim, update: str, condition: str, values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    return {
        "Update": {
            "TableName": ledger.table,
            "Key": ledger.key(f"ARRIVAL#{claim.arrival_id}"),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": dict(values),
        }
    }
