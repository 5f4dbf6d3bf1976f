"""Looks for passwords and keys in every file that git has, by detect-secrets; needs no network."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection

from strata.errors import StrataError
from strata.paths import ROOT

BASELINE: Final = ".secrets.baseline"
GENERATED: Final = (BASELINE, "package-lock.json", "requirements.txt", "tests/snapshots/")
"""Written by tools, and full of hashes and ids: what is in them stands in other files first."""
ADVICE: Final = (
    "if it is a secret, take it out and revoke it: git remembers; if it is none, put "
    "`pragma: allowlist secret` behind it"
)
Finding = tuple[str, str, str]
"""File, kind and hash: where a file's lines move, its findings stay what they are."""


def find_secrets(folder: Path, files: Sequence[str]) -> list[str]:
    """Name what looks like a secret and is not in the baseline, and what is there in vain.

    Args:
        folder: a checkout with a baseline.
        files: relative to it.

    Raises:
        StrataError: there is no baseline.
    """
    place = folder / BASELINE
    if not place.exists():
        raise StrataError(f"{place} is missing")
    written: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    known = _findings(baseline.load(written, str(place)))
    scanned = SecretsCollection(root=str(folder))
    scanned.scan_files(*files)
    found = _findings(scanned)
    looked = set(files)
    return [
        *(f"{one[0]}:{line}: {one[1]}: {ADVICE}" for one, line in _new(found, known)),
        *(
            f"{BASELINE}: {file}: {kind}: is no longer there; take the entry out"
            for file, kind, _ in sorted(set(known) - set(found))
            if file in looked or not (folder / file).exists()
        ),
    ]


def _new(found: Mapping[Finding, int], known: Mapping[Finding, int]) -> list[tuple[Finding, int]]:
    return sorted((one, line) for one, line in found.items() if one not in known)


def _findings(secrets: SecretsCollection) -> dict[Finding, int]:
    return {(file, secret.type, secret.secret_hash): secret.line_number for file, secret in secrets}


def main() -> None:
    """Look through the checkout; exit with code 1 and one line for each finding."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
    )
    names = [name for name in listed.stdout.split("\0") if name]
    problems = find_secrets(ROOT, [name for name in names if not name.startswith(GENERATED)])
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
