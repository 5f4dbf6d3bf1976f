"""How a contract's table is laid out: partitioned by transforms, in files of a good size."""

from datetime import datetime

import pytest

from lake_spark.contract import parse_contract
from lake_spark.errors import ContractMismatch
from lake_spark.merging import Merge
from lake_spark.tables import IcebergTable
from tests.spark.support import Lake, column

HEADER = "id,at,name\n"
TRANSFORMS = [
    ("at", "year", "year(at)"),
    ("at", "month", "month(at)"),
    ("at", "day", "day(at)"),
    ("at", "hour", "hour(at)"),
    ("id", "bucket(8)", "bucket(8, id)"),
    ("name", "truncate(2)", "truncate(2, name)"),
]


@pytest.fixture
def events(lake: Lake) -> Lake:
    """Events with a number, a time and a name."""
    lake.contract["columns"] = [
        column("id", "int"),
        column("at", "timestamp"),
        column("name", "string"),
    ]
    return lake


def partitioned(lake: Lake, name: str, transform: str) -> None:
    """Have the contract partition by a transform of a column."""
    lake.contract["partition_by"] = [name]
    for one in lake.contract["columns"]:
        one["transform"] = transform if one["name"] == name else None


def table_of(lake: Lake) -> IcebergTable:
    """Give the table as the jobs see it."""
    return IcebergTable(lake.spark, parse_contract(lake.contract), "processed", "")


@pytest.mark.parametrize(("name", "transform", "term"), TRANSFORMS)
def test_a_table_is_partitioned_by_the_transform_and_can_be_merged_into(
    events: Lake, name: str, transform: str, term: str
) -> None:
    partitioned(events, name, transform)
    events.contract |= {
        "write_mode": "merge",
        "primary_key": ["id", name] if name != "id" else ["id"],
    }
    events.put("a.csv", HEADER + "1,2024-02-29T23:30:00Z,Anna\n2,2025-03-01T00:30:00Z,Bert\n")
    events.run("run-1")
    assert table_of(events).state().partition_by == [term]
    events.put(
        "b.csv",
        HEADER + "1,2024-02-29T23:30:00Z,Anna\n3,2024-02-29T23:59:59Z,Berta\n",
        registered_at="2026-01-02",
    )
    events.run("run-2")
    assert events.rows("id", "name") == [(1, "Anna"), (2, "Bert"), (3, "Berta")]


def test_a_merge_by_day_names_the_days_of_its_rows(events: Lake) -> None:
    partitioned(events, "at", "day")
    events.contract |= {"write_mode": "merge", "primary_key": ["at"]}
    rows = [(1, datetime(2024, 2, 29, 12), "a"), (2, datetime(2025, 2, 28, 12), "b")]
    frame = events.spark.createDataFrame(rows, "id int, at timestamp, name string")
    conditions = Merge.of(table_of(events), frame).conditions
    assert len(conditions) == 2
    assert conditions[1].count("INTERVAL 1 day") == 2
    assert "2024-02-29 00:00:00" in conditions[1]
    assert "2025-02-28 00:00:00" in conditions[1]


def test_another_partitioning_is_refused_with_both(events: Lake) -> None:
    partitioned(events, "at", "day")
    events.put("a.csv", HEADER + "1,2024-02-29T23:30:00Z,Anna\n")
    events.run("run-1")
    partitioned(events, "at", "month")
    events.put("b.csv", HEADER + "2,2024-02-29T23:30:00Z,Bert\n")
    with pytest.raises(
        ContractMismatch,
        match=r"partitioned by \['day\(at\)'\], the contract says \['month\(at\)'\]",
    ):
        events.stage("run-2")


def test_rows_go_to_few_files_of_a_good_size(events: Lake) -> None:
    partitioned(events, "name", "truncate(1)")
    lines = "".join(f"{n},2024-02-29T00:00:00Z,{'ab'[n % 2]}{n}\n" for n in range(20))
    for part in range(4):
        events.put(f"{part}.csv", HEADER + lines)
    events.contract["primary_key"] = []
    events.run("run-1")
    properties = table_of(events).state().properties
    assert properties["write.target-file-size-bytes"] == "268435456"
    assert properties["write.distribution-mode"] == "hash"
    files = events.spark.table(f"{events.table}.files").collect()
    assert [row["record_count"] for row in files] == [40, 40]
