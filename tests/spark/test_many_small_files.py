"""Many small raw files become few files of the table, whatever its format and way of writing."""

import boto3
import pytest

from tests.spark.support import Lake, bucket

HEADER = "id,customer,amount\n"
FILES = 200
"""Spark would make seven tasks of so many, counting each as 4 MB: two are what the cores ask for"""
CORES = 2


def _put(lake: Lake, first: int) -> None:
    for number in range(first, first + FILES):
        lake.put(f"{number}.csv", HEADER + f"{number},{'Ada' if number % 2 else 'Bob'},1\n")


def _files(lake: Lake) -> int:
    if lake.contract["format"] == "iceberg":
        return lake.spark.table(f"{lake.table}.files").count()
    found = boto3.client("s3").list_objects_v2(
        Bucket=bucket("processed"), Prefix=f"{lake.name}/", MaxKeys=1000
    )
    return sum(entry["Key"].endswith(".parquet") for entry in found["Contents"])


@pytest.mark.parametrize("format_name", ["iceberg", "parquet"])
@pytest.mark.parametrize("partition_by", [[], ["customer"]])
@pytest.mark.parametrize("key", [[], ["id"]])
def test_many_small_files_are_appended_as_few(
    lake: Lake, format_name: str, partition_by: list[str], key: list[str]
) -> None:
    lake.contract |= {
        "format": format_name,
        "partition_by": partition_by,
        "primary_key": key,
        "engine": {"shuffle_partitions": 50},
    }
    _put(lake, 0)
    assert lake.run()["rows_good"] == FILES
    assert _files(lake) <= CORES


@pytest.mark.fault(38, by="run")
@pytest.mark.parametrize("partition_by", [[], ["customer"]])
def test_many_small_files_are_merged_into_few(lake: Lake, partition_by: list[str]) -> None:
    lake.contract |= {
        "write_mode": "merge",
        "partition_by": partition_by,
        "engine": {"shuffle_partitions": 50},
    }
    lake.put("first.csv", HEADER + "0,Bob,0\n1,Ada,0\n")
    lake.run("run-1")
    _put(lake, 0)
    assert lake.run("run-2")["rows_good"] == FILES
    assert len(lake.published()) == FILES
    assert _files(lake) <= 2 * CORES
