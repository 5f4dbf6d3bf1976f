"""A file's bytes as Spark can read them: plain, in an encoding of single bytes, a record a line."""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from inspect_files.compression import DamagedError, decompress
from inspect_files.documents import DocumentError, records_of
from lake_runtime.contract_parts import RawFormat

SKIPPED_BYTES = 1024 * 1024
"""Within how many bytes the lines to skip must end."""
LINE_ENDS = {
    "any": re.compile(rb"\r\n|\n|\r(?!\Z)"),
    **{"lf": re.compile(rb"\n"), "crlf": re.compile(rb"\r\n"), "cr": re.compile(rb"\r")},
}
UNDECODABLE = b"\xff"
"""Stands for bytes that were none of the encoding's, so that they are not taken for text."""
_BLOCK = 1024 * 1024


class RewritingError(ValueError):
    """A file that turned out unreadable while it was written anew; says why."""


def rewrite(chunks: Iterable[bytes], compression: str, raw: RawFormat) -> Iterator[bytes]:
    """Give the bytes of a file as they are to be read, in blocks of about a mebibyte.

    Encodings of two bytes become UTF-8, leading lines are left out, JSON documents become lines.
    Raises `RewritingError` where the file cannot be read on.
    """
    plain = decompress(chunks, compression)
    try:
        if raw.format == "json":
            path = raw.records.split(".") if raw.records else ()
            lines = (
                record.encode("utf-8", "surrogateescape") + b"\n"
                for record in records_of(_json_text(plain), path)
            )
            yield from _blocks(lines)
            return
        if raw.is_two_byte:
            plain = _as_utf8(plain, raw.encoding)
        yield from _without_lines(plain, raw) if raw.skip_lines else plain
    except (DamagedError, DocumentError) as error:
        raise RewritingError(str(error)) from error


def _json_text(chunks: Iterable[bytes]) -> Iterator[str]:
    """Decode so that bytes which are not UTF-8 come out of the encoding as they went in."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    mark = "\ufeff"
    for chunk in chunks:
        text = decoder.decode(chunk)
        if text:
            yield text.removeprefix(mark)
            mark = ""
    yield decoder.decode(b"", final=True)


def _as_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Half a pair of surrogates becomes bytes that are not UTF-8, as it was not UTF-16.

    Without a mark at its beginning, UTF-16 is taken to be little-endian, as Windows writes it.
    """
    stream = iter(chunks)
    start = b""
    while len(start) < len(codecs.BOM_UTF16) and (chunk := next(stream, None)) is not None:
        start += chunk
    if encoding == "UTF-16":
        encoding = "UTF-16BE" if start.startswith(codecs.BOM_UTF16_BE) else "UTF-16LE"
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    mark = "\ufeff"
    for chunk in chain([start], stream):
        text = decoder.decode(chunk)
        if text:
            yield text.removeprefix(mark).encode("utf-8", "surrogatepass")
            mark = ""
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        yield UNDECODABLE


def _without_lines(chunks: Iterable[bytes], raw: RawFormat) -> Iterator[bytes]:
    stream = iter(chunks)
    start = b""
    for chunk in stream:
        start += chunk
        if len(start) >= SKIPPED_BYTES:
            break
    end = skipped_end(start, raw)
    if end is None:
        raise RewritingError(
            f"the {raw.skip_lines} lines to skip do not end within the first {len(start)} bytes"
        )
    yield start[end:]
    yield from stream


def skipped_end(start: bytes, raw: RawFormat) -> int | None:
    """Give where the lines to skip end in the first bytes of a file, or None if they do not."""
    ends = LINE_ENDS[raw.line_end].finditer(start)
    found = [end.end() for _, end in zip(range(raw.skip_lines), ends, strict=False)]
    return ([0, *found])[-1] if len(found) == raw.skip_lines else None


def _blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    block: list[bytes] = []
    size = 0
    for part in parts:
        block.append(part)
        size += len(part)
        if size >= _BLOCK:
            yield b"".join(block)
            block, size = [], 0
    yield b"".join(block)
