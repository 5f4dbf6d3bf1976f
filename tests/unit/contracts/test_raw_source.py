"""How raw files may be written, and each mistake in saying so as one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_lake.contracts.loader import load_contracts

Complaint = Callable[..., str]
Lake = Callable[..., Path]
ORDERS = "orders.odcs.yaml"
COUNTRIES = "countries.odcs.yaml"
MISTAKES = [
    (
        ORDERS, "compression: gz",
        "compression: must be 'auto', 'none', 'gzip' or 'zstd': got 'gz'; did you mean 'gzip'?",
    ),
    (
        ORDERS, "delimiter: ';;'",
        "delimiter: must have at most 1 character: got ';;'",
    ),
    (
        ORDERS, 'delimiter: "\\n"',
        r"delimiter: must not be a line end or NUL: got '\n'",
    ),
    (
        ORDERS, "skipLines: -1",
        "skipLines: must be greater than or equal to 0: got -1",
    ),
    (
        ORDERS, "skipLine: 1",
        "skipLine: is not a known field: got 1; did you mean 'skipLines'?",
    ),
    (
        ORDERS, "lineEnd: LF",
        "lineEnd: must be 'any', 'lf', 'crlf' or 'cr': got 'LF'; did you mean 'lf'?",
    ),
    (
        ORDERS, "decimalSeparator: ;",
        "decimalSeparator: must be '.' or ',': got ';'",
    ),
    (
        ORDERS, "comment: ','",
        "comment: must differ from delimiter and quote: got ','",
    ),
    (
        ORDERS, "records: data.items",
        "records: is for format json; remove it, or use format json: got 'data.items'",
    ),
    (
        COUNTRIES, "comment: '#'",
        "comment: is for format csv; remove it, or use format csv: got '#'",
    ),
]  # fmt: skip
PAIRS = [
    (
        ORDERS, "multiline: true\n      comment: '#'", 73,
        "comment: is not for multiline, where a field may hold a line that begins like a comment: "
        "got '#'",
    ),
    (
        ORDERS, "quote: ''\n      multiline: true", 73,
        "multiline: needs a quote, because only quoted fields hold line ends: got true",
    ),
]  # fmt: skip
OTHER_FORMATS = [
    (
        "format: json, records: data..items",
        "records: must be names joined by dots, such as data.items: got 'data..items'",
    ),
    (
        "format: json, encoding: UTF-16",
        "encoding: must be UTF-8 for format json: got 'UTF-16'",
    ),
    (
        "format: parquet, compression: gzip",
        "compression: is not for format parquet, which compresses inside; remove it: got 'gzip'",
    ),
    (
        "format: parquet, nullValues: [NA]",
        "nullValues: is not for format parquet, which has nulls of its own; remove it: got ['NA']",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "given", "message"), MISTAKES)
def test_a_mistake_in_how_files_are_written_is_one_line(
    complaint: Complaint, file: str, given: str, message: str
) -> None:
    old = "format: csv" if file == ORDERS else "format: jsonl"
    glue, line = ("\n      ", 72) if file == ORDERS else (", ", 16)
    place = f"contracts/{file}:{line}: customProperties[raw].value."
    assert complaint((file, old, f"{old}{glue}{given}")) == place + message


@pytest.mark.parametrize(("file", "given", "line", "message"), PAIRS)
def test_what_does_not_go_together_is_said_at_the_second(
    complaint: Complaint, file: str, given: str, line: int, message: str
) -> None:
    place = f"contracts/{file}:{line}: customProperties[raw].value."
    assert complaint((file, "format: csv", f"format: csv\n      {given}")) == place + message


@pytest.mark.parametrize(("given", "message"), OTHER_FORMATS)
def test_what_another_format_does_not_have_is_refused(
    complaint: Complaint, given: str, message: str
) -> None:
    place = f"contracts/{COUNTRIES}:16: customProperties[raw].value."
    assert complaint((COUNTRIES, "format: jsonl", given)) == place + message


def test_a_dialect_is_taken_as_it_is_written(lake: Lake) -> None:
    written = (
        "format: csv\n      quote: ''\n      comment: '#'\n      skipLines: 2\n      lineEnd: crlf"
        "\n      decimalSeparator: ','\n      delimiter: \"\\t\"\n      encoding: UTF-16"
    )
    raw = load_contracts(lake((ORDERS, "format: csv", written))).datasets["orders"].raw

    assert (raw.quote, raw.comment, raw.skip_lines, raw.line_end) == ("", "#", 2, "crlf")
    assert (raw.decimal_separator, raw.delimiter, raw.encoding) == (",", "\t", "UTF-16")


def test_the_records_of_a_document_have_a_path(lake: Lake) -> None:
    changed = (COUNTRIES, "format: jsonl", "format: json, records: data.items")
    raw = load_contracts(lake(changed)).datasets["countries"].raw

    assert (raw.format, raw.records) == ("json", "data.items")


def test_what_raw_files_call_a_column_goes_into_the_bundle(lake: Lake) -> None:
    title = "- {name: title, logicalType: string"
    named = f"{title}, customProperties: [{{property: sourceName, value: Country Name}}]"
    columns = load_contracts(lake((COUNTRIES, title, named))).compile()["datasets"]["countries"][
        "columns"
    ]

    assert [column.get("source") for column in columns] == [None, "Country Name"]
