"""Merging by key: the newest version stays, and only what the keys can meet is opened."""

from decimal import Decimal

import boto3
import pytest

from lake_spark.contract import parse_contract
from lake_spark.merging import Merge
from lake_spark.tables import IcebergTable
from tests.spark.support import Lake, bucket, column

HEADER = "id,customer,amount\n"


@pytest.fixture
def merged_lake(lake: Lake) -> Lake:
    """Orders merged by customer and id, partitioned by customer: Ada, Bob and Eve have one."""
    lake.contract |= {
        "write_mode": "merge",
        "primary_key": ["customer", "id"],
        "partition_by": ["customer"],
    }
    lake.put("a.csv", HEADER + "1,Ada,1\n1,Bob,1\n1,Eve,1\n")
    lake.run("run-1")
    return lake


def files(lake: Lake) -> dict[str, str]:
    """Give the table's data files by customer."""
    rows = lake.spark.table(f"{lake.table}.files").collect()
    return {row["partition"]["customer"]: row["file_path"] for row in rows}


def test_a_merge_opens_no_file_of_a_partition_that_its_rows_do_not_touch(
    merged_lake: Lake,
) -> None:
    lost = files(merged_lake)["Eve"]
    _, _, key = lost.removeprefix("s3://").partition("/")
    kept = boto3.client("s3").get_object(Bucket=bucket("processed"), Key=key)["Body"].read()
    boto3.client("s3").delete_object(Bucket=bucket("processed"), Key=key)
    merged_lake.put("b.csv", HEADER + "1,Ada,10\n2,Bob,2\n", registered_at="2026-01-02")
    merged_lake.run("run-2")
    boto3.client("s3").put_object(Bucket=bucket("processed"), Key=key, Body=kept)
    assert merged_lake.rows("customer", "id", "amount") == [
        ("Ada", 1, Decimal(10)),
        ("Bob", 1, Decimal(1)),
        ("Bob", 2, Decimal(2)),
        ("Eve", 1, Decimal(1)),
    ]
    assert files(merged_lake)["Eve"] == lost


def test_the_plan_of_a_merge_names_the_touched_partitions_and_the_range_of_the_keys(
    merged_lake: Lake,
) -> None:
    merge = merge_of(merged_lake, [(7, "Ada", Decimal(1)), (9, "O'Neil", Decimal(1))])
    merge.rows.createOrReplaceTempView("incoming")
    plan = merged_lake.spark.sql("EXPLAIN " + merge.statement("main", "incoming")).head()
    scans = [line for line in plan[0].splitlines() if "filters=" in line]
    assert scans, plan[0]
    assert "customer IN ('Ada', " in scans[0]
    assert "id >= 7" in scans[0]
    assert "id <= 9" in scans[0]


def merge_of(lake: Lake, rows: list[tuple[object, ...]]) -> Merge:
    """Give a merge of rows into the lake's table."""
    table = IcebergTable(lake.spark, parse_contract(lake.contract), "processed", "")
    frame = lake.spark.createDataFrame(rows, "id int, customer string, amount decimal(10,2)")
    return Merge.of(table, frame.selectExpr("*", "timestamp '2026-01-02' AS _arrived_at"))


def test_a_row_that_moves_to_another_partition_leaves_the_old_one(lake: Lake) -> None:
    lake.contract |= {"write_mode": "merge", "partition_by": ["customer"]}
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "1,Bob,10\n", registered_at="2026-01-02")
    lake.run("run-2")
    assert lake.rows("id", "customer") == [(1, "Bob"), (2, "Bob")]


@pytest.mark.parametrize("table_format", ["iceberg", "parquet"])
def test_an_older_version_that_arrived_before_does_not_win_when_it_is_published_later(
    lake: Lake, table_format: str
) -> None:
    lake.contract |= {"write_mode": "merge", "format": table_format}
    lake.put("new.csv", HEADER + "1,new,2\n", registered_at="2026-01-02T10:00:00+00:00")
    lake.run("run-1")
    lake.put("old.csv", HEADER + "1,old,1\n2,old,1\n", registered_at="2026-01-01T10:00:00Z")
    report = lake.run("run-2")
    assert lake.published("id", "customer") == [(1, "new"), (2, "old")]
    assert (report["rows_good"], report["rows_stale"]) == (2, 1)
    lake.put("newest.csv", HEADER + "1,newest,3\n", registered_at="2026-01-02T12:00:00+01:00")
    assert lake.run("run-3")["rows_stale"] == 0
    assert lake.published("id", "customer") == [(1, "newest"), (2, "old")]


@pytest.mark.parametrize("table_format", ["iceberg", "parquet"])
def test_the_version_column_decides_in_the_batch_and_against_the_table(
    lake: Lake, table_format: str
) -> None:
    lake.contract |= {
        "write_mode": "merge",
        "version_column": "revision",
        "format": table_format,
    }
    lake.contract["columns"].append(column("revision", "int", required=True))
    header = "id,customer,amount,revision\n"
    lake.put("a.csv", header + "1,third,1,3\n1,first,1,1\n2,fifth,1,5\n")
    report = lake.run("run-1")
    assert (report["rows_good"], report["rows_deduplicated"]) == (2, 1)
    assert lake.published() == [(1, "third", Decimal(1), 3), (2, "fifth", Decimal(1), 5)]
    lake.put(
        "b.csv", header + "1,second,1,2\n2,fifth again,1,5\n3,new,1,1\n", registered_at="2026-01-02"
    )
    assert lake.run("run-2")["rows_stale"] == 1
    assert lake.published("id", "customer") == [(1, "third"), (2, "fifth again"), (3, "new")]


def test_a_table_from_before_arrivals_were_kept_takes_the_new_versions(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.contract["write_mode"] = "merge"
    lake.put("b.csv", HEADER + "1,Bob,2\n")
    lake.run("run-2")
    assert lake.rows("id", "customer") == [(1, "Bob")]


@pytest.mark.parametrize(
    ("type_name", "old", "new"),
    [
        ("date", "2024-02-29", "2024-03-01"),
        ("timestamp", "2024-02-29T23:30:00Z", "2024-03-01T00:30:00Z"),
        ("decimal(10,2)", "-0.50", "99.25"),
        ("double", "-1.5e300", "2.5"),
        ("string", "it's \\ here", "Zoë"),
        ("boolean", "true", "false"),
    ],
)
def test_keys_of_every_type_are_met(lake: Lake, type_name: str, old: str, new: str) -> None:
    lake.contract |= {"write_mode": "merge", "primary_key": ["k"]}
    lake.contract["columns"] = [column("k", type_name), column("n", "int")]
    lake.put("a.csv", f"k,n\n{old},1\n")
    lake.run("run-1")
    lake.put("b.csv", f"k,n\n{new},2\n{old},3\n", registered_at="2026-01-02")
    lake.run("run-2")
    assert [row[0] for row in lake.rows("n")] == [2, 3]
