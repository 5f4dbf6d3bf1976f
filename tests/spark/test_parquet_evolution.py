"""A Parquet table follows its contract: its files, its partitions and the catalog say the same."""

import itertools
from decimal import Decimal
from typing import Any

import boto3
import pytest

from lake_spark import parquet_publishing
from lake_spark.errors import ContractMismatch
from lake_spark.parquet_columns import ID as ID_PARAMETER
from tests.spark.support import Lake, bucket, column
from tests.spark.test_killed_runs import KilledError, Steps, watched

ID, CUSTOMER, AMOUNT, REGION = (
    column("id", "int", id="the_id"),
    column("customer", "string", id="who"),
    column("amount", "decimal(10,2)", id="how_much"),
    column("region", "string"),
)
HEADER = "id,customer,amount,region\n"
WIDE = [
    ID | {"type": "bigint"},
    CUSTOMER | {"name": "buyer"},
    column("city", "string"),
    AMOUNT | {"type": "decimal(12,2)"},
    REGION,
]
WIDE_HEADER = "id,buyer,city,amount,region\n"
LAYOUTS: list[dict[str, Any]] = [
    {"partition_by": ["region"]},
    {"partition_by": []},
    {"partition_by": ["region"], "publishing": {"atomicity": "table"}},
]


def _parquet(lake: Lake, **facts: Any) -> Lake:
    """Give orders of two regions as Parquet, of which one row of each is published."""
    lake.contract |= {
        "format": "parquet",
        "columns": [ID, CUSTOMER, AMOUNT, REGION],
        "partition_by": ["region"],
        "primary_key": ["id"],
        **facts,
    }
    lake.put("a.csv", HEADER + "1,Ada,1,north\n2,Bob,2.5,south\n")
    lake.run("run-1")
    return lake


def _schemas(lake: Lake) -> dict[tuple[str, ...], list[tuple[str, str]]]:
    """Give the columns that the catalog has, of the table and of each partition by its values."""
    glue, names = boto3.client("glue"), {"DatabaseName": "processed"}
    table = glue.get_table(**names, Name=lake.name)["Table"]
    parts = (
        glue.get_partitions(**names, TableName=lake.name)["Partitions"]
        if (table["PartitionKeys"])
        else []
    )
    found = {tuple(part["Values"]): part["StorageDescriptor"] for part in parts}
    return {
        values: [(one["Name"], one["Type"]) for one in storage["Columns"]]
        for values, storage in {**found, (): table["StorageDescriptor"]}.items()
    }


def _in_files(lake: Lake) -> set[tuple[tuple[str, str], ...]]:
    """Give the columns that the files which the catalog names really have."""
    glue, names = boto3.client("glue"), {"DatabaseName": "processed"}
    table = glue.get_table(**names, Name=lake.name)["Table"]
    folders = [table["StorageDescriptor"]["Location"]]
    if table["PartitionKeys"]:
        parts = glue.get_partitions(**names, TableName=lake.name)["Partitions"]
        folders = [part["StorageDescriptor"]["Location"] for part in parts]
    return {tuple(lake.spark.read.parquet(folder).dtypes) for folder in folders}


def _file_columns(lake: Lake) -> list[tuple[str, str]]:
    is_whole = lake.contract.get("publishing", {}).get("atomicity") == "table"
    in_paths = [] if is_whole else lake.contract["partition_by"]
    columns = [(one["name"], one["type"]) for one in lake.contract["columns"]]
    return [(name, kind) for name, kind in columns if name not in in_paths]


def _agree(lake: Lake) -> None:
    """Check that table, partitions and files have the contract's columns."""
    expected = _file_columns(lake)
    assert set(map(tuple, _schemas(lake).values())) == {tuple(expected)}
    assert _in_files(lake) == {tuple(expected)}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("mode", ["append", "merge", "replace"])
def test_columns_are_widened_renamed_and_added_in_files_partitions_and_table(
    lake: Lake, layout: dict[str, Any], mode: str
) -> None:
    _parquet(lake, write_mode=mode, **layout)
    lake.contract |= {"version": "2.0.0", "evolution": "permissive", "columns": WIDE}
    new = "99999999999,Eve,Oslo,1234567890.5,north\n"
    lake.put("b.csv", WIDE_HEADER + new + "2,Bob,Rome,3,south\n")
    report = lake.run("run-2")
    assert report["schema_changes"] == [
        "column 'customer' is renamed to 'buyer'",
        "column 'id' becomes bigint instead of int",
        "column 'city' is added",
        "column 'amount' becomes decimal(12,2) instead of decimal(10,2)",
    ]
    kept = {
        "append": [(1, "Ada", None, Decimal(1)), (2, "Bob", None, Decimal("2.5"))],
        "merge": [(1, "Ada", None, Decimal(1))],
        "replace": [],
    }
    rows = [
        *kept[mode],
        (2, "Bob", "Rome", Decimal(3)),
        (99999999999, "Eve", "Oslo", Decimal("1234567890.5")),
    ]
    found = lake.published("id", "buyer", "city", "amount")
    assert found == sorted(rows, key=str)
    assert (report["rows_good"], report["rows_stale"]) == (2, 0)
    if mode != "merge":
        _agree(lake)
    lake.put("c.csv", WIDE_HEADER + "4,Kim,Bonn,4,west\n")
    assert lake.run("run-3")["schema_changes"] == []


def test_a_column_that_is_added_is_in_the_catalog_of_partitions_that_no_row_came_to(
    lake: Lake,
) -> None:
    _parquet(lake)
    before = boto3.client("s3").list_objects_v2(
        Bucket=bucket("processed"), Prefix=f"{lake.name}/region=south/"
    )["Contents"]
    lake.contract |= {
        "evolution": "additive",
        "columns": [ID, column("city", "string", id="where"), CUSTOMER, AMOUNT, REGION],
    }
    lake.put("b.csv", "id,city,customer,amount,region\n3,Oslo,Eve,3,north\n")
    assert lake.run("run-2")["schema_changes"] == ["column 'city' is added"]
    assert set(map(tuple, _schemas(lake).values())) == {tuple(_file_columns(lake))}
    assert lake.published("id", "city") == [(1, None), (2, None), (3, "Oslo")]
    after = boto3.client("s3").list_objects_v2(
        Bucket=bucket("processed"), Prefix=f"{lake.name}/region=south/"
    )["Contents"]
    assert [one["Key"] for one in after] == [one["Key"] for one in before]
    partition = boto3.client("glue").get_partition(
        DatabaseName="processed", TableName=lake.name, PartitionValues=["south"]
    )["Partition"]
    noted = partition["StorageDescriptor"]["Columns"][1]
    assert noted["Parameters"] == {ID_PARAMETER: "where"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_column_is_dropped_once_deprecated_and_its_name_begins_anew(
    lake: Lake, layout: dict[str, Any]
) -> None:
    _parquet(lake, evolution="permissive", **layout)
    without = [ID, AMOUNT, REGION]
    lake.contract["columns"] = without
    lake.put("b.csv", "id,amount,region\n3,3,north\n")
    with pytest.raises(ContractMismatch, match=r"'customer' \(string\) is in the table and not"):
        lake.stage("run-2")
    lake.inputs = []
    lake.contract["columns"] = [ID, CUSTOMER | {"deprecated": True}, AMOUNT, REGION]
    lake.put("c.csv", HEADER + "3,Eve,3,north\n")
    assert lake.run("run-2")["schema_changes"] == []
    lake.contract["columns"] = without
    lake.put("d.csv", "id,amount,region\n4,4,south\n")
    assert lake.run("run-3")["schema_changes"] == ["column 'customer' is dropped"]
    _agree(lake)
    lake.contract["columns"] = [*without, column("customer", "int")]
    lake.put("e.csv", "id,amount,region,customer\n5,5,north,55\n")
    lake.run("run-4")
    assert lake.published("id", "customer") == [(1, None), (2, None), (3, None), (4, None), (5, 55)]


def test_what_the_evolution_or_the_catalog_does_not_allow_is_refused_before_anything_is_written(
    lake: Lake,
) -> None:
    _parquet(lake)
    before = _schemas(lake)
    cases: list[tuple[str, list[dict[str, Any]], str]] = [
        ("strict", [ID | {"type": "bigint"}, CUSTOMER, AMOUNT, REGION], "'id' becomes bigint inst"),
        ("additive", [ID, CUSTOMER | {"name": "buyer"}, AMOUNT, REGION], "is renamed to 'buyer', "),
        ("permissive", [ID, CUSTOMER, AMOUNT, REGION | {"type": "int"}], "'region' is string in t"),
        ("permissive", [ID, CUSTOMER, AMOUNT | {"type": "decimal(12,3)"}, REGION], "'amount' is d"),
        ("permissive", [ID | {"type": "double"}, CUSTOMER, AMOUNT, REGION], "'id' is int in the t"),
    ]
    for mode, columns, words in cases:
        lake.contract |= {"evolution": mode, "columns": columns}
        lake.inputs = []
        lake.put("b.csv", ",".join(one["name"] for one in columns) + "\n1,1,1,1\n")
        with pytest.raises(ContractMismatch, match=words):
            lake.stage("run-2")
    assert _schemas(lake) == before
    staged = boto3.client("s3").list_objects_v2(
        Bucket=bucket("processed"), Prefix=f"_staging/{lake.name}/"
    )
    assert "Contents" not in staged


def test_a_change_that_died_between_partitions_shows_each_as_before_or_after_and_is_taken_back(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    _parquet(lake)
    before, old = _schemas(lake), lake.contract
    lake.contract = old | {"evolution": "permissive", "columns": WIDE}
    lake.put("b.csv", WIDE_HEADER + "3,Eve,Oslo,3,north\n")
    lake.stage("run-2")
    put_partitions = parquet_publishing.put_partitions

    def put_one(database: str, table: str, partitions: dict[tuple[str, ...], Any]) -> None:
        put_partitions(database, table, dict(sorted(partitions.items())[:1]))
        raise ConnectionError("the job was killed")

    with monkeypatch.context() as patch:
        patch.setattr(parquet_publishing, "put_partitions", put_one)
        with pytest.raises(ConnectionError):
            lake.publish("run-2")
    mixed = _schemas(lake)
    assert mixed["north",] == _file_columns(lake)
    assert mixed["south",] == before["south",]
    assert lake.published("id", "buyer") == [(1, "Ada"), (2, "Bob"), (3, "Eve")]
    # The contract is rolled back, and the next run is of the old one.
    lake.contract, lake.inputs = old, []
    lake.put("c.csv", HEADER + "4,Kim,4,south\n")
    lake.stage("run-3")
    assert _schemas(lake) == before
    assert lake.published("id", "customer") == [(1, "Ada"), (2, "Bob")]
    lake.publish("run-3")
    assert lake.published("id", "customer") == [(1, "Ada"), (2, "Bob"), (4, "Kim")]
    _agree(lake)


def test_a_change_that_died_anywhere_is_completed_by_running_it_again(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    _parquet(lake, evolution="permissive")
    rows = {1: "Ada", 2: "Bob"}
    for number in itertools.count(1):
        name = ("buyer", "customer")[number % 2]
        amount = AMOUNT | {"type": f"decimal({10 + number},2)"}
        lake.contract["columns"] = [ID, CUSTOMER | {"name": name}, amount, REGION]
        region = ("north", "south")[number % 2]
        lake.put(f"{number}.csv", f"id,{name},amount,region\n{10 + number},Eve,1,{region}\n")
        steps = Steps(dies_at=number - 1)
        try:
            with watched(steps, monkeypatch):
                lake.run(f"run-{number + 1}")
            survived = True
        except KilledError:
            survived = False
        after = rows | {10 + number: "Eve"}
        assert dict(lake.published("id", name)) in (rows, after), steps.done
        lake.run(f"run-{number + 1}")
        rows = after
        assert lake.published("id", name) == sorted(rows.items(), key=str)
        if survived:
            break
        _agree(lake)
    assert {"BatchUpdatePartition", "UpdateTable", "CopyObject", "parquet"} <= set(steps.done)


def test_a_run_without_good_rows_leaves_the_table_and_claims_no_change(lake: Lake) -> None:
    _parquet(lake)
    before = _schemas(lake)
    lake.contract |= {"evolution": "permissive", "columns": WIDE}
    lake.put("b.csv", WIDE_HEADER + "bad\n")
    report = lake.stage("run-2")
    assert (report["rows_good"], report["schema_changes"]) == (0, [])
    assert _schemas(lake) == before
    assert lake.published("id", "buyer") == [(1, "Ada"), (2, "Bob")]
