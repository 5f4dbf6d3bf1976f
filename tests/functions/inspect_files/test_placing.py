"""What Spark is given to read in the place of what it cannot read as it lies."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd

from tests.functions.support.contracts import dataset_contract, default_bundle
from tests.functions.support.resources import GOOD, HEADER


def _deploy(lake, **raw):
    bundle = default_bundle()
    bundle["datasets"]["flights"] = dataset_contract(raw=raw)
    lake.deploy(bundle)


def _inspected(lake, name, body):
    version = lake.arrive(f"flights/{name}", body)
    opened = lake.open()
    lake.inspect(opened)
    return version, lake.inspection(version), lake.plan(opened)


def _read(lake, version, name):
    return lake.body(lake.artifacts, f"runs/flights/run-1/input/{version.arrival_id}/{name}")


def test_gzip_that_is_called_so_is_read_where_it_lies(lake):
    version, found, _ = _inspected(lake, "a.csv.gz", gzip.compress(GOOD))
    assert (found["verdict"], found["in_place"]) == ("accepted", True)
    assert found["read_uri"] == f"s3://{lake.raw}/{version.key}"


@pytest.mark.parametrize(
    ("name", "stored", "read"),
    [
        ("a.csv", gzip.compress(GOOD), "a.csv.gz"),
        ("a.GZ", gzip.compress(GOOD), "a.GZ.gz"),
        ("a.csv.gz", GOOD, "a.csv.gz.txt"),
        ("a.bz2", GOOD, "a.bz2.txt"),
    ],
)
def test_what_is_called_another_compression_than_it_is_is_read_as_a_copy(lake, name, stored, read):
    version, found, _ = _inspected(lake, name, stored)
    assert (found["verdict"], found["in_place"]) == ("accepted", False)
    assert _read(lake, version, read) == stored


STORED = {"none": GOOD, "gzip": gzip.compress(GOOD), "zstd": zstd.compress(GOOD)}


@pytest.mark.parametrize("bytes_are", STORED)
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.csv.zst", "a.parquet"])
@pytest.mark.parametrize("setting", ["auto", "none", "gzip", "zstd"])
def test_the_bytes_and_the_contract_decide_and_the_name_never_does(lake, setting, name, bytes_are):
    # Given a contract that leaves the compression open, or promises one
    _deploy(lake, compression=setting)
    version, found, planned = _inspected(lake, name, STORED[bytes_are])
    # Then bytes that it does not promise are rejected, whatever they are called
    if setting not in ("auto", bytes_are):
        assert (found["verdict"], found["rule"]) == ("rejected", "format")
        told = {"none": "not compressed"}.get(bytes_are, bytes_are)
        assert found["reason"] == (
            f"the bytes are {told}, the contract says compression {setting}; send them so, or let "
            "the contract say auto, which goes by the bytes"
        )
        assert planned["accepted"] == 0
        return
    # And all others are read by a name that tells Hadoop, below Spark, what they are
    assert (found["verdict"], planned["accepted"]) == ("accepted", 1)
    bucket, _, key = found["read_uri"].removeprefix("s3://").partition("/")
    assert found["in_place"] == (key == version.key)
    packed = key.endswith(".gz")
    assert not key.endswith(".zst")
    assert lake.body(bucket, key) == (STORED["gzip"] if packed else GOOD)
    assert packed == (bytes_are == "gzip")


@pytest.mark.parametrize(
    ("raw", "stored", "plain"),
    [
        ({}, zstd.compress(GOOD), GOOD),
        ({"encoding": "UTF-16"}, GOOD.decode().encode("utf-16"), GOOD),
        ({"encoding": "UTF-16"}, GOOD.decode().encode("utf-16-le"), GOOD),
        ({"encoding": "UTF-16"}, b"\xfe\xff" + GOOD.decode().encode("utf-16-be"), GOOD),
        ({"encoding": "UTF-16BE"}, zstd.compress(GOOD.decode().encode("utf-16-be")), GOOD),
        ({"skip_lines": 2}, b"\xef\xbb\xbfReport\r\n\r\n" + GOOD, GOOD),
        ({"skip_lines": 1, "line_end": "lf"}, gzip.compress(b"a\rb\n" + GOOD), GOOD),
        (
            {"encoding": "UTF-16LE"},
            (HEADER.decode() + "2013,1,\ud800\n").encode("utf-16-le", "surrogatepass") + b"x",
            HEADER + b"2013,1,\xed\xa0\x80\n\xff",
        ),
    ],
)
def test_text_that_spark_cannot_read_is_written_anew_for_the_run(lake, raw, stored, plain):
    _deploy(lake, **raw)
    version, found, planned = _inspected(lake, "a.csv", stored)
    assert (found["verdict"], found["in_place"]) == ("accepted", False)
    assert _read(lake, version, "a.csv.txt") == plain
    assert planned["accepted"] == 1
    # The ledger and the plan go on to name the raw object.
    (file,) = json.loads(lake.body(lake.artifacts, "runs/flights/run-1/input.json"))["files"]
    assert (file["key"], file["version_id"]) == (version.key, version.version_id)


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ({}, b'[{"year": 2013},\n {"year":\n 2014, "carrier": "U\xc4"}]'),
        ({"records": "data.rows"}, b'{"data": {"rows": [{"year": 2013}, {"year":  2014, '
         b'"carrier": "U\xc4"}], "count": 2}}'),
        ({}, zstd.compress(b'[{"year": 2013},{"year":  2014, "carrier": "U\xc4"}]')),
    ],
)  # fmt: skip
def test_json_documents_become_one_record_a_line(lake, raw, stored):
    _deploy(lake, format="json", **raw)
    version, found, _ = _inspected(lake, "a.json", stored)
    assert (found["verdict"], found["in_place"]) == ("accepted", False)
    lines = b'{"year": 2013}\n{"year":  2014, "carrier": "U\xc4"}\n'
    assert _read(lake, version, "a.json.jsonl") == lines


@pytest.mark.parametrize(
    ("raw", "stored", "reason"),
    [
        ({"format": "json"}, b'[{"year": 2013}, {"ye', "character 19: Unterminated string"),
        ({"format": "json"}, b'{"year": 1}\n{"year": 2}\n', "is it JSON Lines"),
        ({"format": "json", "records": "rows"}, b'{"row": []}', "did you mean 'row'"),
        ({"format": "json"}, GOOD, "the bytes are not JSON, the contract says JSON documents"),
        ({}, zstd.compress(GOOD)[:-5], "the Zstandard data ends early"),
        ({}, gzip.compress(GOOD)[:-5], "the gzip data ends early"),
        ({"compression": "none"}, gzip.compress(GOOD), "are gzip, the contract says compression"),
        ({"compression": "gzip"}, GOOD, "are not compressed, the contract says compression gzip"),
        ({"compression": "gzip"}, zstd.compress(GOOD), "the bytes are zstd, the contract says"),
        ({}, gzip.compress(b'{"year": 2013}\n'), "the bytes are JSON, the contract says CSV"),
        ({"skip_lines": 9}, GOOD, "the 9 lines that are to be skipped"),
    ],
)
def test_what_cannot_be_read_to_its_end_is_rejected_with_the_reason(lake, raw, stored, reason):
    # Given a file whose fault shows in its bytes, some of it only at their end
    _deploy(lake, **raw)
    version, found, planned = _inspected(lake, "a", stored)
    # Then it is rejected and kept, and nothing of it is read
    assert found["verdict"] == "rejected"
    assert reason in found["reason"]
    assert lake.status(version) == "rejected"
    assert lake.body(lake.quarantine, f"files/flights/{version.arrival_id}/a") == stored
    assert planned["accepted"] == 0


def test_a_giant_that_must_be_written_anew_is_refused_with_advice(lake, monkeypatch):
    monkeypatch.setattr("inspect_files.placing.REWRITTEN_BYTES", 10)
    _, found, _ = _inspected(lake, "a.csv.zst", zstd.compress(GOOD))
    assert (found["verdict"], found["rule"]) == ("rejected", "too_large")
    assert "split it" in found["reason"]


@pytest.mark.fault(10, by="run")
@pytest.mark.parametrize(
    ("raw", "stored", "why"),
    [
        ({}, gzip.compress(GOOD), ["gzip"]),
        ({"multiline": True}, GOOD, ["line ends inside quotes"]),
        ({}, GOOD, []),
        ({}, zstd.compress(GOOD), []),
    ],
)
def test_a_giant_that_cannot_be_split_is_read_with_a_warning(lake, monkeypatch, raw, stored, why):
    monkeypatch.setattr("inspect_files.placing.UNSPLITTABLE_BYTES", 10)
    _deploy(lake, **raw)
    version, found, _ = _inspected(lake, "a.csv", stored)
    assert found["verdict"] == "accepted"
    assert len(found["warnings"]) == len(why)
    assert all(reason in found["warnings"][0] for reason in why)
    # And the notice of the run says so
    lake.stage("run-1")
    lake.publish("run-1")
    notice = json.loads(lake.close("run-1", "published")["notice"]["message"])
    assert (notice["severity"] == "warning") == bool(why)
    told = [reason for reason in notice["reasons"] if version.key in reason]
    assert len(told) == len(why)


def test_columns_of_parquet_are_told_to_spark(lake):

    _deploy(lake, format="parquet")
    memory = io.BytesIO()
    pq.write_table(pa.table({"month": [1], "year": ["2013"], "carrier": ["UA"]}), memory)
    _, found, _ = _inspected(lake, "a.csv", memory.getvalue())
    assert (found["verdict"], found["in_place"]) == ("accepted", True)
    (file,) = json.loads(lake.body(lake.artifacts, "runs/flights/run-1/input.json"))["files"]
    assert file["columns"] == [["month", "bigint"], ["year", "string"], ["carrier", "string"]]
