import io
import json
import zipfile

import pytest

from inspect_files.checks import find_fault
from inspect_files.content import read_content
from inspect_files.headers import compare_header
from lake_runtime.contracts import Dataset
from tests.functions.support.contracts import dataset_contract


def _fault(body, **raw):
    dataset = Dataset.model_validate(dataset_contract(raw=raw))
    return find_fault(read_content([body]), dataset)


def _zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", "year,month,carrier\n")
    return buffer.getvalue()


GOOD_CSV = [
    b"year,month,carrier\n2013,1,UA\n",
    b"year,month,carrier\r\n2013,1,UA\r\n",
    b"year,month,carrier\r2013,1,UA\r",
    b"\xef\xbb\xbfyear,month,carrier\n2013,1,UA\n",
    b"carrier,year,month\nUA,2013,1\n",
    b'"year","month","carrier"\n2013,1,UA\n',
    b"\n\nyear,month,carrier\n2013,1,UA\n",
    b"year,month,carrier\n2013,1,U\xc4\n",
    b"year,month,carrier\n2013,1,UA\n2013\x00,2,AA\n",
    b"year,month,carrier\nonly one field\n",
    b'year,month,carrier\n2013,1,"never closed\n',
    b"year,month,carrier\n2013,1,UA",
    b"year,month,carrier\n,,\n",
]


@pytest.mark.parametrize("body", GOOD_CSV)
def test_a_file_whose_rows_can_be_judged_one_by_one_has_no_fault(body):
    assert _fault(body) is None


def test_a_file_without_bytes_is_empty():
    assert _fault(b"").rule == "empty_file"


def test_a_file_of_blank_lines_is_empty():
    assert _fault(b"\n \r\n\n").rule == "empty_file"


@pytest.mark.parametrize(
    "body",
    [b"year,month,carrier", b"year,month,carrier\n", b"year,month,carrier\r\n\r\n  \n"],
)
def test_a_header_without_rows_is_header_only(body):
    assert _fault(body).rule == "header_only"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"PAR1\x15\x04\x15\x10PAR1", "Parquet"),
        (_zip(), "ZIP"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b'{"year": 2013, "month": 1}\n{"year": 2013}\n', "JSON"),
        (b'[\n  {"year": 2013}\n]\n', "JSON"),
        (b'[{"year": 2013}]', "JSON"),
        (b'{\n  "year": 2013\n}\n', "JSON"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "HTML"),
        (b'<?xml version="1.0"?><rows/>', "XML"),
        (b"\x00\x01\x02\x03" * 100, "binary"),
        (bytes(1000), "binary"),
        ("year,month,carrier\n2013,1,UA\n".encode("utf-16"), "binary"),
    ],
)
def test_another_format_is_told_by_its_bytes_whatever_the_file_is_called(body, kind):
    fault = _fault(body)
    assert fault.rule == "format"
    assert kind in fault.reason
    assert "the contract says CSV" in fault.reason


def test_a_header_that_begins_like_a_binary_format_is_still_text():
    dataset = Dataset.model_validate(dataset_contract(columns=[{"name": "ORCHARD", "type": "int"}]))
    assert find_fault(read_content([b"ORCHARD\n1\n"]), dataset) is None


def test_a_column_that_is_missing_and_one_that_is_unexpected_are_named():
    fault = _fault(b"year,monht,carrier\n2013,1,UA\n")
    assert fault.rule == "header"
    assert fault.reason == "missing: 'month'; unexpected: 'monht' (did you mean 'month'?)"


def test_a_column_too_many_is_named():
    assert _fault(b"year,month,carrier,gate\n").reason == "unexpected: 'gate'"


def _evolving(evolution, header):
    contract = dataset_contract() | {"evolution": evolution}
    contract["columns"] = [
        {"name": "year", "type": "int", "required": True},
        {"name": "month", "type": "int", "required": True},
        {"name": "gate", "type": "string"},
        {"name": "pilot", "type": "string", "classification": "confidential"},
    ]
    body = f"{header}\n1,2,3,4\n".encode()
    fault = find_fault(read_content([body]), Dataset.model_validate(contract))
    return None if fault is None else fault.reason


@pytest.mark.parametrize(
    ("header", "strict", "additive", "permissive"),
    [
        ("year,month,gate,pilot", None, None, None),
        ("year,month,pilot", "missing: 'gate'", None, None),
        ("year,gate,pilot", *["missing: 'month'"] * 3),
        ("year,month,gate", *["missing: 'pilot'"] * 3),
        ("year,month,gate,pilot,weather", *["unexpected: 'weather'"] * 2, None),
        ("year,month,gate,gate,pilot", *["named twice: 'gate'"] * 3),
    ],
)
def test_how_far_a_header_may_differ_is_the_contracts_to_say(header, strict, additive, permissive):
    assert _evolving("strict", header) == strict
    assert _evolving("additive", header) == additive
    assert _evolving("permissive", header) == permissive


def test_a_column_that_stands_twice_is_named():
    assert _fault(b"year,month,carrier,year\n").reason == "named twice: 'year'"


def test_a_name_with_a_space_around_it_is_another_name():
    assert _fault(b"year, month,carrier\n2013,1,UA\n").rule == "header"


def test_without_a_header_no_value_of_the_first_row_is_told():
    fault = _fault(b"2013,1,Jane Doe\n2013,2,John Roe\n")
    assert fault.rule == "header"
    assert "is the header missing" in fault.reason
    assert "Jane" not in fault.reason
    assert "2013" not in fault.reason


def test_another_delimiter_is_a_wrong_header():
    assert "delimiter" in _fault(b"year;month;carrier\n2013;1;UA\n").reason
    assert _fault(b"year;month;carrier\n2013;1;UA\n", delimiter=";") is None


def test_a_header_of_a_thousand_columns_is_told_in_short():
    names = [f"c{n}" for n in range(1000)]
    dataset = Dataset.model_validate(dataset_contract())
    reason = compare_header(["year", "month", "carrier", *names], dataset)
    assert "and 990 more" in reason
    assert len(reason) < 500


def test_a_line_that_never_ends_is_no_header():
    fault = _fault(b"y" * (3 * 1024 * 1024))
    assert (fault.rule, "no line ends" in fault.reason) == ("header", True)


def test_a_large_file_is_judged_by_its_beginning():
    assert _fault(b"year,month,carrier\n" + b"2013,1,UA\n" * 200_000) is None


def test_a_file_that_has_no_header_by_contract_needs_none():
    assert _fault(b"2013,1,UA\n", header=False) is None
    assert _fault(b'{"year": 2013}\n', header=False).rule == "format"


def test_text_in_a_wide_encoding_is_read_in_it():
    body = "year,month,carrier\n2013,1,UA\n"
    assert _fault(body.encode("utf-16"), encoding="UTF-16") is None
    assert _fault(("\ufeff" + body).encode("utf-16-le"), encoding="UTF-16LE") is None
    assert _fault(body.encode("latin-1"), encoding="ISO-8859-1") is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"year": 2013}\n{"year": 2014}\n',
        b'\n{"year": 2013}',
        b'{"year": 2013}\nbroken\n',
        b'{"broken": \n{"year": 2014}\n',
    ],
)
def test_json_lines_whose_records_can_be_judged_one_by_one_have_no_fault(body):
    assert _fault(body, format="jsonl") is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"year,month,carrier\n2013,1,UA\n", "not JSON"),
        (b'[{"year": 2013}]', "one JSON array"),
        (json.dumps({"year": 2013}, indent=2).encode(), "over several lines"),
        (b"<html></html>", "HTML"),
    ],
)
def test_what_is_no_json_lines_is_rejected_where_json_lines_are_expected(body, kind):
    fault = _fault(body, format="jsonl")
    assert (fault.rule, kind in fault.reason) == ("format", True)
    assert "the contract says JSON Lines" in fault.reason
