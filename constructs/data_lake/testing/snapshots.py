"""Compares a template with the file that holds how it was when somebody reviewed it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from data_lake.testing.differences import differences
from data_lake.testing.normalising import normalise

UPDATE: Final = "STRATA_UPDATE_SNAPSHOTS"
"""The environment variable that makes ``assert_snapshot`` write files instead of reading them."""

MOST_LINES: Final = 40


class SnapshotMismatchError(AssertionError):
    """A template is not the one of its snapshot; the message lists what differs."""


def assert_snapshot(template: Mapping[str, Any], file: Path, *, update: bool | None = None) -> None:
    """Hold a template against its snapshot file.

    Args:
        template: as synthesised; it is normalised here.
        file: the snapshot, a JSON file that is committed.
        update: write the file instead. Default: whether ``STRATA_UPDATE_SNAPSHOTS`` is set to
            something else than 0.

    Raises:
        SnapshotMismatchError: the file is missing, or the template differs from it.
    """
    actual = normalise(template)
    if update if update is not None else os.environ.get(UPDATE, "0") not in ("", "0"):
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(actual, indent=1, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")
        return
    hint = f"if the template is right, write the snapshot: run the test with {UPDATE}=1"
    if not file.exists():
        raise SnapshotMismatchError(f"{file}: there is no such snapshot; {hint}")
    found = differences(json.loads(file.read_text(encoding="utf-8")), actual)
    if found:
        more = len(found) - MOST_LINES
        lines = found[:MOST_LINES] + ([f"and {more} more"] if more > 0 else [])
        raise SnapshotMismatchError(
            "\n  ".join([f"{file}: {len(found)} differences; {hint}", *lines])
        )
