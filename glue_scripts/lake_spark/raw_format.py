"""How a dataset's raw files are written, as the jobs meet them after inspection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SEPARATORS = {"any": None, "lf": "\n", "crlf": "\r\n", "cr": "\r"}
"""What ends a line, by the contract's word; None stands for LF, CR and CRLF."""


@dataclass(frozen=True)
class RawFormat:
    """How a dataset's raw files are written.

    Inspection has written anew what Spark cannot read as it lies: here JSON documents are JSON
    Lines, encodings of two bytes are UTF-8, and the `skip_lines` lines at the top are gone.
    """

    format: str
    delimiter: str
    quote: str
    escape: str
    header: bool
    encoding: str
    null_values: tuple[str, ...]
    multiline: bool
    comment: str | None = None
    skip_lines: int = 0
    line_end: str = "any"
    decimal_comma: bool = False


def parse_raw(entry: Mapping[str, Any]) -> RawFormat:
    """Turn what the bundle says of raw files into a `RawFormat`."""
    encoding = entry.get("encoding") or "UTF-8"
    return RawFormat(
        format="jsonl" if entry["format"] == "json" else entry["format"],
        delimiter=entry.get("delimiter") or ",",
        quote=entry.get("quote", '"'),
        escape=entry.get("escape") or '"',
        header=bool(entry.get("header", True)),
        encoding="UTF-8" if encoding.startswith("UTF-16") else encoding,
        null_values=tuple(entry.get("null_values") or ()),
        multiline=bool(entry.get("multiline")),
        comment=entry.get("comment"),
        skip_lines=entry.get("skip_lines") or 0,
        line_end=entry.get("line_end") or "any",
        decimal_comma=entry.get("decimal_separator") == ",",
    )
