"""One archive with the cloud assemblies of every environment, named by what is in it."""

import gzip
import hashlib
import io
import json
import re
import shutil
import tarfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.loading import load_settings
from strata.errors import StrataError
from strata.local.assembly import synthesise

MANIFEST: Final = "assembly.json"
FORMAT: Final = 1
_LEFT_OUT: Final = ("synth.lock",)
"""What synthesis leaves for itself and no deployment reads."""
_NAME = re.compile(r"strata-([0-9a-f]{64})\.tar\.gz")


@dataclass(frozen=True)
class Target:
    """Where an environment is deployed to."""

    account: str
    region: str
    prefix: str


@dataclass(frozen=True)
class _Manifest:
    targets: Mapping[str, Target]
    files: Mapping[str, str]
    revision: str


@dataclass(frozen=True)
class Assembled:
    """A verified assembly on this machine.

    Attributes:
        digest: SHA-256 of its manifest, which holds the SHA-256 of every file.
        folder: has a cloud assembly for each environment in a folder of its name.
        targets: where each environment is deployed to.
        revision: the revision of git that it was made from.
    """

    digest: str
    folder: Path
    targets: Mapping[str, Target]
    revision: str

    def target(self, environment: str) -> Target:
        """Give where an environment is deployed to; raises `StrataError` for one it lacks."""
        try:
            return self.targets[environment]
        except KeyError:
            known = ", ".join(sorted(self.targets))
            raise StrataError(
                f"the assembly {self.digest[:12]} has no environment {environment!r}: got {known}"
            ) from None


def assemble(
    environments: Sequence[str],
    output: Path,
    scratch: Path,
    revision: str,
    tell: Callable[[str], None] = print,
) -> Path:
    """Synthesise environments, pack them, and give the archive `strata-<digest>.tar.gz`.

    The same templates, assets and revision give the same bytes, and with them the same name.

    Args:
        environments: their names.
        output: the folder for the archive.
        scratch: a folder for synthesis; what is in it is deleted first.
        revision: the revision of git that is told when the assembly is deployed.
        tell: hears what happens.

    Raises:
        StrataError: synthesis failed, or a policy check found something.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    targets = {}
    for environment in environments:
        settings = load_settings(environment)
        tell(f"synthesising {environment}")
        synthesise(environment, scratch / environment)
        targets[environment] = {
            "account": settings.account,
            "region": settings.region,
            "prefix": settings.prefix,
        }
    contents = {
        file.relative_to(scratch).as_posix(): file.read_bytes()
        for file in sorted(scratch.rglob("*"))
        if file.is_file() and file.name not in _LEFT_OUT
    }
    manifest = {
        "format": FORMAT,
        "revision": revision,
        "environments": targets,
        "files": {name: _sha256(content) for name, content in contents.items()},
    }
    text = json.dumps(manifest, indent=1, sort_keys=True).encode()
    archive = output / f"strata-{_sha256(text)}.tar.gz"
    output.mkdir(parents=True, exist_ok=True)
    archive.write_bytes(_packed({MANIFEST: text} | contents))
    return archive


def _packed(contents: Mapping[str, bytes]) -> bytes:
    """Give the same bytes for the same contents: no times, no owners, one order."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as files,
    ):
        for name, content in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            files.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def verify(archive: Path, folder: Path, digest: str | None = None) -> Assembled:
    """Unpack an archive and hold every file against the digest.

    Args:
        archive: as `assemble` made it.
        folder: where it is unpacked; what is in it is deleted first.
        digest: the one that is wanted. Default: the one in the archive's name.

    Raises:
        StrataError: the archive is not one, or it is not exactly what was assembled.
    """
    wanted = digest or digest_of(archive)
    contents = _unpacked(archive)
    text = contents.pop(MANIFEST, None)
    if text is None:
        raise StrataError(f"{archive}: has no {MANIFEST}, so it is no assembly of ours")
    if _sha256(text) != wanted:
        raise StrataError(
            f"{archive}: its digest must be {wanted}: got {_sha256(text)}; nothing is deployed"
        )
    manifest = _read_manifest(archive, text)
    _check_files(archive, manifest.files, contents)
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in contents.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return Assembled(
        digest=wanted,
        folder=folder,
        targets=manifest.targets,
        revision=manifest.revision,
    )


def digest_of(archive: Path) -> str:
    """Give the digest in an archive's name; raises `StrataError` where there is none."""
    match = _NAME.fullmatch(archive.name)
    if match is None:
        raise StrataError(
            f"{archive}: the name must be strata-<digest>.tar.gz with all 64 characters of the "
            "digest; else give it with --digest"
        )
    return match.group(1)


def _unpacked(archive: Path) -> dict[str, bytes]:
    try:
        with tarfile.open(archive, "r:gz") as files:
            return {
                _safe(archive, entry): files.extractfile(entry).read()  # type: ignore[union-attr]
                for entry in files
            }
    except (OSError, tarfile.TarError, EOFError, zlib.error) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise StrataError(f"{archive}: cannot be read: {why or error}") from error


def _read_manifest(archive: Path, text: bytes) -> _Manifest:
    try:
        document = json.loads(text)
        made_as = document["format"]
        targets = {name: Target(**each) for name, each in document["environments"].items()}
        manifest = _Manifest(targets, dict(document["files"]), str(document["revision"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StrataError(
            f"{archive}: {MANIFEST}: must be as strata assemble writes it: {error!r}"
        ) from error
    if made_as != FORMAT:
        raise StrataError(f"{archive}: {MANIFEST}: format must be {FORMAT}: got {made_as!r}")
    return manifest


def _safe(archive: Path, entry: tarfile.TarInfo) -> str:
    path = Path(entry.name)
    if not entry.isfile() or path.is_absolute() or ".." in path.parts:
        raise StrataError(f"{archive}: {entry.name}: must be a plain file inside the archive")
    return entry.name


def _check_files(archive: Path, wanted: Mapping[str, str], contents: Mapping[str, Any]) -> None:
    problems = [f"{name} is missing" for name in sorted(set(wanted) - set(contents))]
    problems += [f"{name} is not in the manifest" for name in sorted(set(contents) - set(wanted))]
    problems += [
        f"{name} is not what was assembled"
        for name in sorted(set(wanted) & set(contents))
        if _sha256(contents[name]) != wanted[name]
    ]
    if problems:
        raise StrataError(f"{archive}: {'; '.join(problems)}; nothing is deployed")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
