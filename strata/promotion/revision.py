"""The revision of git that an assembly is made from."""

import subprocess
from pathlib import Path
from typing import Final

from strata.errors import StrataError
from strata.paths import ROOT

DIRTY: Final = "-dirty"
"""How a revision ends where something was changed since, or is not in git yet."""


def revision(folder: Path = ROOT) -> str:
    """Give the revision of a checkout, with `-dirty` where files are not as it has them.

    Raises `StrataError` if git does not know it.
    """
    changed = _git(folder, "status", "--porcelain")
    return _git(folder, "rev-parse", "HEAD") + (DIRTY if changed else "")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        raise StrataError(f"{folder}: git does not say its revision: {outcome.stderr.strip()}")
    return outcome.stdout.strip()
