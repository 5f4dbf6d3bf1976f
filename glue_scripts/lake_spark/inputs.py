"""The files of a run: which ones, in which order they arrived, and how each one's header reads."""

import csv
import io
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lake_spark.contract import Contract
from lake_spark.errors import HeaderMismatch, UnreadableFile
from lake_spark.raw_format import SEPARATORS, RawFormat
from lake_spark.storage import copy_object, s3_client, split_uri

if TYPE_CHECKING:
    from _csv import Reader

    from types_boto3_s3 import S3Client

HEADER_BYTES = 65_536
"""How much of a file is read at first to find its header; eight times more at each further try."""
READERS = 16
"""How many headers are read at once."""
TASK_BYTES = 128 * 1024 * 1024
"""How much of the files one task reads at most: Spark's own default."""
OPENING_BYTES = 4 * 1024 * 1024
"""What Spark counts the opening of a file as, by default."""
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class InputFile:
    """One accepted file: what it was called when it arrived and where to read it now.

    `columns` are the names and Spark SQL types of a Parquet file's columns, `size` is in bytes, 0
    where it is not known.
    """

    arrival_id: str
    key: str
    version_id: str | None
    read_uri: str
    arrived_at: str
    columns: tuple[tuple[str, str], ...] = ()
    size: int = 0


@dataclass(frozen=True)
class Header:
    """The column names of a file in their order, and the text of the line that holds them.

    `line` is None for files without a header line; `types` is empty for files of text.
    """

    names: tuple[str, ...]
    line: str | None
    types: tuple[str, ...] = ()


def input_files(document: Mapping[str, Any]) -> list[InputFile]:
    """Give the files of `input.json`, oldest arrival first: a later one's rows win."""
    files = [
        InputFile(
            arrival_id=entry["arrival_id"],
            key=entry["key"],
            version_id=entry.get("version_id"),
            read_uri=entry["read_uri"],
            arrived_at=entry.get("arrived_at") or entry["registered_at"],
            columns=tuple((name, kind) for name, kind in entry.get("columns") or ()),
            size=int(entry.get("size") or 0),
        )
        for entry in document["files"]
    ]
    return sorted(files, key=lambda file: (file.arrived_at, file.key, file.arrival_id))


def packed_bytes(files: Sequence[InputFile]) -> int:
    """Give Spark's limit for what one task reads, so that tasks hold `TASK_BYTES` of real bytes.

    Spark counts each file as 4 MB longer than it is. By that count ten thousand small files are
    40 GB, hence hundreds of tasks, each of which writes a file of its own. Where the size of a file
    is not known, Spark's own default stays.
    """
    real = sum(file.size for file in files)
    if not files or not all(file.size for file in files):
        return TASK_BYTES
    return TASK_BYTES * (real + OPENING_BYTES * len(files)) // real


def reading_tasks(files: Sequence[InputFile], cores: int) -> int:
    """Estimate how many tasks read the files: Spark gives each core one, or more of `TASK_BYTES`.

    A compressed file is read by one task, so there may be fewer; there is always one.
    """
    return max(1, cores, -(-sum(file.size for file in files) // TASK_BYTES))


def reachable(file: InputFile, folder_uri: str) -> InputFile:
    """Give the file at an address that Hadoop can express, copying it below a folder if needed.

    Hadoop folds `//`, `.` and `..` in paths, so such keys name other objects there than in S3.
    """
    _, key = split_uri(file.read_uri)
    if not {"", ".", ".."} & set(key.split("/")):
        return file
    name = key.rsplit("/", 1)[-1]
    copy_uri = f"{folder_uri}{file.arrival_id}/{name}"
    copy_object(file.read_uri, copy_uri)
    return replace(file, read_uri=copy_uri)


def read_headers(files: Sequence[InputFile], contract: Contract) -> list[Header]:
    """Read the header of every file, in the files' order.

    Files without a header line, and JSON Lines, have the contract's columns; those of Parquet files
    were told by inspection. Raises `HeaderMismatch` for the first file whose names are not those of
    the contract, in any order, as far as the contract's evolution asks for them.
    """
    raw = contract.raw
    assert raw is not None  # noqa: S101 - products have no files
    if raw.format == "parquet":
        return [_parquet_header(file, contract) for file in files]
    if raw.format != "csv" or not raw.header:
        return [Header(tuple(contract.raw_names), None)] * len(files)
    # Clients may be shared between threads, but not made in several at once.
    client = s3_client()
    with ThreadPoolExecutor(READERS) as readers:
        headers = list(readers.map(lambda file: _read_header(client, file, raw), files))
    for file, header in zip(files, headers, strict=True):
        _check_header(file, header, contract)
    return headers


def _parquet_header(file: InputFile, contract: Contract) -> Header:
    if not file.columns:
        raise UnreadableFile(
            f"{file.key}: inspection did not tell the columns of this Parquet file"
        )
    names, types = zip(*file.columns, strict=True)
    header = Header(names, None, types)
    _check_header(file, header, contract)
    return header


def _read_header(client: "S3Client", file: InputFile, raw: RawFormat) -> Header:
    bucket, key = split_uri(file.read_uri)
    size = HEADER_BYTES
    while True:
        answer = client.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{size - 1}")
        with answer["Body"] as body:
            content = body.read()
        header, is_whole = first_record(_plain(content, key), raw)
        if is_whole or len(content) < size:
            return header
        size *= 8


def _plain(content: bytes, key: str) -> bytes:
    """Hadoop goes by the end of the name, and inspection has made it tell the truth."""
    if not key.endswith(".gz"):
        return content
    return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(content)


def first_record(content: bytes, raw: RawFormat) -> tuple[Header, bool]:
    """Parse the first record that is not blank; also tell whether its end was seen."""
    text = content.decode(raw.encoding, errors="replace").removeprefix(BYTE_ORDER_MARK)
    lines = _lines(text, raw)
    start = 0
    reader = _reader(lines, raw)
    for names in reader:
        end = reader.line_num
        if any(name.strip() for name in names) and not _is_comment(lines[start], raw):
            return Header(tuple(names), "\n".join(lines[start:end])), end < len(lines)
        start = end
    return Header((), None), False


def _lines(text: str, raw: RawFormat) -> list[str]:
    separator = SEPARATORS[raw.line_end]
    if separator is None:
        return [line.rstrip("\r\n") for line in io.StringIO(text, newline="")]
    lines = text.split(separator)
    return lines if lines[-1] else lines[:-1]


def _is_comment(line: str, raw: RawFormat) -> bool:
    return raw.comment is not None and line.startswith(raw.comment)


def _reader(lines: Sequence[str], raw: RawFormat) -> "Reader":
    # Only where the contract allows line breaks inside quotes may a record span lines.
    rows = [f"{line}\n" for line in lines] if raw.multiline else lines
    if not raw.quote:
        return csv.reader(rows, delimiter=raw.delimiter, quoting=csv.QUOTE_NONE)
    is_doubled = raw.escape == raw.quote
    return csv.reader(
        rows,
        delimiter=raw.delimiter,
        quotechar=raw.quote,
        doublequote=is_doubled,
        escapechar=None if is_doubled else raw.escape,
    )


def _check_header(file: InputFile, header: Header, contract: Contract) -> None:
    expected, found = contract.raw_names, list(header.names)
    if sorted(expected) == sorted(found):
        return
    missing = [name for name in expected if name not in {*found, *contract.may_be_absent}]
    twice = [name for name in expected if found.count(name) > 1]
    # Other names are only counted: where a header is missing, they are somebody's data.
    others = sum(name not in expected for name in found)
    if not missing and not twice and (not others or contract.ignores_unknown):
        return
    raise HeaderMismatch(
        f"{file.key}: the header does not hold the columns of {contract.name} "
        f"{contract.version}: missing {missing}, twice {twice}, others: {others}; correct the file "
        "or the contract"
    )


def header_notes(headers: Sequence[Header], contract: Contract) -> dict[str, list[str]]:
    """Give what the stage report says of columns that files lack, or have beyond the contract's."""
    found = [set(header.names) for header in headers]
    ignored = set().union(*found) - set(contract.raw_names)
    absent = {name for name in contract.raw_names if any(name not in names for names in found)}
    return {"ignored_columns": sorted(ignored), "absent_columns": sorted(absent)}
