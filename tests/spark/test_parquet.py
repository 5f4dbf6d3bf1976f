"""Tables of plain Parquet: staged out of sight, published partition by partition."""

from datetime import date
from decimal import Decimal
from typing import Any

import boto3
import pytest

from lake_spark import parquet_publishing
from lake_spark.contract import parse_contract
from lake_spark.errors import ContractMismatch, NothingStaged, PublishConflict
from lake_spark.parquet_tables import ParquetTable
from lake_spark.places import table_for
from tests.spark.support import Lake, bucket, column

HEADER = "id,customer,amount\n"


class ParquetLake(Lake):
    """The dataset of orders as Parquet, partitioned by customer."""

    def parquet(self) -> ParquetTable:
        """Give the table as the jobs see it."""
        table = table_for(
            self.spark, parse_contract(self.contract), "processed", f"s3://{bucket('processed')}/"
        )
        assert isinstance(table, ParquetTable)
        return table

    def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        """Give what readers see who go where the catalog points, sorted."""
        names = columns or [one["name"] for one in self.contract["columns"]]
        rows = self.parquet().read().select(*names).collect()
        return sorted((tuple(row) for row in rows), key=str)

    def keys(self, below: str) -> list[str]:
        """Give the keys in the processed bucket below a folder of the dataset."""
        found = boto3.client("s3").list_objects_v2(
            Bucket=bucket("processed"), Prefix=f"{below}{self.name}/"
        )
        return [entry["Key"] for entry in found.get("Contents", [])]


@pytest.fixture
def parquet_lake(lake: Lake) -> ParquetLake:
    """The dataset of orders as Parquet, partitioned by customer."""
    lake.contract |= {"format": "parquet", "partition_by": ["customer"]}
    return ParquetLake(lake.spark, lake.contract)


def test_readers_see_a_run_once_it_is_published_and_nothing_before(
    parquet_lake: ParquetLake,
) -> None:
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n2,a b=c/d%é[1],2\n3,,3\nbad\n")
    report = parquet_lake.stage()
    assert parquet_lake.rows() == []
    assert parquet_lake.keys("") == []
    published = parquet_lake.publish()
    assert parquet_lake.rows() == [
        (1, "Ada", Decimal(1)),
        (2, "a b=c/d%é[1]", Decimal(2)),
        (3, None, Decimal(3)),
    ]
    assert (report["rows_good"], report["rows_quarantined"], report["branch"]) == (3, 1, None)
    assert (published["already_published"], published["snapshot_id"]) == (False, None)
    assert parquet_lake.keys("_staging/") == []


def test_an_append_adds_to_partitions_and_publishing_again_adds_nothing(
    parquet_lake: ParquetLake,
) -> None:
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    parquet_lake.run("run-1")
    parquet_lake.put("b.csv", HEADER + "3,Bob,3\n4,Eve,4\n")
    parquet_lake.run("run-2")
    assert parquet_lake.publish("run-2")["already_published"] is True
    assert parquet_lake.rows("id", "customer") == [(1, "Ada"), (2, "Bob"), (3, "Bob"), (4, "Eve")]


@pytest.mark.parametrize("key", [["id"], ["id", "customer"]])
def test_a_merge_replaces_rows_by_key_wherever_they_were(
    parquet_lake: ParquetLake, key: list[str]
) -> None:
    parquet_lake.contract |= {"write_mode": "merge", "primary_key": key}
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n3,Eve,3\n")
    parquet_lake.run("run-1")
    parquet_lake.put("b.csv", HEADER + "2,Eve,20\n3,Eve,30\n4,Ada,40\n")
    report = parquet_lake.run("run-2")
    moved = [] if key == ["id"] else [(2, "Bob", Decimal(2))]
    assert parquet_lake.rows() == [
        (1, "Ada", Decimal(1)),
        *moved,
        (2, "Eve", Decimal(20)),
        (3, "Eve", Decimal(30)),
        (4, "Ada", Decimal(40)),
    ]
    assert report["rows_good"] == 3


def test_a_replacement_leaves_only_its_own_partitions(parquet_lake: ParquetLake) -> None:
    parquet_lake.contract["write_mode"] = "replace"
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    parquet_lake.run("run-1")
    parquet_lake.put("b.csv", HEADER + "3,Bob,3\n")
    parquet_lake.run("run-2")
    assert parquet_lake.rows("id") == [(3,)]


def test_a_table_without_partitions_changes_in_one_step_and_keeps_one_state_back(
    parquet_lake: ParquetLake,
) -> None:
    parquet_lake.contract |= {"write_mode": "replace", "partition_by": []}
    for number in (1, 2, 3):
        parquet_lake.put(f"{number}.csv", HEADER + f"{number},Ada,1\n")
        parquet_lake.run(f"run-{number}")
    assert parquet_lake.rows("id") == [(3,)]
    folders = {key.split("/")[1] for key in parquet_lake.keys("")}
    assert folders == {"run-run-2", "run-run-3"}


@pytest.fixture
def half_published(parquet_lake: ParquetLake, monkeypatch: pytest.MonkeyPatch) -> ParquetLake:
    """A second run, `run-2`, that died while it was publishing."""
    parquet_lake.contract["write_mode"] = "merge"
    parquet_lake.contract["primary_key"] = ["id", "customer"]
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    parquet_lake.run("run-1")
    parquet_lake.put("b.csv", HEADER + "1,Ada,10\n3,Bob,3\n4,Eve,4\n")
    parquet_lake.stage("run-2")
    put_partitions = parquet_publishing.put_partitions

    def put_two(database: str, table: str, partitions: dict[tuple[str, ...], Any]) -> None:
        put_partitions(database, table, dict(sorted(partitions.items())[1:]))
        raise ConnectionError("the job was killed")

    monkeypatch.setattr(parquet_publishing, "put_partitions", put_two)
    with pytest.raises(ConnectionError):
        parquet_lake.publish("run-2")
    monkeypatch.setattr(parquet_publishing, "put_partitions", put_partitions)
    assert parquet_lake.rows("id") == [(1,), (2,), (3,), (4,)]
    return parquet_lake


@pytest.mark.fault(37, by="run")
def test_a_publish_that_died_half_way_is_completed_by_the_next_try(
    half_published: ParquetLake,
) -> None:
    assert half_published.publish("run-2")["already_published"] is False
    assert half_published.rows("id", "amount") == [
        (1, Decimal(10)),
        (2, Decimal(2)),
        (3, Decimal(3)),
        (4, Decimal(4)),
    ]
    assert half_published.keys("_staging/") == []


@pytest.mark.fault(37, by="run")
def test_a_publish_that_died_half_way_is_undone_by_the_next_run(
    half_published: ParquetLake,
) -> None:
    half_published.inputs = []
    half_published.put("c.csv", HEADER + "5,Ada,5\n")
    half_published.stage("run-3")
    assert half_published.rows("id", "amount") == [(1, Decimal(1)), (2, Decimal(2))]
    half_published.publish("run-3")
    assert half_published.rows("id") == [(1,), (2,), (5,)]


def test_an_append_that_died_half_way_is_not_added_twice_when_its_run_starts_over(
    parquet_lake: ParquetLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n")
    parquet_lake.run("run-1")
    parquet_lake.put("b.csv", HEADER + "2,Ada,2\n3,Bob,3\n")
    parquet_lake.stage("run-2")
    with monkeypatch.context() as patch:
        patch.setattr(parquet_publishing, "put_table", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            parquet_lake.publish("run-2")
    assert parquet_lake.rows("id") == [(1,), (2,)]
    parquet_lake.run("run-2")
    assert parquet_lake.rows("id") == [(1,), (2,), (3,)]


def test_a_run_that_another_one_overtook_cannot_be_published(parquet_lake: ParquetLake) -> None:
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n")
    parquet_lake.stage("slow")
    parquet_lake.run("fast")
    with pytest.raises(NothingStaged, match="run slow has staged nothing"):
        parquet_lake.publish("slow")


def test_a_table_that_changed_since_staging_is_not_published_over(
    parquet_lake: ParquetLake,
) -> None:
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n")
    parquet_lake.run("run-1")
    parquet_lake.put("b.csv", HEADER + "2,Ada,2\n")
    parquet_lake.stage("run-2")
    glue = boto3.client("glue")
    table = glue.get_table(DatabaseName="processed", Name=parquet_lake.name)["Table"]
    given = ("Name", "TableType", "PartitionKeys", "StorageDescriptor", "Parameters")
    restored: Any = {name: table[name] for name in given}
    restored["Parameters"]["strata.run-id"] = "rolled-back-to"
    glue.update_table(DatabaseName="processed", TableInput=restored)
    with pytest.raises(PublishConflict, match="run rolled-back-to was published after run run-2"):
        parquet_lake.publish("run-2")


def test_a_run_that_staged_nothing_cannot_be_published(parquet_lake: ParquetLake) -> None:
    parquet_lake.put("a.csv", HEADER + "bad\n")
    assert parquet_lake.stage()["score"] == 0.0
    with pytest.raises(NothingStaged, match="run run-1 has staged nothing"):
        parquet_lake.publish()


def test_a_new_column_is_null_in_old_rows_and_another_change_is_refused(
    parquet_lake: ParquetLake,
) -> None:
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n")
    parquet_lake.run("run-1")
    parquet_lake.contract["columns"].append(column("day", "date"))
    parquet_lake.put("b.csv", "id,customer,amount,day\n2,Ada,2,2024-02-29\n")
    with pytest.raises(ContractMismatch, match="'day' is added, and evolution strict"):
        parquet_lake.stage("run-2")
    parquet_lake.contract["evolution"] = "additive"
    parquet_lake.run("run-2")
    assert parquet_lake.rows("id", "day") == [(1, None), (2, date(2024, 2, 29))]
    for change, difference in [
        (
            {"columns": parquet_lake.contract["columns"][:2]},
            "'amount' .decimal.10,2.. is in the tab",
        ),
        ({"partition_by": []}, r"partitioned by \['customer'\], the contract says \[\]"),
        ({"format": "iceberg"}, "the table in the catalog is not an Iceberg table"),
    ]:
        before = dict(parquet_lake.contract)
        parquet_lake.contract |= change
        parquet_lake.inputs = []
        header = ",".join(one["name"] for one in parquet_lake.contract["columns"])
        parquet_lake.put("c.csv", f"{header}\n")
        with pytest.raises(ContractMismatch, match=difference):
            parquet_lake.stage("run-3")
        parquet_lake.contract |= before


@pytest.mark.parametrize("mode", ["append", "merge", "replace"])
def test_a_table_that_changes_as_a_whole_shows_a_run_by_one_update_of_the_catalog(
    parquet_lake: ParquetLake, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    parquet_lake.contract |= {"write_mode": mode, "publishing": {"atomicity": "table"}}
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    parquet_lake.run("run-1")
    parquet_lake.put("b.csv", HEADER + "1,Ada,10\n3,Bob,3\n4,Eve,4\n", registered_at="2026-01-02")
    parquet_lake.stage("run-2")
    before = [(1, Decimal(1)), (2, Decimal(2))]
    updates = []
    put_table = parquet_publishing.put_table

    def killed(database: str, table: dict[str, Any]) -> None:
        updates.append(parquet_lake.rows("id", "amount"))
        raise ConnectionError("the job was killed")

    with monkeypatch.context() as patch:
        patch.setattr(parquet_publishing, "put_table", killed)
        with pytest.raises(ConnectionError):
            parquet_lake.publish("run-2")
    assert updates == [before]
    assert parquet_lake.rows("id", "amount") == before

    def counted(database: str, table: dict[str, Any]) -> None:
        updates.append(parquet_lake.rows("id", "amount"))
        put_table(database, table)

    monkeypatch.setattr(parquet_publishing, "put_table", counted)
    parquet_lake.publish("run-2")
    new = [(1, Decimal(10)), (3, Decimal(3)), (4, Decimal(4))]
    after = {
        "append": sorted(before + new),
        "merge": sorted([(2, Decimal(2)), *new]),
        "replace": new,
    }
    assert updates == [before, before]
    assert parquet_lake.rows("id", "amount") == after[mode]
    glue = boto3.client("glue")
    assert (
        glue.get_table(DatabaseName="processed", Name=parquet_lake.name)["Table"]["PartitionKeys"]
        == []
    )


def test_several_files_come_to_a_partition_all_at_once(
    parquet_lake: ParquetLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet_lake.put("a.csv", HEADER + "1,Ada,1\n")
    parquet_lake.run("run-1")
    parquet_lake.put("b.csv", HEADER + "2,Ada,2\n3,Ada,3\n4,Ada,4\n")
    parquet_lake.spark.conf.set("spark.sql.files.maxRecordsPerFile", "1")
    try:
        parquet_lake.stage("run-2")
    finally:
        parquet_lake.spark.conf.unset("spark.sql.files.maxRecordsPerFile")
    with monkeypatch.context() as patch:
        patch.setattr(parquet_publishing, "put_partitions", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            parquet_lake.publish("run-2")
    assert parquet_lake.rows("id") == [(1,)]
    parquet_lake.publish("run-2")
    assert parquet_lake.rows("id") == [(1,), (2,), (3,), (4,)]
