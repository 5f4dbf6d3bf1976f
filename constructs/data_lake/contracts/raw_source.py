"""Where a dataset's files arrive and how they are written: the custom property ``raw``."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

OneCharacter = Annotated[str, Field(min_length=1, max_length=1)]
FileFormat = Literal["csv", "jsonl", "json", "parquet"]
Compression = Literal["auto", "none", "gzip", "zstd"]
# Encodings in which Spark, Java and Python agree on names and on the bytes of a line end; those of
# two bytes are written anew in UTF-8 before Spark reads them.
Encoding = Literal[
    "UTF-8", "US-ASCII", "ISO-8859-1", "windows-1252", "UTF-16", "UTF-16LE", "UTF-16BE"
]


class RawSource(BaseModel):
    """How files are written. What stands here is for format csv unless it says otherwise.

    Attributes:
        prefix: the folder of the raw zone that is this dataset's; every format.
        format: ``csv``; ``jsonl`` (one JSON object a line); ``json`` (documents: an array of
            objects, or one object); ``parquet``.
        compression: what the files' bytes must be, whatever the files are called: ``none``,
            ``gzip``, ``zstd``, others are rejected; ``auto`` takes all three. Not for parquet,
            which compresses inside.
        delimiter: between fields.
        quote: around a field that holds delimiters; empty where quotes are ordinary characters.
        escape: before a quote inside a quoted field; the quote itself where quotes are doubled.
        header: whether the first record names the columns; without, they are in contract order.
        encoding: of the text.
        null_values: the words that mean null, by default only the empty field; not for parquet.
        multiline: whether quoted fields may hold line ends, which costs the splitting of files.
        comment: a record that begins with this character is none. Default: no comments.
        skip_lines: how many lines at the top of each file are no records.
        line_end: what ends a line; ``any`` takes LF, CR and CRLF.
        decimal_separator: between the whole part and the fraction of numbers.
        records: for json: where the records are, as names joined by dots, such as ``data.items``.
            Default: the document itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)

    prefix: str
    format: FileFormat
    compression: Compression = "auto"
    delimiter: OneCharacter = ","
    quote: Annotated[str, Field(max_length=1)] = '"'
    escape: OneCharacter = '"'
    header: bool = True
    encoding: Encoding = "UTF-8"
    null_values: Annotated[tuple[str, ...], Field(strict=False)] = ("",)
    multiline: bool = False
    comment: OneCharacter | None = None
    skip_lines: Annotated[int, Field(ge=0, le=100)] = 0
    line_end: Literal["any", "lf", "crlf", "cr"] = "any"
    decimal_separator: Literal[".", ","] = "."
    records: str | None = None

    @field_validator("prefix")
    @classmethod
    def _folder(cls, prefix: str) -> str:
        if not re.fullmatch(r"([A-Za-z0-9=-][A-Za-z0-9._=-]*/)+", prefix):
            raise ValueError(
                "must be folders of letters, digits, '.', '-', '_' and '=' that end in '/', such "
                "as flights/, without a leading '/', '.' or '_'"
            )
        return prefix

    @field_validator("compression")
    @classmethod
    def _parquet_compresses_inside(cls, compression: str, info: ValidationInfo) -> str:
        if info.data.get("format") == "parquet":
            raise ValueError("is not for format parquet, which compresses inside; remove it")
        return compression

    @field_validator(
        *("delimiter", "quote", "escape", "header", "multiline", "comment", "skip_lines"),
        *("line_end", "decimal_separator"),
    )
    @classmethod
    def _csv_only(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("format") not in (None, "csv"):
            raise ValueError("is for format csv; remove it, or use format csv")
        return value

    @field_validator("encoding")
    @classmethod
    def _others_are_utf8(cls, encoding: str, info: ValidationInfo) -> str:
        kind = info.data.get("format")
        if kind not in (None, "csv") and encoding != "UTF-8":
            raise ValueError(f"must be UTF-8 for format {kind}")
        return encoding

    @field_validator("null_values")
    @classmethod
    def _parquet_has_nulls(cls, words: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("format") == "parquet":
            raise ValueError("is not for format parquet, which has nulls of its own; remove it")
        return words

    @field_validator("delimiter", "quote", "escape", "comment")
    @classmethod
    def _not_a_line_end(cls, character: str | None) -> str | None:
        if character in ("\n", "\r", "\0"):
            raise ValueError("must not be a line end or NUL")
        return character

    @field_validator("quote")
    @classmethod
    def _not_the_delimiter(cls, quote: str, info: ValidationInfo) -> str:
        if quote == info.data.get("delimiter"):
            raise ValueError("must differ from delimiter")
        return quote

    @field_validator("multiline")
    @classmethod
    def _needs_quotes(cls, multiline: bool, info: ValidationInfo) -> bool:
        if multiline and info.data.get("quote") == "":
            raise ValueError("needs a quote, because only quoted fields hold line ends")
        return multiline

    @field_validator("comment")
    @classmethod
    def _told_from_fields(cls, comment: str | None, info: ValidationInfo) -> str | None:
        if comment and comment in (info.data.get("delimiter"), info.data.get("quote")):
            raise ValueError("must differ from delimiter and quote")
        if comment and info.data.get("multiline"):
            raise ValueError(
                "is not for multiline, where a field may hold a line that begins like a comment"
            )
        return comment

    @field_validator("records")
    @classmethod
    def _path(cls, records: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("format") not in (None, "json"):
            raise ValueError("is for format json; remove it, or use format json")
        if records is not None and not all(records.split(".")):
            raise ValueError("must be names joined by dots, such as data.items")
        return records
