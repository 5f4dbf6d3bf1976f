"""A sample as plain text: decompressed, and JSON documents taken apart into lines."""

import gzip
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from strata.errors import StrataError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACKED = {".gz": "gzip", ".gzip": "gzip", ".zst": "Zstandard", ".zstd": "Zstandard"}
"""The endings of compressed files."""
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
DEEPEST = 3
"""So many members lead to the records of a JSON document at most."""


def suffix_of(file: Path) -> str:
    """Give the ending that tells the format: the one before `.gz` or `.zst`."""
    named = file.with_suffix("") if file.suffix.lower() in PACKED else file
    return named.suffix.lower()


def unpack(file: Path, folder: Path) -> Path:
    """Give a file with the plain bytes: itself, or a copy in a folder.

    Raises `StrataError` for compressed bytes that are damaged.
    """
    with file.open("rb") as source:
        start = source.read(4)
    if not start.startswith((GZIP, ZSTD)):
        return file
    plain = folder / f"plain{suffix_of(file)}"
    opener: Any = gzip.open if start.startswith(GZIP) else zstd.open
    try:
        with opener(file, "rb") as packed, plain.open("wb") as target:
            shutil.copyfileobj(packed, target)
    except (OSError, EOFError, zstd.ZstdError) as error:
        raise StrataError(f"{file}: its compressed bytes are damaged: {error}") from error
    return plain


def lines_of_documents(file: Path, plain: Path, folder: Path) -> tuple[Path, str | None]:
    """Write the records of a JSON document as lines; give the file, and where the records are.

    None stands for the document itself: an array of objects, or one object.
    """
    try:
        document = json.loads(plain.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise StrataError(f"{file}: must be one JSON document in UTF-8: {error}") from error
    found = list(_lists(document, ()))
    if len(found) > 1:
        places = ", ".join(".".join(path) for path, _ in found)
        raise StrataError(
            f"{file}: has lists of records in several places, {places}; leave one of them"
        )
    path, records = found[0] if found else ((), [document])
    if not all(isinstance(record, dict) for record in records):
        raise StrataError(f"{file}: must hold objects, which become rows")
    lines = folder / "records.jsonl"
    with lines.open("w", encoding="utf-8") as target:
        target.writelines(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)
    return lines, ".".join(path) or None


def _lists(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Give the lists of objects that are not themselves inside one."""
    if isinstance(value, list):
        if not path or any(isinstance(item, dict) for item in value):
            yield path, value
    elif isinstance(value, dict) and len(path) < DEEPEST:
        for name, member in value.items():
            yield from _lists(member, (*path, name))
