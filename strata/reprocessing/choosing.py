"""Which files may be loaded again, by how the table takes rows, and in which slices.

A merge takes a file again as often as one likes. An append would put its rows into the table once
more, so only files are taken whose rows a rollback took out. A table that each run replaces holds
what the last run loaded: only that can take its own place.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from botocore.exceptions import ClientError

from data_lake.contracts import DatasetContract
from strata.books import Books, Row
from strata.errors import StrataError
from strata.reprocessing.batches import with_files

AGAIN = ("published", "rolled_back")
"""The ends of arrivals that can be loaded again; `strata quarantine` brings back the others."""
_LOOKS_AT_ONCE = 16


@dataclass(frozen=True)
class Range:
    """The files that arrived in `[start, end)`, and whether each day is a run of its own."""

    start: datetime
    end: datetime
    by_day: bool

    @classmethod
    def of_days(cls, first: date, last: date) -> "Range":
        """Give whole days in UTC, the last one too; raises `StrataError` if there are none."""
        if last < first:
            raise StrataError(f"--to: must not be before --from, {first}: got {last}")
        return cls(_midnight(first), _midnight(last) + timedelta(days=1), by_day=True)

    def has(self, arrival: Row) -> bool:
        """Tell whether a file arrived in it."""
        return self.start <= datetime.fromisoformat(arrival["event_time"]) < self.end

    def slice_of(self, arrival: Row) -> str:
        """Give the name of the slice that a file belongs to."""
        if not self.by_day:
            return "all"
        moment = datetime.fromisoformat(arrival["event_time"]).astimezone(UTC)
        return f"{moment:%Y%m%d}"

    def describe(self) -> str:
        """Say which files it means."""
        if self.by_day:
            return f"from {self.start:%Y-%m-%d} to {self.end - timedelta(days=1):%Y-%m-%d}"
        return f"since {self.start.isoformat()}"


def choose(books: Books, contract: DatasetContract, asked: Range) -> dict[str, list[Row]]:
    """Give the files that are loaded again, by slice, oldest first; the files of a slice, too.

    A dataset that comes by manifest has a slice for each batch, and the manifest is its first.

    Raises `StrataError` where loading them again would double or lose rows, or cannot be done.
    """
    found = [one for one in books.arrivals() if one["status"] in AGAIN and asked.has(one)]
    if contract.trigger.mode == "manifest":
        # A batch belongs to when its manifest came.
        found = [one for one in found if one["key"].endswith(contract.trigger.suffix)]
    if contract.write_mode == "append":
        _check_append(books.dataset, found)
    elif contract.write_mode == "replace":
        found = _of_last_run(books, found)
    if contract.trigger.mode == "manifest":
        batches = with_files(books, found)
        _check_versions(books, [one for batch in batches.values() for one in batch])
        return batches
    slices: dict[str, list[Row]] = {}
    for arrival in found:
        slices.setdefault(asked.slice_of(arrival), []).append(arrival)
    if contract.write_mode == "replace" and len(slices) > 1:
        # One run loaded them, and only one run can put them back together.
        slices = {min(slices): found}
    _check_versions(books, found)
    return slices


def _check_append(dataset: str, found: Sequence[Row]) -> None:
    held = [one for one in found if one["status"] == "published"]
    if held:
        raise StrataError(
            f"{dataset} appends: {len(held)} of the files are in the table, and their rows would "
            f"be there twice, {held[0]['key']} the first. Take them out first: strata rollback "
            f"{dataset} lists the states before them"
        )


def _of_last_run(books: Books, found: Sequence[Row]) -> list[Row]:
    run_id = (books.item("STATE") or {}).get("last_published_run")
    record = books.record(str(run_id)) or {}
    while record.get("trigger") == "rollback":
        run_id = record["rolled_back_to"]
        record = books.record(str(run_id)) or {}
    kept = [one for one in found if one["status"] == "published" and one.get("run_id") == run_id]
    if found and not kept:
        raise StrataError(
            f"{books.dataset} is replaced by each run, and holds what run {run_id} loaded; none of "
            "those files is meant, and older ones would take their place"
        )
    return kept


def _check_versions(books: Books, found: Sequence[Row]) -> None:
    """Raise if the raw zone no longer has a file: a run would go on without it."""

    def is_gone(arrival: Row) -> bool:
        place = {"Bucket": arrival["bucket"], "Key": arrival["key"]}
        try:
            s3.head_object(**place, VersionId=arrival["version_id"])
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchVersion", "405"):
                return True
            raise
        return False

    s3 = books.lake.client("s3")
    with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
        gone = [
            one for one, is_lost in zip(found, pool.map(is_gone, found), strict=True) if is_lost
        ]
    if gone:
        raise StrataError(
            f"{books.dataset}: {len(gone)} of {len(found)} files are not in the raw zone any more "
            f"in the version that was loaded, {gone[0]['key']} the first; narrow the range"
        )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
