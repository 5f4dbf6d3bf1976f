"""Batches that came by manifest: each is loaded again whole, by a run of its own."""

from collections.abc import Mapping, Sequence

from strata.books import Books, Row
from strata.errors import StrataError

_LOADED = ("published", "rolled_back", "duplicate")
"""How the files of a loaded batch may have ended; a duplicate's rows came with another of them."""


def with_files(books: Books, manifests: Sequence[Row]) -> dict[str, list[Row]]:
    """Give each manifest with all the files that it lists, by slice, the oldest batch first.

    Raises `StrataError` for a batch that cannot be put together as it was: because a file or the
    manifest itself has arrived anew since, or because a file is not loaded now.
    """
    arrivals = {one["arrival_id"]: one for one in books.arrivals()}
    newest = {one["key"]: one["arrival_id"] for one in books.items("FILE#")}
    return {
        f"batch{number:04}": [manifest, *_files(books, manifest, arrivals, newest)]
        for number, manifest in enumerate(manifests, start=1)
    }


def before(arrival: Row) -> Row:
    """Give what an arrival is before it is released, so that it can be again."""
    return {"status": arrival["status"], "run_id": arrival.get("run_id")}


def give_back(books: Books, ids: Sequence[str], mark: str) -> None:
    """Make a batch what it was before a slice released it, unless it waits or is in a run.

    The manifest comes first: once that is given back, no run takes the files.
    """
    for arrival in (books.item(f"ARRIVAL#{one}") for one in ids):
        if arrival is None or arrival.get("reprocessing") != mark:
            # The manifest is released last, so it may not have been.
            continue
        if arrival["status"] != "held":
            return
        if not _give_back(books, arrival, mark):
            return


def _give_back(books: Books, arrival: Row, mark: str) -> bool:
    was = arrival["was_before"]
    given = {":to": was["status"], ":run": was["run_id"], ":held": "held", ":mark": mark}
    change = books.update_action(
        arrival["item"],
        "SET #status = :to, run_id = :run REMOVE was_before, reprocessing, reason",
        "#status = :held AND reprocessing = :mark",
        given,
    )
    return books.write([change])


def _files(
    books: Books, manifest: Row, arrivals: Mapping[str, Row], newest: Mapping[str, str]
) -> list[Row]:
    if newest.get(manifest["key"]) != manifest["arrival_id"]:
        raise _refusal(books, manifest, f"{manifest['key']} itself has arrived anew since")
    found = []
    for key in _listed(books, manifest):
        arrival = arrivals.get(newest.get(key, ""))
        if arrival is None or arrival.get("run_id") != manifest.get("run_id"):
            raise _refusal(books, manifest, f"{key} has arrived anew since")
        if arrival["status"] not in _LOADED:
            raise _refusal(books, manifest, f"{key} is {arrival['status']}")
        found.append(arrival)
    return found


def _listed(books: Books, manifest: Row) -> list[str]:
    parts = books.items(f"LISTED#{manifest['arrival_id']}#")
    return [str(entry["key"]) for part in parts for entry in part["files"]]


def _refusal(books: Books, manifest: Row, why: str) -> StrataError:
    return StrataError(
        f"{books.dataset}: the batch of {manifest['key']}, loaded by run {manifest.get('run_id')}, "
        f"cannot be put together as it was: {why}; narrow the range, or upload the files and their "
        "manifest anew"
    )
