"""Files that bring quarantined rows or files back: known by their names, linked to their origin.

`strata quarantine replay` puts them below the dataset's raw prefix as
`replay/<change>-<number><suffix>` and describes the change in the quarantine zone.
"""

import re
from collections.abc import Iterable
from typing import Any

from lake_runtime.artifacts import read_json
from lake_runtime.environment import Environment

REPLAY = re.compile(r"(?:^|/)replay/(?P<change>[0-9]{8}T[0-9]{6}-[0-9a-f]{8})-[0-9]{4}[^/]*$")


def change_of(key: str) -> str | None:
    """Give the change that put a raw object there, or None for what producers put there."""
    found = REPLAY.search(key)
    return found["change"] if found else None


def change_uri(environment: Environment, dataset: str, change: str) -> str:
    """Give where a change is described."""
    return f"s3://{environment.quarantine_bucket}/changes/{dataset}/{change}/change.json"


def replay_of(environment: Environment, dataset: str, keys: Iterable[str]) -> dict[str, Any] | None:
    """Give what a run that replays is to remember of its origin; None for every other run.

    `runs` counts, by the run that quarantined them, the rows that are replayed; `files` are the
    original keys and versions of whole files.
    """
    changes = sorted({change for key in keys if (change := change_of(key)) is not None})
    if not changes:
        return None
    described = read_json(change_uri(environment, dataset, changes[0])) or {}
    files = [
        {name: file[name] for name in ("key", "version_id", "run_id")}
        for file in described.get("files", [])
    ]
    return {
        "change": changes[0],
        "who": described.get("who"),
        "runs": described.get("runs", {}),
        "files": files,
    }
