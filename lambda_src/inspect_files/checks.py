"""What makes a whole file unreadable. Bad rows and bad bytes in rows are Spark's to judge.

Reasons name columns of the contract, and other columns only where the line is surely a header:
a file without one would have its first record quoted in a notice.
"""

import csv
import difflib
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from inspect_files.content import Content
from lake_runtime.contracts import Dataset, RawFormat

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"Obj\x01", "Avro"),
    (b"ORC", "ORC"),
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
)
_NAMES_TOLD = 10
_NAME_CHARACTERS = 64


@dataclass(frozen=True)
class Fault:
    """Why a file cannot be read at all: the rule it broke, and the reason."""

    rule: str
    reason: str


def find_fault(content: Content, dataset: Dataset) -> Fault | None:
    """Give the first fault of a file, or None if Spark may read it."""
    if content.size == 0:
        return Fault("empty_file", "the file has no bytes")
    raw = dataset.raw
    binary = _binary_kind(content.head, raw)
    if binary is not None:
        return _format_fault(binary, raw)
    text = _decode(content.head, raw.encoding)
    if not text.strip() and content.is_whole:
        return Fault("empty_file", "the file has only blank lines")
    if raw.format == "jsonl":
        return _json_fault(text, raw)
    return _csv_fault(text, content, dataset)


def _binary_kind(head: bytes, raw: RawFormat) -> str | None:
    for magic, name in _MAGIC:
        if head.startswith(magic) and not _is_text_after(head, magic):
            return name
    if raw.encoding.upper().startswith(("UTF-16", "UTF-32")):
        return None
    # A stray NUL is a bad row; a tenth of NULs at the start, or one in the first line, is no text.
    start = head[:8192]
    if start.count(0) > len(start) / 10 or 0 in head.split(b"\n", 1)[0]:
        return "binary data"
    return None


def _is_text_after(head: bytes, magic: bytes) -> bool:
    """Tell whether letters that happen to be a magic number begin text, as in `ORCHARD,...`."""
    return (
        magic.isalpha()
        and head[len(magic) : len(magic) + 64].isascii()
        and (0 not in head[:256] and head[:256].isascii())
    )


def _format_fault(found: str, raw: RawFormat) -> Fault:
    expected = "CSV" if raw.format == "csv" else "JSON Lines"
    return Fault("format", f"the bytes are {found}, the contract says {expected}")


def _decode(head: bytes, encoding: str) -> str:
    """Decode the head leniently: undecodable bytes are bad rows, not a bad file."""
    return head.decode(encoding, errors="replace").removeprefix("\ufeff")


def _json_fault(text: str, raw: RawFormat) -> Fault | None:
    start = text.lstrip()
    if start.startswith("["):
        return _format_fault("one JSON array", raw)
    first = start.splitlines()[0].strip()
    if not first.startswith("{"):
        return _format_fault(_markup(start) or "not JSON", raw)
    if first == "{" and not raw.multiline:
        return _format_fault("one JSON document over several lines", raw)
    return None


def _csv_fault(text: str, content: Content, dataset: Dataset) -> Fault | None:
    raw = dataset.raw
    markup = _markup(text.lstrip())
    if not raw.header:
        return _format_fault(markup, raw) if markup else None
    header, has_more = _first_record(text, raw)
    if header is None:
        return Fault(
            "header", f"no line ends within the first {len(content.head)} bytes, so no header does"
        )
    difference = compare_header(header, [column.name for column in dataset.columns])
    if difference is not None:
        return _format_fault(markup, raw) if markup else Fault("header", difference)
    if content.is_whole and not has_more:
        return Fault("header_only", "the file has a header and no rows")
    return None


def _markup(start: str) -> str | None:
    """Name the format that a text begins like, if it is none of rows."""
    if start.startswith(("{", "[")):
        first = start.splitlines()[0]
        try:
            json.loads(first)
        except ValueError:
            return "JSON" if first.strip() in ("{", "[", "[{") else None
        return "JSON"
    lowered = start[:64].lower()
    if lowered.startswith(("<?xml", "<!doctype", "<html")):
        return "XML or HTML"
    return None


def _first_record(text: str, raw: RawFormat) -> tuple[list[str] | None, bool]:
    """Give the first record that is not blank and whether anything but blank lines follows it."""
    doubled = raw.escape == raw.quote
    lines = io.StringIO(text, newline="")
    reader = csv.reader(
        # Only where the contract allows line breaks inside quotes may a record span lines.
        lines if raw.multiline else (line.rstrip("\r\n") for line in lines),
        delimiter=raw.delimiter,
        quotechar=raw.quote,
        doublequote=doubled,
        escapechar=None if doubled else raw.escape,
    )
    header: list[str] | None = None
    try:
        for record in reader:
            is_blank = not any(field.strip() for field in record)
            # A header needs a name; a row of empty fields is a row.
            if header is None and not is_blank:
                header = record
            elif header is not None and (len(record) > 1 or not is_blank):
                return header, True
    except csv.Error:
        # A field past csv's limit: the header either came before it or is not one.
        return header, header is not None
    if header is not None and not text.endswith(("\n", "\r")) and len(text) >= 1024 * 1024:
        return None, False
    return header, False


def compare_header(header: Sequence[str], expected: Sequence[str]) -> str | None:
    """Say how a header differs from the contract's columns, or None; order does not matter."""
    given = set(header)
    missing = [name for name in expected if name not in given]
    unexpected = [name for name in header if name not in set(expected)]
    repeated = [name for name, times in Counter(header).items() if times > 1]
    if not missing and not unexpected and not repeated:
        return None
    if len(missing) > len(expected) / 2:
        return (
            f"the first line is no header of this dataset: {len(missing)} of {len(expected)} "
            f"columns are not named in it ({_listed(missing)}); is the header missing, or the "
            "delimiter another?"
        )
    parts = []
    if missing:
        parts.append(f"missing: {_listed(missing)}")
    if unexpected:
        parts.append(f"unexpected: {_listed(unexpected, near=expected)}")
    if repeated:
        parts.append(f"named twice: {_listed(repeated)}")
    return "; ".join(parts)


def _listed(names: Sequence[str], near: Sequence[str] = ()) -> str:
    shown = []
    for name in names[:_NAMES_TOLD]:
        label = repr(name[:_NAME_CHARACTERS])
        close = difflib.get_close_matches(name.strip(), near, n=1)
        shown.append(f"{label} (did you mean {close[0]!r}?)" if close else label)
    more = len(names) - _NAMES_TOLD
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
