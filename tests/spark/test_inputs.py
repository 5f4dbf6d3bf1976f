"""Which files a run reads, in which order, and where each one's header is."""

from dataclasses import replace

import pytest

from lake_spark.inputs import (
    HEADER_BYTES,
    OPENING_BYTES,
    TASK_BYTES,
    Header,
    InputFile,
    first_record,
    input_files,
    packed_bytes,
    reading_tasks,
)
from lake_spark.raw_format import RawFormat
from tests.spark.support import Lake

MIB = 1024 * 1024
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


def test_a_task_reads_as_many_real_bytes_however_many_files_hold_them() -> None:
    one, many = [sized(400 * MIB)], [sized(4096)] * 1000
    for files in (one, many):
        # What Spark counts, and how much of it a task may take by the limit.
        counted = sum(file.size + OPENING_BYTES for file in files)
        real = sum(file.size for file in files)
        assert packed_bytes(files) / counted == pytest.approx(TASK_BYTES / real)


def test_a_file_of_unknown_size_leaves_the_limit_as_it_is_by_default() -> None:
    assert packed_bytes([]) == TASK_BYTES
    assert packed_bytes([sized(0)]) == TASK_BYTES
    assert packed_bytes([sized(0), sized(10 * MIB)]) == TASK_BYTES


@pytest.mark.parametrize(
    ("sizes", "cores", "tasks"),
    [([], 0, 1), ([4096], 2, 2), ([400 * MIB, 1], 2, 4), ([1024**4], 40, 8192)],
)
def test_tasks_are_as_many_as_the_cores_or_the_bytes_ask_for(
    sizes: list[int], cores: int, tasks: int
) -> None:
    assert reading_tasks([sized(size) for size in sizes], cores) == tasks


def sized(size: int) -> InputFile:
    return InputFile("1", "a.csv", "1", "s3://raw/a.csv", "2026-01-01T00:00:00Z", size=size)
