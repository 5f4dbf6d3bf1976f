"""Files of whatever compression and name in one run, and what they cannot hide."""

import gzip

import pytest
from backports import zstd

from tests.spark.support import Lake

HEADER = b"id,customer,amount\n"


def test_files_of_different_compression_column_order_and_name_are_one_run(lake: Lake) -> None:
    # Given files that Spark alone would read as garbage, or not at all
    files = {
        "plain.csv": HEADER + b"1,Ada,1\nbad\n",
        "packed.csv.gz": gzip.compress(b"amount,id,customer\r\n2,2,Bob\r\nbad\r\n"),
        "packed.csv": gzip.compress(HEADER + b"3,Eve,3\nbad\n") + gzip.compress(b"4,Kim,4\n"),
        "plain.gz": HEADER + b"5,Lea,5\nbad\n",
        "packed.zst": zstd.compress(b"\xef\xbb\xbfcustomer,id,amount\nMia,6,6\nbad\n"),
        "packed-2.csv": zstd.compress(HEADER + b"7,Noa,7\nbad\n"),
        "plain.snappy": HEADER + b"8,Pia,8\nbad\n",
    }
    for name, body in files.items():
        assert lake.arrive(name, body) is None
    # When they are run together
    report = lake.run()
    # Then every row is there, and every bad one is known by its raw file and line
    assert [row[0] for row in lake.rows("id")] == [1, 2, 3, 4, 5, 6, 7, 8]
    found = {(row["source_key"], row["source_line"]) for row in lake.quarantined()}
    assert found == {(f"{lake.name}/{name}", 3) for name in files}
    assert report["rows_in"] == 15


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_line_ends_inside_quotes_are_read_from_packed_files_too(lake: Lake, pack) -> None:
    lake.contract["raw"]["multiline"] = True
    assert lake.arrive("a.csv", pack(HEADER + b'1,"Ada\n\nLovelace",1\n2,Bob,2\nbad\n')) is None
    lake.run()
    assert lake.rows("id", "customer") == [(1, "Ada\n\nLovelace"), (2, "Bob")]
    assert [row["source_line"] for row in lake.quarantined()] == [6]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(HEADER + b"1,Ada,1\n" * 999)[:-20], "gzip data ends early"),
        (zstd.compress(HEADER + b"1,Ada,1\n" * 999)[:-20], "Zstandard data ends early"),
        (gzip.compress(b'{"id": 1}\n'), "the bytes are JSON, the contract says CSV"),
        (b"PAR1" + bytes(90) + b"PAR1", "the bytes are Parquet, the contract says CSV"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_never_comes_to_spark(
    lake: Lake, body: bytes, reason: str
) -> None:
    assert reason in str(lake.arrive("a.csv", body))
    assert lake.inputs == []
