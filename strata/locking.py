"""A dataset's lock, held by a command as a run holds it: no run opens meanwhile."""

import time

from strata.books import Books, Row
from strata.errors import StrataError

LOCK = "LOCK"
LEASE_SECONDS = 3600
"""How long a command may be silent before the next run takes the lock over."""


def take_lock(books: Books, run_id: str) -> None:
    """Take the dataset's lock under a run's id, or renew it.

    Raises `StrataError` while another run holds it, or has died and nobody has cleared up after it.
    """
    item = {
        "run_id": run_id,
        "execution_arn": "",
        "expires_at": int(time.time()) + LEASE_SECONDS,
        "lease_seconds": LEASE_SECONDS,
        "abandoned": [],
    }
    is_free = "attribute_not_exists(run_id) OR run_id = :me"
    if not books.put(LOCK, item, is_free, {":me": run_id}):
        raise StrataError(_held(books, books.item(LOCK)))


def release_lock(books: Books, run_id: str) -> None:
    """Free the lock if the run holds it still."""
    books.delete(LOCK, "run_id = :me", {":me": run_id})


def _held(books: Books, lock: Row | None) -> str:
    if lock is None:
        return f"{books.dataset}: a run has just ended; try again"
    if lock["expires_at"] < time.time():
        return (
            f"{books.dataset}: run {lock['run_id']} died, and what it held is not given back yet; "
            f"the next sweep or run does that: strata run {books.dataset}"
        )
    return f"{books.dataset}: run {lock['run_id']} is going; wait until it has ended"
