"""The lock that lets one run at a time work on a dataset."""

import time
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from lake_runtime import clients
from lake_runtime.errors import LeaseLost
from lake_runtime.ledger import Ledger, is_condition_failure


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, until when (epoch seconds), and whose unfinished runs it took over.

    `looks_again` tells that whoever gives the lock back looks, after that, for what waits.
    """

    run_id: str
    expires_at: int
    abandoned: tuple[str, ...]
    execution_arn: str = ""
    looks_again: bool = False

    @property
    def has_expired(self) -> bool:
        """Tell whether the lease has run out."""
        return self.expires_at < time.time()


@dataclass(frozen=True)
class DatasetLock:
    """The lock item of one dataset, a lease that its holder renews before it publishes."""

    ledger: Ledger

    def holder(self) -> Holder | None:
        """Give the holder of the lock, alive or expired, or None when it is free."""
        item = self.ledger.get("LOCK")
        return _holder(item) if item else None

    def acquire(
        self, run_id: str, execution_arn: str, lease_seconds: int, *, looks_again: bool = False
    ) -> Holder | None:
        """Take the lock for a run; None if another run holds it.

        A lock whose lease ran out is taken over; the run that left it is named in `abandoned`
        until `settle` says that its arrivals wait again. A repeated call renews the lease.
        `looks_again` promises, as `promise_to_look` does.
        """
        found = self.holder()
        abandoned: tuple[str, ...] = ()
        if found is not None:
            if found.run_id != run_id and not found.has_expired:
                return None
            abandoned = found.abandoned
            if found.run_id == run_id:
                looks_again = looks_again or found.looks_again
            else:
                abandoned = (*abandoned, found.run_id)
        expires_at = int(time.time()) + lease_seconds
        item = {
            "run_id": run_id,
            "execution_arn": execution_arn,
            "expires_at": expires_at,
            "lease_seconds": lease_seconds,
            "abandoned": list(abandoned),
            "looks_again": looks_again,
        }
        if not self._put(item, found, run_id):
            return None
        return Holder(run_id, expires_at, abandoned, execution_arn, looks_again)

    def _put(self, item: dict[str, Any], found: Holder | None, run_id: str) -> bool:
        free = Attr("run_id").not_exists() | Attr("run_id").eq(run_id)
        if found is not None:
            as_found = Attr("run_id").eq(found.run_id) & Attr("expires_at").eq(found.expires_at)
            free = Attr("run_id").eq(run_id) | as_found
        try:
            clients.dynamodb().Table(self.ledger.table).put_item(
                Item={**item, **self.ledger.key("LOCK")}, ConditionExpression=free
            )
        except ClientError as error:
            if is_condition_failure(error):
                return False
            raise
        return True

    def settle(self, run_id: str) -> None:
        """Note that the runs this lock took over have been settled; raises `LeaseLost`."""
        self._update(run_id, "SET abandoned = :none", {":none": []})

    def promise_to_look(self, run_id: str) -> None:
        """Note that whoever gives the lock back looks, after that, for what waits.

        Who has made an arrival wait and then finds this note need start nothing. Raises
        `LeaseLost`.
        """
        self._update(run_id, "SET looks_again = :yes", {":yes": True})

    def takes_what_waits(self) -> bool:
        """Tell whether what waits by now is taken without another start: by the run that goes on,
        or by the one that its closing starts."""
        holder = self.holder()
        return holder is not None and holder.looks_again and not holder.has_expired

    def renew(self, run_id: str) -> None:
        """Start the lease anew; raises `LeaseLost` if the run does not hold the lock."""
        item = self.ledger.get("LOCK") or {}
        expires_at = int(time.time()) + int(item.get("lease_seconds", 0))
        self._update(run_id, "SET expires_at = :until", {":until": expires_at})

    def expire(self, holder: Holder) -> None:
        """End the lease of a run that is known to be dead, so that the next run takes over.

        Raises `LeaseLost` if it does not hold the lock any more.
        """
        self._update(holder.run_id, "SET expires_at = :past", {":past": 0})

    def _update(self, run_id: str, update: str, values: dict[str, Any]) -> None:
        try:
            clients.dynamodb().Table(self.ledger.table).update_item(
                Key=self.ledger.key("LOCK"),
                UpdateExpression=update,
                ConditionExpression="run_id = :me",
                ExpressionAttributeValues={":me": run_id, **values},
            )
        except ClientError as error:
            if is_condition_failure(error):
                raise LeaseLost(
                    f"{self.ledger.scope}: run {run_id} no longer holds the lock; its lease ran "
                    "out and another run took over, which claims the same files: nothing to do"
                ) from error
            raise

    def release(self, run_id: str) -> bool:
        """Give the lock back if this run holds it; False if it does not.

        It is free then, unless the run has not settled those that it took over: they hold it as
        before, under a lease that has run out, so that the next run takes over from them again.
        """
        holder = self.holder()
        if holder is None or holder.run_id != run_id:
            return False
        table = clients.dynamodb().Table(self.ledger.table)
        is_mine = Attr("run_id").eq(run_id)
        try:
            if holder.abandoned:
                table.put_item(Item=self._left_behind(holder), ConditionExpression=is_mine)
            else:
                table.delete_item(Key=self.ledger.key("LOCK"), ConditionExpression=is_mine)
        except ClientError as error:
            if is_condition_failure(error):
                return False
            raise
        return True

    def _left_behind(self, holder: Holder) -> dict[str, Any]:
        *others, last = holder.abandoned
        item = {"run_id": last, "execution_arn": "", "expires_at": 0, "abandoned": others}
        return {**item, **self.ledger.key("LOCK")}


def _holder(item: dict[str, Any]) -> Holder:
    return Holder(
        run_id=item["run_id"],
        expires_at=int(item["expires_at"]),
        abandoned=tuple(item.get("abandoned", ())),
        execution_arn=item.get("execution_arn", ""),
        looks_again=bool(item.get("looks_again", False)),
    )
