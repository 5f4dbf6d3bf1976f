"""Files of a table come near the size that they are to have, and not below it by many."""

import boto3
import pytest

from lake_spark import parquet_sink, tables
from tests.spark.support import Lake, bucket

HEADER = "id,customer,amount\n"
ROWS = 24_000
TARGET = 64 * 1024
FITTING = 16 * 1024 * 1024
CORES = 2


def _lines(rows: int) -> str:
    # Numbers that no encoding makes small.
    return "".join(f"{n},{n * 2654435761 % 2**40:010x},{n * 48271 % 99991}\n" for n in range(rows))


def _sizes(lake: Lake) -> list[int]:
    if lake.contract["format"] == "iceberg":
        files = lake.spark.table(f"{lake.table}.files").select("file_size_in_bytes").collect()
        return [row[0] for row in files]
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket("processed"), Prefix=f"{lake.name}/")[
        "Contents"
    ]
    return [one["Size"] for one in listed if one["Key"].endswith(".parquet")]


@pytest.fixture
def many_rows(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Orders that take several files of the target's size, of which Spark moves small parts."""
    lake.contract |= {"engine": {"shuffle_partitions": 40}}
    spark = lake.spark
    minimum = "spark.sql.adaptive.coalescePartitions.minPartitionSize"
    spark.conf.set(minimum, "1024b")
    lake.put("a.csv", HEADER + _lines(ROWS))
    yield lake
    spark.conf.unset(minimum)


@pytest.mark.parametrize("table_format", ["iceberg", "parquet"])
@pytest.mark.parametrize("target", [TARGET, FITTING])
def test_files_have_the_target_size(
    many_rows: Lake, monkeypatch: pytest.MonkeyPatch, table_format: str, target: int
) -> None:
    lake = many_rows
    lake.contract["format"] = table_format
    size = {"write.target-file-size-bytes": str(target)}
    monkeypatch.setattr(tables, "TABLE_PROPERTIES", tables.TABLE_PROPERTIES | size)
    monkeypatch.setattr(parquet_sink, "TARGET_BYTES", target)
    lake.run()
    sizes = sorted(_sizes(lake))
    assert len(lake.published("id")) == ROWS
    if target == FITTING:
        # One for each core.
        assert len(sizes) <= CORES
        return
    assert len(sizes) > 2 * CORES
    assert sizes[-1] <= target
    # The last file of all takes what is left.
    assert sizes[1] >= target / 4


def test_the_target_is_set_for_the_write_alone(lake: Lake) -> None:
    lake.contract["format"] = "parquet"
    before = lake.spark.conf.get(parquet_sink.ADVISORY)
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run()
    assert lake.spark.conf.get(parquet_sink.ADVISORY) == before
