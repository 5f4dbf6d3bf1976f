"""Which files a run reads, in which order, and where each one's header is."""

from dataclasses import replace

import pytest

from lake_spark.inputs import HEADER_BYTES, Header, first_record, input_files
from lake_spark.raw_format import RawFormat
from tests.spark.support import Lake

RAW = RawFormat("csv", ",", '"', '"', True, "UTF-8", (), multiline=False)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"id,name\n1,a\n", "id,name"),
        (b"\xef\xbb\xbfid,name\r\n1,a\r\n", "id,name"),
        (b'\n  \r\n"id",name\r1,a\r', '"id",name'),
        (b"id,name", "id,name"),
    ],
)
def test_the_header_is_the_first_line_that_is_not_blank(content: bytes, line: str) -> None:
    assert first_record(content, RAW)[0] == Header(("id", "name"), line)


def test_a_header_may_span_lines_where_the_contract_allows_line_breaks() -> None:
    content = b'id,"full\r\nname"\r\n1,a\r\n'
    header, is_whole = first_record(content, replace(RAW, multiline=True))
    assert header == Header(("id", "full\nname"), 'id,"full\nname"')
    assert is_whole


def test_a_header_that_is_cut_off_is_not_taken_for_whole() -> None:
    assert first_record(b"id,na", RAW) == (Header(("id", "na"), "id,na"), False)


def test_files_come_in_the_order_of_their_arrival() -> None:
    arrivals = [("c", "2026-01-02"), ("b", "2026-01-01"), ("a", "2026-01-02")]
    document = {
        "files": [
            {"arrival_id": key, "key": key, "read_uri": f"s3://raw/{key}", "registered_at": at}
            for key, at in arrivals
        ]
    }
    assert [file.key for file in input_files(document)] == ["b", "a", "c"]


def test_when_s3_stored_a_file_counts_and_not_when_it_was_registered() -> None:
    document = {
        "files": [
            {
                "arrival_id": key,
                "key": key,
                "read_uri": f"s3://raw/{key}",
                "registered_at": registered,
                "arrived_at": arrived,
            }
            for key, registered, arrived in [("new", "1", "2026-01-02"), ("old", "2", "2026-01-01")]
        ]
    }
    assert [file.key for file in input_files(document)] == ["old", "new"]


def test_a_header_longer_than_the_first_read_is_read_on(lake: Lake) -> None:
    long_name = "n" * (HEADER_BYTES + 1)
    lake.contract["columns"][1]["name"] = long_name
    lake.contract["format"] = "parquet"
    lake.put("a.csv", f"id,{long_name},amount\n1,Ada,1\n")
    assert lake.stage()["rows_good"] == 1
