"""What makes a whole file unreadable. Bad rows and bad bytes in rows are Spark's to judge.

Reasons name columns of the contract, and other columns only where the line is surely a header:
a file without one would have its first record quoted in a notice.
"""

import json

from inspect_files.content import HEAD_BYTES, Content
from inspect_files.faults import Fault, format_fault
from inspect_files.headers import compare_header, first_record, text_of
from inspect_files.parquet import MAGIC, Footer, ParquetError, is_readable, read_footer
from lake_runtime.contract_parts import RawFormat
from lake_runtime.contracts import Dataset

_MAGIC = (
    (MAGIC, "Parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"Obj\x01", "Avro"),
    (b"ORC", "ORC"),
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
)


def find_fault(content: Content, dataset: Dataset) -> Fault | None:
    """Give the first fault of a file, or None if Spark may read it."""
    if content.size == 0:
        return Fault("empty_file", "the file has no bytes")
    if dataset.raw.format == "parquet":
        return _parquet_fault(content, dataset)
    return _compression_fault(content, dataset.raw) or _text_fault(content, dataset)


def _text_fault(content: Content, dataset: Dataset) -> Fault | None:
    raw = dataset.raw
    binary = _binary_kind(content.head, raw)
    if binary is not None:
        return format_fault(binary, raw)
    text = text_of(content.head, raw)
    if text is None:
        return Fault("header", f"it has not the {raw.skip_lines} lines that are to be skipped")
    if not text.strip() and content.is_whole:
        return Fault("empty_file", "the file has only blank lines")
    return _csv_fault(text, content, dataset) if raw.format == "csv" else _json_fault(text, raw)


def _compression_fault(content: Content, raw: RawFormat) -> Fault | None:
    if raw.compression not in ("auto", content.compression):
        found = "not compressed" if content.compression == "none" else content.compression
        return Fault(
            "format",
            f"the bytes are {found}, the contract says compression {raw.compression}; send them "
            "so, or let the contract say auto, which goes by the bytes",
        )
    if content.damage is not None:
        return Fault("format", content.damage)
    if content.plain_size == 0:
        return Fault("empty_file", f"the file is {content.compression} of no bytes")
    return None


def _parquet_fault(content: Content, dataset: Dataset) -> Fault | None:
    if not content.head.startswith(MAGIC) or content.compression != "none":
        found = None if content.compression == "none" else content.compression
        found = found or _binary_kind(content.head, dataset.raw) or "text"
        return format_fault(found, dataset.raw)
    try:
        footer = read_footer(content.tail, content.size)
    except ParquetError as error:
        return Fault("format", str(error))
    return _columns_fault(footer, dataset)


def _columns_fault(footer: Footer, dataset: Dataset) -> Fault | None:
    difference = compare_header([name for name, _ in footer.columns], dataset)
    if difference is not None:
        return Fault("header", difference)
    known = {column.raw_name for column in dataset.columns}
    for name, kind in footer.columns:
        if name in known and not is_readable(kind):
            advice = "; write timestamps in microseconds" if kind == "nanoseconds" else ""
            said = f"column {name!r} is of Parquet's type {kind}, which no column takes{advice}"
            return Fault("type", said)
    return Fault("header_only", "the file has columns and no rows") if not footer.rows else None


def _binary_kind(head: bytes, raw: RawFormat) -> str | None:
    for magic, name in _MAGIC:
        if head.startswith(magic) and not _is_text_after(head, magic):
            return name
    if raw.is_two_byte:
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


def _json_fault(text: str, raw: RawFormat) -> Fault | None:
    start = text.lstrip()
    if not start:
        # A large file that begins with blank lines is judged record by record.
        return None
    if raw.format == "json":
        return None if start.startswith(("{", "[")) else format_fault(_no_json(start), raw)
    if start.startswith("["):
        return format_fault("one JSON array", raw)
    first = start.splitlines()[0].strip()
    if not first.startswith("{"):
        return format_fault(_no_json(start), raw)
    return format_fault("one JSON document over several lines", raw) if first == "{" else None


def _no_json(start: str) -> str:
    return _markup(start) or "not JSON"


def _csv_fault(text: str, content: Content, dataset: Dataset) -> Fault | None:
    raw = dataset.raw
    markup = _markup(text.lstrip())
    if not raw.header:
        return format_fault(markup, raw) if markup else None
    header, has_more = first_record(text, raw, is_cut=len(content.head) >= HEAD_BYTES)
    if header is None:
        return Fault(
            "header", f"no line ends within the first {len(content.head)} bytes, so no header does"
        )
    difference = compare_header(header, dataset)
    if difference is not None:
        return format_fault(markup, raw) if markup else Fault("header", difference)
    if content.is_whole and not has_more:
        return Fault("header_only", "the file has a header and no rows")
    return None


def _markup(start: str) -> str | None:
    """Name the format that a text begins like, if it is none of rows."""
    if start.startswith(("{", "[")):
        first = start.splitlines()[0]
        try:
            json.loads(first)
        except (ValueError, RecursionError):
            return "JSON" if first.strip() in ("{", "[", "[{") else None
        return "JSON"
    lowered = start[:64].lower()
    if lowered.startswith(("<?xml", "<!doctype", "<html")):
        return "XML or HTML"
    return None
