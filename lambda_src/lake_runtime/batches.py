"""Batches in the ledger: files that wait for a manifest, and manifests that wait for files.

`FILE#` keeps the newest version of each key, `LISTED#` what a manifest lists. A manifest that is
not complete watches one file that is missing (`WATCH#`), and the arrival of that file looks for
the next one. Whoever writes a file looks at the watchers afterwards, and whoever watches looks at
the file afterwards, so one of the two sees that the batch is complete, in whichever order or at
once they come.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lake_runtime.errors import LedgerUnsettled
from lake_runtime.ledger import Ledger, Status
from lake_runtime.manifests import digest_of
from lake_runtime.parallel import in_parallel
from lake_runtime.records import Claim, Listed
from lake_runtime.transactions import write_groups

FILES_PER_ITEM = 200
"""Keys of 1,024 bytes and checksums of so many files stay under DynamoDB's 400 KB for an item."""
_OPEN = (Status.HELD, Status.DUPLICATE)
"""A repeated manifest changes nothing, but is taken if all its files arrive anew."""
_THERE = (Status.HELD, Status.CLAIMED)
"""A file in the hands of a run may come back; the run that opens next sees what became of it."""
_LOOKED_AT_ONCE = 16
_TRIES = 10


@dataclass(frozen=True)
class Batches:
    """The batches of one dataset; needs only GetItem and PutItem, but for `hold`."""

    ledger: Ledger

    def offer(self, claim: Claim) -> None:
        """Make an arrival the newest version of its key, unless a later one is known."""
        age = "\n".join(claim.age_order)
        change = self.ledger.put(f"FILE#{_hash(claim.key)}", claim.model_dump() | {"age": age})
        change["Put"]["ConditionExpression"] = "attribute_not_exists(age) OR age < :age"
        change["Put"]["ExpressionAttributeValues"] = {":age": age}
        write_groups([[change]])

    def newest(self, key: str) -> Claim | None:
        """Give the newest version of a key that has arrived."""
        item = self.ledger.get(f"FILE#{_hash(key)}")
        return None if item is None else _claim(item)

    def enter(self, manifest: Claim, files: Sequence[Listed]) -> None:
        """Record a manifest that has just arrived; repeating it changes nothing.

        A later version of a manifest takes the place of one that is not complete.
        """
        for start in range(0, len(files), FILES_PER_ITEM):
            part = [listed.model_dump() for listed in files[start : start + FILES_PER_ITEM]]
            item = f"LISTED#{manifest.arrival_id}#{start // FILES_PER_ITEM:04}"
            write_groups([[self.ledger.put(item, {"files": part})]])
        self.replace(manifest)
        digest = digest_of(files)
        status, details = self._standing(manifest.arrival_id, digest)
        self.ledger.record(manifest, status, checksum=digest, **details)
        self.drop_replaced(manifest.arrival_id)

    def replace(self, manifest: Claim) -> None:
        """End the version before of a manifest, if its batch is not complete."""
        before = self.newest(manifest.key)
        self.offer(manifest)
        if before is not None:
            self.drop_replaced(before.arrival_id)

    def listed(self, manifest_id: str) -> list[Listed]:
        """Give the files of a manifest; none if it was malformed, or is no manifest."""
        found: list[Listed] = []
        while part := self._part(manifest_id, len(found) // FILES_PER_ITEM):
            found += part
            if len(part) < FILES_PER_ITEM:
                break
        return found

    def wake(self, key: str) -> list[str]:
        """Look at the manifests that watch a key; give those whose batch waits for a run now."""
        item = self.ledger.get(f"WATCH#{_hash(key)}") or {"manifests": []}
        return [
            entry["id"]
            for entry in item["manifests"]
            if self.advance(entry["id"], int(entry["position"]))
        ]

    def advance(self, manifest_id: str, position: int = 0) -> bool:
        """Look for a manifest's files from a position on; tell whether it waits for a run now."""
        watched: str | None = None
        while True:
            arrival = self.ledger.arrival(manifest_id) or {}
            if arrival.get("status") not in _OPEN:
                return arrival.get("status") == Status.WAITING
            missing = self._first_missing(manifest_id, position)
            if missing is None:
                return not self.drop_replaced(manifest_id) and self._release(arrival)
            position, key = missing
            if key == watched:
                return False
            self._watch(key, manifest_id, position)
            watched = key

    def missing(self, manifest_id: str) -> list[str]:
        """Give the keys that a manifest lists and that are not there to be taken."""
        keys = [listed.key for listed in self.listed(manifest_id)]
        found = zip(keys, in_parallel(self._newest_with_status, keys), strict=True)
        return [key for key, (_, status) in found if status not in _THERE]

    def ready(self, files: Sequence[Listed]) -> list[Claim] | None:
        """Give the versions that a run is to take; None unless every one is there to be taken."""
        found = in_parallel(self._newest_with_status, [listed.key for listed in files])
        claims = [claim for claim, status in found if claim and status == Status.HELD]
        return claims if len(claims) == len(files) else None

    def hold(self, manifest: Claim) -> None:
        """Let a manifest that waits for a run wait for its files again."""
        arrival = self.ledger.arrival(manifest.arrival_id) or {}
        if not self.drop_replaced(manifest.arrival_id):
            status, details = self._standing(manifest.arrival_id, str(arrival.get("checksum")))
            changes = self._change(arrival, status, details)
            delete = {"TableName": self.ledger.table, "Key": self.ledger.marker_key(manifest)}
            write_groups([[changes, {"Delete": delete}]])
        self.advance(manifest.arrival_id)

    def drop_replaced(self, manifest_id: str) -> bool:
        """End a manifest that is not complete if a later version of it has arrived."""
        arrival = self.ledger.arrival(manifest_id) or {}
        newest = self.newest(arrival["key"]) if arrival else None
        if newest is None or newest.arrival_id == manifest_id:
            return False
        if arrival["status"] in (*_OPEN, Status.WAITING):
            reason = "a later version of this manifest came before its batch was complete"
            changes = [self._change(arrival, Status.SKIPPED, {"reason": reason})]
            write_groups([changes])
        return True

    def _standing(self, manifest_id: str, digest: str) -> tuple[Status, dict[str, str]]:
        """Tell whether a manifest repeats another that is on its way or was loaded."""
        owner = self.ledger.content_owner(digest)
        if owner is not None and owner["arrival_id"] != manifest_id:
            other = self.ledger.arrival(owner["arrival_id"]) or {}
            if other.get("status") in (
                Status.HELD,
                Status.WAITING,
                Status.CLAIMED,
                Status.PUBLISHED,
            ):
                return Status.DUPLICATE, {
                    "rule": "duplicate_content",
                    "reason": f"lists the same files as arrival {owner['arrival_id']} "
                    f"({other['key']}); taken only if all of them arrive anew",
                }
        previous = owner["arrival_id"] if owner else None
        self.ledger.own_content(digest, manifest_id, "", instead_of=previous)
        return Status.HELD, {}

    def _release(self, arrival: dict[str, Any]) -> bool:
        change = self._change(arrival, Status.WAITING, {})
        if write_groups([[change, self.ledger.put_marker(_claim(arrival))]])[0]:
            return True
        now = self.ledger.arrival(arrival["arrival_id"]) or {}
        return now.get("status") == Status.WAITING

    def _change(
        self, arrival: dict[str, Any], status: Status, details: dict[str, str]
    ) -> dict[str, dict[str, Any]]:
        """Give the action that moves an arrival on, refused if another was quicker."""
        kept = {name: value for name, value in arrival.items() if name not in ("rule", "reason")}
        change = self.ledger.put(
            f"ARRIVAL#{arrival['arrival_id']}", kept | details | {"status": status}
        )
        change["Put"]["ConditionExpression"] = "#status = :was"
        change["Put"]["ExpressionAttributeNames"] = {"#status": "status"}
        change["Put"]["ExpressionAttributeValues"] = {":was": arrival["status"]}
        return change

    def _first_missing(self, manifest_id: str, position: int) -> tuple[int, str] | None:
        while part := self._part(manifest_id, position // FILES_PER_ITEM):
            at = position % FILES_PER_ITEM
            keys = [listed.key for listed in part[at : at + _LOOKED_AT_ONCE]]
            for key, (_, status) in zip(
                keys, in_parallel(self._newest_with_status, keys), strict=True
            ):
                if status not in _THERE:
                    return position, key
                position += 1
            if not keys:
                return None
        return None

    def _part(self, manifest_id: str, number: int) -> list[Listed]:
        item = self.ledger.get(f"LISTED#{manifest_id}#{number:04}") or {"files": []}
        return [Listed.model_validate(entry) for entry in item["files"]]

    def _newest_with_status(self, key: str) -> tuple[Claim | None, str | None]:
        claim = self.newest(key)
        arrival = self.ledger.arrival(claim.arrival_id) if claim else None
        return claim, (arrival or {}).get("status")

    def _watch(self, key: str, manifest_id: str, position: int) -> None:
        item = f"WATCH#{_hash(key)}"
        entry = {"id": manifest_id, "position": position}
        for _ in range(_TRIES):
            found = self.ledger.get(item)
            others = [one for one in (found or {}).get("manifests", []) if one["id"] != manifest_id]
            still = [one for one in others if self._is_open(one["id"])]
            change = self.ledger.put(item, {"manifests": [*still, entry]}, only_if_absent=not found)
            if found:
                change["Put"]["ConditionExpression"] = "manifests = :seen"
                change["Put"]["ExpressionAttributeValues"] = {":seen": found["manifests"]}
            if write_groups([[change]])[0]:
                return
        raise LedgerUnsettled(
            f"{key}: who waits for it changed {_TRIES} times while a manifest was added; retry"
        )

    def _is_open(self, manifest_id: str) -> bool:
        return (self.ledger.arrival(manifest_id) or {}).get("status") in _OPEN


def _hash(key: str) -> str:
    """Give a name for a key; a key alone fills the 1,024 bytes of a sort key."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _claim(item: dict[str, Any]) -> Claim:
    return Claim.of_item(item)
