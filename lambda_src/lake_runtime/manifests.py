"""Manifests: JSON documents in which a producer lists the files of a batch.

`{"files": [{"name": "part-1.csv", "sha256": "...", "rows": 100}]}`: a file is given by its `name`
below the manifest's own folder, or by its whole `key`. Its checksum and its number of rows may be
left out.
"""

import difflib
import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lake_runtime.contracts import Dataset
from lake_runtime.names import skip_reason
from lake_runtime.records import Listed

MOST_BYTES = 1024**2
MOST_FILES = 5000
"""A batch is one run, and this is how many files a run takes."""
_VALUE_CHARACTERS = 64
_RULES = {
    "model_type": "must be an object in braces",
    "string_pattern_mismatch": "must be 64 hexadecimal digits",
    "too_long": f"must list at most {MOST_FILES} files",
    "too_short": "must list at least one file",
}
"""What to say instead of pydantic's words, which name our classes."""


class ManifestError(ValueError):
    """A manifest that cannot be followed; the message names field, rule and value."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Entry(_Part):
    key: str | None = None
    name: str | None = None
    sha256: Annotated[str, Field(pattern="^[0-9A-Fa-f]{64}$")] | None = None
    rows: Annotated[int, Field(ge=0)] | None = None


class _Manifest(_Part):
    files: Annotated[list[_Entry], Field(min_length=1, max_length=MOST_FILES)]


def read_manifest(content: bytes, size: int, key: str, dataset: Dataset) -> tuple[Listed, ...]:
    """Give the files that a manifest lists, sorted by key.

    `content` is the object's beginning and `size` its whole length in bytes. Raises
    `ManifestError` for the first thing wrong with it.
    """
    if size > MOST_BYTES:
        raise ManifestError(f"size: must be at most {MOST_BYTES} bytes: got {size}")
    try:
        manifest = _Manifest.model_validate(json.loads(content.decode("utf-8-sig")))
    except ValidationError as error:
        raise ManifestError(_first_problem(error)) from error
    except (ValueError, RecursionError) as error:
        raise ManifestError(
            'content: must be a JSON document {"files": [...]} in UTF-8: '
            f"got {_shown(content[:_VALUE_CHARACTERS].decode(errors='replace'))}"
        ) from error
    found: dict[str, Listed] = {}
    for number, entry in enumerate(manifest.files):
        listed = _listed(f"files[{number}]", entry, key, dataset)
        if listed.key in found:
            raise ManifestError(
                f"files[{number}]: must name each file once: got {_shown(listed.key)} again"
            )
        found[listed.key] = listed
    return tuple(sorted(found.values(), key=lambda listed: listed.key))


def digest_of(files: Sequence[Listed]) -> str:
    """Give a digest that two manifests share if they say the same of the same files."""
    text = json.dumps([listed.model_dump() for listed in files], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _listed(place: str, entry: _Entry, manifest_key: str, dataset: Dataset) -> Listed:
    if (entry.key is None) == (entry.name is None):
        given = "neither" if entry.key is None else "both"
        raise ManifestError(f"{place}: must have either name or key: got {given}")
    field, key = f"{place}.key", entry.key or ""
    if entry.name is not None:
        field, key = f"{place}.name", f"{manifest_key.rpartition('/')[0]}/{entry.name}"
    given = _shown(entry.name if entry.key is None else entry.key)
    if not key.startswith(dataset.raw.prefix) or {".", ".."} & set(key.split("/")):
        raise ManifestError(f"{field}: must lie under {dataset.raw.prefix}: got {given}")
    if dataset.is_manifest(key):
        raise ManifestError(f"{field}: must be a file, not a manifest: got {given}")
    reason = skip_reason(key)
    if reason is not None:
        raise ManifestError(f"{field}: must name a file that is read; it is {reason}: got {given}")
    sha256 = entry.sha256.lower() if entry.sha256 else None
    return Listed(key=key, sha256=sha256, rows=entry.rows)


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]
    ).removeprefix(".")
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(first["loc"][-1]), [*_Entry.model_fields, "files"])
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"{place}: is not a known field{hint}"
    if first["type"] == "missing":
        return f"{place}: is required: got nothing"
    rule = _RULES.get(first["type"]) or first["msg"].replace("Input should", "must")
    return f"{place or 'content'}: {rule}: got {_shown(first['input'])}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    cut = text if len(text) <= _VALUE_CHARACTERS else f"{text[: _VALUE_CHARACTERS - 1]}…"
    return repr(cut) if isinstance(value, str) else cut
