"""The folders beside a Parquet table that nobody needs any more: seen first, deleted days later.

Publishes, compactions and runs that died leave folders behind. Such an orphan is one that the
catalog does not name, or a staged run without an intent. When a file was written says nothing about
when it was last needed; so each look marks the orphans that it finds, and only one that stayed
what it was for days is deleted. Nothing is deleted while a run is being published, which may need
what was there before; what a dead publish left is for the dataset's next run to take back.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field

from lake_spark.compaction_claims import end_claim, forget_ended_claims, take_claim
from lake_spark.parquet_publishing import is_being_published
from lake_spark.parquet_tables import ParquetTable
from lake_spark.storage import (
    DELETE_BATCH,
    StoredObject,
    delete_keys,
    list_objects,
    read_json_if_there,
    split_uri,
    write_json,
)

SECONDS_PER_DAY = 24 * 60 * 60
STAGED = "/staged.json"
"""The end of the key without which a staged run cannot be published; it is deleted first."""
BEING_PUBLISHED = (
    "a run is being published, or died while it was; the dataset's next run settles it"
)


@dataclass(frozen=True)
class Cleaned:
    """What was deleted; `waiting` folders are not needed, but have not been for long enough.

    `given_up` says why nothing was deleted.
    """

    folders: int = 0
    files: int = 0
    bytes: int = 0
    waiting: int = 0
    given_up: str | None = None


@dataclass(frozen=True)
class Mark:
    """Since when (epoch seconds) a folder has been an orphan, and what is named in its place."""

    since: float
    beside: str | None


@dataclass
class Orphan:
    """A folder that nobody needs, by its key; `beside` is what the catalog names in its place."""

    folder: str
    beside: str | None
    objects: list[StoredObject] = field(default_factory=list)

    def mark(self, earlier: Mark | None, now: float) -> Mark:
        """Give the mark that it bears: the earlier one, unless something has changed since."""
        newest = max(one.modified.timestamp() for one in self.objects)
        if earlier is None or earlier.beside != self.beside or newest > earlier.since:
            return Mark(now, self.beside)
        return earlier


@dataclass(frozen=True)
class Cleaning:
    """The orphans of one table; `staging_uri` is where the table's runs stage."""

    table: ParquetTable
    run_id: str
    staging_uri: str
    days: int

    def run(self) -> Cleaned:
        """Mark the orphans, and delete those that have been orphans for so many days."""
        if self.table.entry() is None:
            return Cleaned()
        forget_ended_claims(self.table)
        now = time.time()
        orphans = self._orphans()
        earlier = self._marks()
        marks = {orphan.folder: orphan.mark(earlier.get(orphan.folder), now) for orphan in orphans}
        due = [
            orphan
            for orphan in orphans
            if now - marks[orphan.folder].since >= self.days * SECONDS_PER_DAY
        ]
        deleted, reason = self._delete(due) if due else ([], self._reason())
        for orphan in deleted:
            del marks[orphan.folder]
        write_json(self._marks_uri(), {folder: asdict(mark) for folder, mark in marks.items()})
        objects = [one for orphan in deleted for one in orphan.objects]
        return Cleaned(
            len(deleted), len(objects), sum(one.size for one in objects), len(marks), reason
        )

    def _orphans(self) -> list[Orphan]:
        named = self._named()
        staged = _grouped(list_objects(self.staging_uri), self._run_folder, {})
        return [*_grouped(list_objects(self.table.location), _table_folder, named), *staged]

    def _run_folder(self, key: str) -> str | None:
        _, prefix = split_uri(self.staging_uri)
        run_id, slash, _ = key.removeprefix(prefix).partition("/")
        return f"{prefix}{run_id}/" if slash else None

    def _named(self) -> dict[str, str]:
        """Give the keys of the folders that the catalog names, by the folder that they are in."""
        keys = [split_uri(location)[1].rstrip("/") for location in self.table.locations().values()]
        return {f"{key.rpartition('/')[0]}/": f"{key}/" for key in keys}

    def _reason(self) -> str | None:
        return BEING_PUBLISHED if is_being_published(self.staging_uri) else None

    def _delete(self, due: Iterable[Orphan]) -> tuple[list[Orphan], str | None]:
        """Delete what is still an orphan, for as long as the claim allows to begin."""
        begin_until = take_claim(self.table, self.run_id)
        reason, deleted = self._reason(), []
        if reason is None:
            bucket, _ = split_uri(self.table.location)
            named = self._named()
            for orphan in due:
                if orphan.beside != named.get(_home(orphan.folder)):
                    continue
                if not _delete_in_time(bucket, orphan, begin_until):
                    reason = "there was more than fits a minute; the next compaction goes on"
                    break
                deleted.append(orphan)
        end_claim(self.table, self.run_id)
        return deleted, reason

    def _marks(self) -> Mapping[str, Mark]:
        found = read_json_if_there(self._marks_uri()) or {}
        return {folder: Mark(**mark) for folder, mark in found.items()}

    def _marks_uri(self) -> str:
        warehouse, _, name = self.table.location.rstrip("/").rpartition("/")
        return f"{warehouse}/_compaction/{name}.orphans.json"


def _grouped(
    objects: Iterable[StoredObject],
    folder_of: Callable[[str], str | None],
    named: Mapping[str, str],
) -> list[Orphan]:
    """Gather the objects of folders that are not named."""
    found: dict[str, Orphan] = {}
    for one in objects:
        folder = folder_of(one.key)
        if folder is None or named.get(_home(folder)) == folder:
            continue
        orphan = found.setdefault(folder, Orphan(folder, named.get(_home(folder))))
        orphan.objects.append(one)
    return list(found.values())


def _table_folder(key: str) -> str | None:
    """Give the folder of the run or compaction that wrote a file; None for what neither wrote."""
    names = key.split("/")[:-1]
    for depth, name in enumerate(names, start=1):
        if name.startswith("run-"):
            return "/".join(names[:depth]) + "/"
    return None


def _home(folder: str) -> str:
    return folder.rstrip("/").rpartition("/")[0] + "/"


def _delete_in_time(bucket: str, orphan: Orphan, begin_until: float) -> bool:
    keys = [one.key for one in orphan.objects]
    first = [key for key in keys if key.endswith(STAGED)]
    rest = [key for key in keys if not key.endswith(STAGED)]
    batches = [rest[start : start + DELETE_BATCH] for start in range(0, len(rest), DELETE_BATCH)]
    for batch in filter(None, [first, *batches]):
        if time.time() > begin_until:
            return False
        delete_keys(bucket, batch)
    return True
