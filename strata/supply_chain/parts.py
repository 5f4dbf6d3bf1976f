"""Every pinned part, read from the files that pin it: Python, npm and Java."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from strata.errors import StrataError
from strata.local.jars import JARS
from strata.paths import ROOT

REQUIREMENTS: Final = ROOT / "requirements.txt"
PACKAGE_LOCK: Final = ROOT / "package-lock.json"
JAVA_LICENCE: Final = "Apache-2.0"
"""Of every Java library here: Apache's own, and Amazon's SDK."""
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_FREE_TEXT: Final = (
    (r"apache", "Apache-2.0"),
    (r"mit no attribution", "MIT-0"),
    (r"mit", "MIT"),
    (r"bsd", "BSD-3-Clause"),
    (r"mozilla public license 2", "MPL-2.0"),
    (r"isc", "ISC"),
    (r"python software foundation|psf", "PSF-2.0"),
    (r"cc0", "CC0-1.0"),
)
"""How packages that give no SPDX expression call their licence, by how the text begins."""


@dataclass(frozen=True)
class Part:
    """One pinned part.

    Attributes:
        kind: `pypi`, `npm` or `maven`, as package URLs spell it.
        name: for Java with the group before a slash.
        version: exactly that one.
        licence: an SPDX expression; None where it is not installed on this platform.
        hashes: algorithm and hex digest of each file that is accepted.
    """

    kind: str
    name: str
    version: str
    licence: str | None
    hashes: tuple[tuple[str, str], ...]


def parts() -> list[Part]:
    """Give every pinned part, sorted; raises `StrataError` for one without version or hash."""
    return sorted(
        [*python_parts(), *npm_parts(), *java_parts()], key=lambda one: (one.kind, one.name)
    )


def python_parts(file: Path = REQUIREMENTS) -> Iterator[Part]:
    """Give the packages of a requirements file."""
    entries = file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    for entry in entries:
        if not entry.strip() or entry.lstrip().startswith("#"):
            continue
        requirement = Requirement(entry.split("--hash", 1)[0].strip())
        versions = [one.version for one in requirement.specifier if one.operator == "=="]
        hashes = tuple(("sha256", found) for found in _HASH.findall(entry))
        if len(versions) != 1 or not hashes:
            raise StrataError(f"{file}: {requirement}: must be one version with hashes: make lock")
        yield Part("pypi", requirement.name, versions[0], installed_licence(requirement), hashes)


def installed_licence(requirement: Requirement) -> str | None:
    """Give the licence that an installed package states; None where its marker leaves it out.

    The version that is meant for another Python has the licence of the one that is installed.
    """
    try:
        facts = metadata(requirement.name)
    except PackageNotFoundError as error:
        if requirement.marker is not None and not requirement.marker.evaluate():
            return None
        raise StrataError(f"{requirement.name} is not installed: make setup") from error
    if "License-Expression" in facts:
        return facts["License-Expression"]
    classified = [
        one.rpartition(" :: ")[2]
        for one in facts.get_all("Classifier") or []
        if one.startswith("License") and not one.endswith("OSI Approved")
    ]
    told = classified or (facts.get_all("License") or ["nothing"])[0].strip().splitlines()[:1]
    return " OR ".join(sorted({spdx(one) for one in told}))


def spdx(text: str) -> str:
    """Give the SPDX name of a licence that is written in words; the words where it is unknown."""
    known = [name for start, name in _FREE_TEXT if re.match(rf"(the )?{start}", text.lower())]
    exact = {"0BSD", "BSD-2-Clause", "MIT-0", "PSF-2.0"}
    return text if text in exact else next(iter(known), text)


def npm_parts(file: Path = PACKAGE_LOCK) -> Iterator[Part]:
    """Give the packages of npm's lock file."""
    packages = json.loads(file.read_text(encoding="utf-8"))["packages"]
    for path, entry in packages.items():
        if not path:
            continue
        name = path.rpartition("node_modules/")[2]
        algorithm, _, digest = entry.get("integrity", "").partition("-")
        if algorithm != "sha512":
            raise StrataError(f"{file}: {name}: must have an integrity of sha512")
        hashes = ((algorithm, base64.b64decode(digest).hex()),)
        yield Part("npm", name, entry["version"], entry.get("license", "nothing"), hashes)


def java_parts() -> Iterator[Part]:
    """Give the Java libraries."""
    for jar in JARS:
        hashes = (("sha256", jar.sha256),)
        yield Part("maven", f"{jar.group}/{jar.name}", jar.version, JAVA_LICENCE, hashes)
