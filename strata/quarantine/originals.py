"""Records as they stood in the raw files: the one place that has all their bytes."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import pyarrow as pa

from data_lake.contracts.raw_source import RawSource
from strata.errors import StrataError
from strata.lakes import Lake

_LINE_ENDS = {"any": "", "lf": "\n", "cr": "\r", "crlf": "\r\n"}
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf".decode("latin-1")


@dataclass(frozen=True)
class Original:
    """What a replay needs of one raw file.

    `top` are the lines before the first record, the header with them; `records` the texts of
    records by the line on which they begin, their lines joined by LF.
    """

    top: tuple[str, ...]
    header: tuple[str, ...]
    records: dict[int, str]


def codec_of(raw: RawSource) -> str:
    """Give the codec in which texts here stand for bytes.

    Every encoding whose line ends are single bytes is taken byte by byte, so that what is not
    valid in it comes through unchanged.
    """
    return raw.encoding if raw.encoding.startswith("UTF-16") else "latin-1"


def read_original(
    lake: Lake, key: str, version: str, raw: RawSource, places: Sequence[tuple[int, int | None]]
) -> Original:
    """Read records out of a version of a raw file; places are first line and number of lines.

    The number may be None where it is one unless quotes are open. Raises `StrataError` if the
    version is gone, or has fewer lines.
    """
    wanted = dict(places)
    lines = enumerate(_lines(lake, key, version, raw), start=1)
    top = list(_top(lines, raw))
    header = _fields("\n".join(top[raw.skip_lines :]), raw) if raw.header and top else ()
    records: dict[int, str] = {}
    for number, line in lines:
        if number in wanted:
            text = line
            for _ in range((wanted[number] or 1) - 1):
                text += "\n" + next(lines, (0, ""))[1]
            records[number] = text
        if len(records) == len(wanted):
            break
    missing = sorted(set(wanted) - set(records))
    if missing:
        raise StrataError(
            f"{key}: version {version} has no record on line {missing[0]}; was it quarantined "
            "under another dialect? Then mend the file and upload it"
        )
    return Original(tuple(top), tuple(header), records)


def _top(lines: Iterator[tuple[int, str]], raw: RawSource) -> Iterator[str]:
    """Take the lines that are skipped, and the header, from the beginning of a file."""
    for _ in range(raw.skip_lines):
        yield next(lines, (0, ""))[1]
    if raw.format != "csv" or not raw.header:
        return
    for _, line in lines:
        is_comment = raw.comment is not None and line.startswith(raw.comment)
        if is_comment or not line.strip():
            continue
        header = [line]
        while raw.multiline and _is_open("".join(header), raw):
            header.append(next(lines, (0, raw.quote))[1])
        yield from header
        return


def _is_open(text: str, raw: RawSource) -> bool:
    return bool(raw.quote) and text.count(raw.quote) % 2 == 1


def _lines(lake: Lake, key: str, version: str, raw: RawSource) -> Iterator[str]:
    s3 = lake.client("s3")
    try:
        answer = s3.get_object(Bucket=lake["RawBucketName"], Key=key, VersionId=version)
    except s3.exceptions.ClientError as error:
        raise StrataError(
            f"{key}: version {version} can no longer be read from the raw zone "
            f"({error.response['Error']['Code']}); put its records into a file and upload that"
        ) from error
    with answer["Body"] as body:
        plain = _decompressed(body)
        text = io.TextIOWrapper(plain, codec_of(raw), newline=_LINE_ENDS[raw.line_end])
        first = True
        for line in text:
            yield (line.removeprefix(_BYTE_ORDER_MARK) if first else line).rstrip("\r\n")
            first = False


class _Unclosed(io.RawIOBase):
    """A body of S3 that is not seen as closed once it was read to its end."""

    def __init__(self, body: Any) -> None:
        super().__init__()
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._body.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def _decompressed(body: Any) -> BinaryIO:
    peeking = io.BufferedReader(_Unclosed(body))
    start = peeking.peek(4)[:4]
    if start.startswith(_GZIP):
        return cast(BinaryIO, gzip.GzipFile(fileobj=peeking))
    if start.startswith(_ZSTD):
        return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(peeking, "r"), "zstd"))
    return cast(BinaryIO, peeking)


def _fields(text: str, raw: RawSource) -> list[str]:
    decoded = text.encode(codec_of(raw)).decode(raw.encoding, errors="replace")
    return next(csv.reader(io.StringIO(decoded, newline=""), **csv_dialect(raw)), [])


def csv_dialect(raw: RawSource) -> dict[str, Any]:
    """Give the dialect of a dataset's files as Python's csv module takes it."""
    doubled = raw.escape == raw.quote
    return {
        "delimiter": raw.delimiter,
        "quotechar": raw.quote or None,
        "quoting": csv.QUOTE_MINIMAL if raw.quote else csv.QUOTE_NONE,
        "doublequote": doubled,
        "escapechar": None if doubled else raw.escape,
    }
