"""What a change of quarantine is: what it takes out, and what arrives in its place."""

import getpass
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from strata.quarantine.zone import File, Part, Quarantine, Row

_OF_FILES = (
    "bucket",
    "key",
    "version_id",
    "run_id",
    "status",
    "rule",
    "reason",
    "quarantine_uri",
)
"""What a change keeps of each file, in the ledger's words."""


@dataclass(frozen=True)
class Taken:
    """The rows that a change takes out of one part, by their places in it."""

    run_id: str
    location: str
    ordinals: tuple[int, ...]


@dataclass(frozen=True)
class Object:
    """A file that goes into the raw zone: where it was prepared, and the key it gets."""

    prepared: str
    key: str


@dataclass(frozen=True)
class Change:
    """One replay or drop, as it stands in the quarantine zone.

    `runs` counts the rows by the run that quarantined them; `files` are files as the ledger knew
    them; `objects` are in the order in which they arrive.
    """

    id: str
    dataset: str
    action: str
    who: str
    at: str
    reason: str
    runs: dict[str, int]
    files: tuple[dict[str, Any], ...] = ()
    objects: tuple[Object, ...] = ()
    taken: tuple[Taken, ...] = field(default=(), repr=False)
    finished_at: str | None = None

    @property
    def rows(self) -> int:
        """How many rows it takes."""
        return sum(self.runs.values())

    @property
    def folder(self) -> str:
        """The key prefix of its documents in the quarantine zone."""
        return f"changes/{self.dataset}/{self.id}/"


@dataclass(frozen=True)
class Choice:
    """The rows and the files that a change takes out of quarantine."""

    rows: Sequence[Row]
    files: Sequence[File]

    def __bool__(self) -> bool:
        """Tell whether there is anything."""
        return bool(self.rows or self.files)


def new_change(quarantine: Quarantine, action: str, reason: str, choice: Choice) -> Change:
    """Describe a change; nothing is written yet."""
    now = datetime.now(UTC)
    taken: dict[Part, list[int]] = {}
    for row in choice.rows:
        taken.setdefault(row.part, []).append(row.ordinal)
    identity = quarantine.lake.client("sts").get_caller_identity()["Arn"]
    return Change(
        id=f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}",
        dataset=quarantine.dataset,
        action=action,
        who=f"{getpass.getuser()} as {identity}",
        at=now.isoformat(),
        reason=reason,
        runs={part.run_id: len(ordinals) for part, ordinals in taken.items()},
        files=tuple(
            {"arrival_id": file.arrival_id} | {name: file[name] for name in _OF_FILES}
            for file in choice.files
        ),
        taken=tuple(
            Taken(part.run_id, part.location, tuple(ordinals)) for part, ordinals in taken.items()
        ),
    )


def read_change(document: dict[str, Any], parts: Sequence[dict[str, Any]]) -> Change:
    """Give a change from its documents in the quarantine zone, `change.json` and `taken.json`."""
    return Change(
        **document
        | {
            "files": tuple(document["files"]),
            "objects": tuple(Object(**one) for one in document["objects"]),
            "taken": tuple(
                Taken(one["run_id"], one["location"], tuple(one["ordinals"])) for one in parts
            ),
        }
    )
