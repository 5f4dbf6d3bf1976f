"""A sample file in DuckDB: how it is written, and every value of it as text."""

import csv
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from strata.drafting.unpacking import lines_of_documents, suffix_of, unpack
from strata.errors import StrataError

NULL_WORDS = ("NA", "N/A", "n/a", "NULL", "null", "None", "NaN", "nan", "-")
"""What producers write for a missing value, besides nothing at all."""
FORMATS = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "csv"),
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    ".json": "json",
    ".parquet": "parquet",
}
NOT_TEXT = {
    b"PAR1": "Parquet",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
}
HEAD_BYTES = 1_048_576
NOTHING = "(empty)"
"""How DuckDB spells that a dialect has no quote."""


@dataclass(frozen=True)
class Sample:
    """A file whose rows are in the table `sample` of a connection, as texts `c0`, `c1` and so on.

    An empty field is null. `names` and `types` are the file's, in order; types are DuckDB's.
    """

    file: Path
    connection: duckdb.DuckDBPyConnection
    format: str
    names: list[str]
    types: list[str]
    date_format: str | None = None
    timestamp_format: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    """What the contract's `raw` says besides prefix and format, where it is not the default."""


def read_sample(file: Path, connection: duckdb.DuckDBPyConnection) -> Sample:
    """Read a file whole: CSV, JSON Lines, a JSON document or Parquet, compressed or not.

    Raises `StrataError` if it is none of these, or has no rows.
    """
    if not file.is_file():
        raise StrataError(f"{file} is not a file")
    kind = FORMATS.get(suffix_of(file))
    if kind is None:
        raise StrataError(
            f"{file}: must end in {', '.join(FORMATS)}, so that its format is known, and after it "
            f"in .gz or .zst if it is compressed: got {file.suffix or 'no ending'}"
        )
    try:
        with tempfile.TemporaryDirectory() as folder:
            sample = _read(kind, file, Path(folder), connection)
        rows = connection.execute("SELECT count(*) FROM sample").fetchall()[0][0]
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise StrataError(f"{file} could not be read as {kind}: {reason}") from error
    if not rows:
        raise StrataError(f"{file}: must have rows to draft a contract from: got none")
    return sample


def _read(kind: str, file: Path, folder: Path, connection: duckdb.DuckDBPyConnection) -> Sample:
    plain = unpack(file, folder)
    if kind == "parquet":
        return read_parquet(file, plain, connection)
    encoding = _encoding(file, plain)
    if kind == "csv":
        return _read_csv(file, plain, connection, encoding)
    if kind == "jsonl":
        return _json(file, plain, connection)
    lines, records = lines_of_documents(file, plain, folder)
    options = {"records": records} if records else {}
    return replace(_json(file, lines, connection), format="json", options=options)


def read_parquet(file: Path, plain: Path, connection: duckdb.DuckDBPyConnection) -> Sample:
    """Read a Parquet file, whose types are the columns' own."""
    described = connection.execute(
        "DESCRIBE SELECT * FROM read_parquet(?)", [str(plain)]
    ).fetchall()
    names, types = [row[0] for row in described], [row[1] for row in described]
    columns = ", ".join(
        f"CAST({_identifier(name)} AS VARCHAR) AS c{place}" for place, name in enumerate(names)
    )
    table = f"CREATE TABLE sample AS SELECT {columns} FROM read_parquet(?)"  # noqa: S608
    connection.execute(table, [str(plain)])
    return Sample(file, connection, "parquet", names, types)


def _encoding(file: Path, plain: Path) -> str:
    head = plain.read_bytes()[:HEAD_BYTES]
    if not head.strip():
        raise StrataError(f"{file} is empty")
    for magic, name in NOT_TEXT.items():
        if head.startswith(magic):
            raise StrataError(f"{file}: must be text: got {name}; save it as CSV in UTF-8")
    if 0 in head:
        raise StrataError(f"{file}: must be text in UTF-8 or windows-1252; save it as UTF-8")
    try:
        plain.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return "UTF-8"


def _read_csv(
    file: Path, plain: Path, connection: duckdb.DuckDBPyConnection, encoding: str
) -> Sample:
    if encoding == "UTF-8":
        return _sniff_csv(file, plain, connection, encoding)
    with tempfile.TemporaryDirectory() as folder:
        # DuckDB brings no codec of its own but UTF-8.
        readable = Path(folder) / "sample.csv"
        with readable.open("w", encoding="utf-8", newline="") as sink:
            sink.write(plain.read_text(encoding=encoding))
        return _sniff_csv(file, readable, connection, encoding)


def _sniff_csv(
    file: Path, readable: Path, connection: duckdb.DuckDBPyConnection, encoding: str
) -> Sample:
    sniffed = connection.execute(
        "SELECT Delimiter, Quote, Escape, SkipRows, HasHeader, Columns, DateFormat, "
        "TimestampFormat FROM sniff_csv(?, sample_size = -1, nullstr = ?)",
        [str(readable), ["", *NULL_WORDS]],
    ).fetchall()[0]
    delimiter, quote, escape, skipped, has_header, columns, date_format, timestamp_format = sniffed
    if skipped:
        raise StrataError(
            f"{file}: must begin with its header, and every line must have as many fields: "
            f"{skipped} lines do not fit"
        )
    quote = '"' if quote == NOTHING else quote
    escape = quote if escape == NOTHING else escape
    names = [column["name"] for column in columns]
    if has_header:
        names = header_of(readable, "utf-8", delimiter, quote)
    connection.execute(
        "CREATE TABLE sample AS SELECT * FROM read_csv(?, auto_detect = false, delim = ?, "
        "quote = ?, escape = ?, header = ?, columns = ?, ignore_errors = true)",
        [
            *(str(readable), delimiter, quote, escape, has_header),
            {f"c{place}": "VARCHAR" for place in range(len(columns))},
        ],
    )
    options = {
        "delimiter": (delimiter, ","),
        "quote": (quote, '"'),
        "escape": (escape, '"'),
        "header": (has_header, True),
        "encoding": (encoding, "UTF-8"),
        "multiline": (_has_line_breaks(connection, len(columns)), False),
    }
    return Sample(
        *(file, connection, "csv", names, [column["type"] for column in columns]),
        *(date_format, timestamp_format),
        {name: value for name, (value, default) in options.items() if value != default},
    )


def header_of(file: Path, encoding: str, delimiter: str, quote: str) -> list[str]:
    """Give the names in the first line of a CSV file, as they are written."""
    with file.open(encoding=encoding.replace("utf-8", "utf-8-sig"), newline="") as lines:
        return next(csv.reader(lines, delimiter=delimiter, quotechar=quote))


def _has_line_breaks(connection: duckdb.DuckDBPyConnection, columns: int) -> bool:
    broken = " OR ".join(f"contains(c{place}, chr(10))" for place in range(columns))
    answer = connection.execute(f"SELECT count(*) FROM sample WHERE {broken}").fetchall()  # noqa: S608
    return bool(answer[0][0])


def _json(file: Path, plain: Path, connection: duckdb.DuckDBPyConnection) -> Sample:
    with plain.open(encoding="utf-8") as lines:
        if not lines.read(64).lstrip("\ufeff \r\n").startswith("{"):
            raise StrataError(f"{file}: must have one JSON object in each line")
    shape = "format = 'newline_delimited', maximum_object_size = 16777216"
    described = connection.execute(
        f"DESCRIBE SELECT * FROM read_json(?, {shape}, sample_size = -1, maximum_depth = 2)",  # noqa: S608
        [str(plain)],
    ).fetchall()
    names = [row[0] for row in described]
    columns = ", ".join(f"{_identifier(name)} AS c{place}" for place, name in enumerate(names))
    connection.execute(
        f"CREATE TABLE sample AS SELECT {columns} FROM read_json(?, {shape}, columns = ?)",  # noqa: S608
        [str(plain), dict.fromkeys(names, "VARCHAR")],
    )
    return Sample(file, connection, "jsonl", names, [row[1] for row in described])


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
