"""Compacting a Parquet table: fewer files, the same rows, and no publish is lost."""

import itertools
import json
from typing import Any

import boto3
import pytest

import compact
from lake_spark import compacting, compaction_claims
from lake_spark.catalog import put_partitions
from lake_spark.compaction_claims import take_claim
from lake_spark.contract import parse_contract
from lake_spark.errors import AuditFailed, ContractMismatch, LakeError
from lake_spark.parquet_tables import ParquetTable
from lake_spark.places import table_for
from lake_spark.storage import list_keys
from tests.spark.support import Lake, bucket
from tests.spark.test_killed_runs import KilledError, Steps, watched

HEADER = "id,customer,amount\n"
WHOLE = {"publishing": {"atomicity": "table"}}


class CompactLake(Lake):
    """The dataset of orders as Parquet, and its compactions."""

    def parquet(self) -> ParquetTable:
        """Give the table as the jobs see it."""
        warehouse = f"s3://{bucket('processed')}/"
        table = table_for(self.spark, parse_contract(self.contract), "processed", warehouse)
        assert isinstance(table, ParquetTable)
        return table

    def compact(self, run_id: str = "compact-1", **limits: str) -> dict[str, Any]:
        """Compact what has more than two small files, and give the report."""
        compact.main(
            [
                *self._common(self.name, run_id, f"s3://{bucket('processed')}/"),
                *("--database", "processed", "--small_files", limits.pop("small_files", "2")),
                *(word for name, value in limits.items() for word in (f"--{name}", value)),
            ]
        )
        return self._read(self.name, run_id, "compact.json")

    def files(self) -> list[int]:
        """Give the number of files in each folder that the catalog names."""
        return [len(compacting._files(where)) for _, where in self._places()]

    def stored(self, prefix: str | None = None) -> list[str]:
        """Give the keys below a prefix of the zone: by default those of the table."""
        prefix = f"{self.name}/" if prefix is None else prefix
        return list(list_keys(f"s3://{bucket('processed')}/{prefix}"))

    def checksum(self) -> tuple[int, int]:
        """Give the number of rows that readers see, and a sum of their hashes."""
        rows = self.parquet().read().selectExpr("count(*)", "sum(xxhash64(*))").first()
        assert rows is not None
        return rows[0], rows[1]

    def _places(self) -> list[tuple[tuple[str, ...], str]]:
        return sorted(self.parquet().locations().items())

    def publish_rows(self, first: int, runs: int) -> None:
        """Publish runs of two rows each: one of Ada, one of Bob."""
        for number in range(first, first + runs):
            self.put(f"{number}.csv", HEADER + f"{number},Ada,{number}\n{1000 + number},Bob,2\n")
            self.run(f"run-{number}")


@pytest.fixture
def small(lake: Lake) -> CompactLake:
    """A table partitioned by customer, to which runs append."""
    lake.contract |= {"format": "parquet", "partition_by": ["customer"], "primary_key": []}
    return CompactLake(lake.spark, lake.contract)


@pytest.mark.fault(38, by="run")
@pytest.mark.parametrize(
    ("contract", "before", "after"),
    [({}, [3, 3], [1, 1]), ({"partition_by": []}, [3], [1]), (WHOLE, [3], [1])],
)
def test_many_small_files_become_one_with_the_same_rows(
    small: CompactLake, contract: dict[str, Any], before: list[int], after: list[int]
) -> None:
    small.contract |= contract
    small.publish_rows(0, 3)
    rows = small.checksum()
    assert small.files() == before
    report = small.compact()
    assert (small.files(), small.checksum()) == (after, rows)
    assert [(one["files_before"], one["files_after"]) for one in report["compacted"]] == [
        (3, 1)
    ] * len(after)
    assert sum(one["rows_rewritten"] for one in report["compacted"]) == rows[0] == 6
    assert report["given_up"] == []
    assert small.parquet().published_run() == "run-2"
    small.publish_rows(3, 1)
    assert small.checksum()[0] == 8
    assert small.compact("compact-2")["compacted"] == []


def test_large_files_are_kept_as_they_are_and_few_small_ones_too(small: CompactLake) -> None:
    small.publish_rows(0, 3)
    assert small.compact(small_files="3")["compacted"] == []
    assert small.compact(target_bytes="1000", small_share="0.5")["compacted"] == []
    small.put("large.csv", HEADER + "".join(f"{n},Ada,{n * 7919 % 9973}\n" for n in range(5000)))
    small.run("large")
    rows, (ada, _) = small.checksum(), small._places()
    large = max(compacting._files(ada[1]).values())
    report = small.compact(target_bytes=str(2 * large - 1))
    assert small.checksum() == rows
    assert [(one["partition"], one["rows_rewritten"]) for one in report["compacted"]] == [
        (["Ada"], 3),
        (["Bob"], 3),
    ]
    assert max(compacting._files(small._places()[0][1]).values()) == large
    assert small.files() == [2, 1]


def test_files_that_would_become_no_fewer_are_left(small: CompactLake) -> None:
    small.publish_rows(0, 3)
    size = min(size for _, where in small._places() for size in compacting._files(where).values())
    report = small.compact(target_bytes=str(size + 1), small_share="1")
    assert (report["compacted"], small.files()) == ([], [3, 3])


def test_a_second_attempt_under_the_same_name_does_not_write_over_what_the_first_has_switched_to(
    small: CompactLake,
) -> None:
    small.contract["partition_by"] = []
    small.publish_rows(0, 5)
    rows, (_, where) = small.checksum(), small._places()[0]
    (size, *_) = compacting._files(where).values()
    limits = {"target_bytes": str(size * 5 // 2), "small_share": "1", "small_files": "1"}
    small.compact("again", **limits)
    assert small.files() == [2]
    assert small.compact("again", **limits)["compacted"] == []
    assert small.checksum() == rows
    small.compact("another", **limits)
    assert (small.files(), small.checksum()) == ([1], rows)


def test_readers_find_the_rows_before_and_after_the_switch_and_the_old_files_stay(
    small: CompactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.contract["partition_by"] = []
    small.publish_rows(0, 3)
    rows, (_, old) = small.checksum(), small._places()[0]
    change_table, seen = compacting.change_table, []

    def watched_put(database: str, table: dict[str, Any]) -> None:
        seen.append(small.checksum())
        change_table(database, table)
        seen.append(small.checksum())

    monkeypatch.setattr(compacting, "change_table", watched_put)
    small.compact()
    assert seen == [rows, rows]
    assert len(compacting._files(old)) == 3


@pytest.mark.parametrize("contract", [{}, WHOLE])
def test_a_compaction_that_dies_before_any_of_its_steps_and_runs_again_changes_no_row(
    small: CompactLake, monkeypatch: pytest.MonkeyPatch, contract: dict[str, Any]
) -> None:
    small.contract |= contract
    small.publish_rows(0, 3)
    rows = small.checksum()
    seen: set[str] = set()
    for number in itertools.count():
        steps = Steps(dies_at=number)
        try:
            with watched(steps, monkeypatch):
                small.compact("again")
            survived = True
        except KilledError:
            survived = False
        assert small.checksum() == rows, steps.done
        seen |= set(steps.done)
        if survived:
            break
    small.compact("again")
    assert small.checksum() == rows
    assert set(small.files()) == {1}
    assert {"parquet", "PutObject", "DeleteObjects"} <= seen
    small.publish_rows(3, 1)
    assert small.checksum()[0] == rows[0] + 2


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_partition_that_a_run_changed_meanwhile_is_left_and_told(
    small: CompactLake, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    small.publish_rows(0, 3)
    small.contract["write_mode"] = mode
    take = compacting.take_claim
    meanwhile = iter([True])

    def published_before_the_claim(table: ParquetTable, run_id: str) -> float:
        if next(meanwhile, False):
            small.put("new.csv", HEADER + "77,Ada,7\n")
            small.run("meanwhile")
        return take(table, run_id)

    monkeypatch.setattr(compacting, "take_claim", published_before_the_claim)
    report = small.compact()
    (left, *_) = report["given_up"]
    assert (left["partition"], left["files_after"]) == (["Ada"], left["files_before"])
    assert [key for key in small.stored() if "/run-compact-1/" in key and "Ada" in key] == []
    assert left["given_up"] == "a run was published meanwhile; compact the table again"
    ids = [row[0] for row in small.published("id")]
    assert 77 in ids
    assert ids == ([77] if mode == "replace" else sorted([0, 1, 2, 77, 1000, 1001, 1002], key=str))


def test_a_table_that_is_being_published_is_left_and_told(
    small: CompactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.publish_rows(0, 3)
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.stage("late")
    with monkeypatch.context() as patch:
        patch.setattr("lake_spark.parquet_publishing.put_table", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            small.publish("late")
    report = small.compact()
    assert [one["given_up"] for one in report["given_up"]] == [
        "a run is being published; compact the table again when it is"
    ] * 2
    small.publish("late")
    assert small.checksum()[0] == 7


def test_a_publish_waits_while_a_compaction_switches_and_no_longer_than_its_claim(
    small: CompactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.publish_rows(0, 3)
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.stage("late")
    take_claim(small.parquet(), "dead")
    now, waited = compaction_claims.time.time(), []

    class Clock:
        """Time that passes by waiting alone."""

        @staticmethod
        def time() -> float:
            return now + sum(waited)

        @staticmethod
        def sleep(seconds: float) -> None:
            waited.append(100 * seconds)
            assert small.checksum()[0] == 6

    monkeypatch.setattr(compaction_claims, "time", Clock)
    small.publish("late")
    assert 500 <= sum(waited) <= 700
    assert small.checksum()[0] == 7


def test_rows_that_would_be_lost_end_the_job_before_the_switch(
    small: CompactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.publish_rows(0, 3)
    rows, read = small.checksum(), compacting.Compaction._read

    def one_less(self: Any, uris: list[str]) -> Any:
        found = read(self, uris)
        return found.limit(1) if len(uris) == 1 else found

    monkeypatch.setattr(compacting.Compaction, "_read", one_less)
    with pytest.raises(AuditFailed, match="3 rows of 3 files became 1"):
        small.compact()
    assert (small.checksum(), small.files()) == (rows, [3, 3])


def test_an_iceberg_table_is_left_to_its_optimizer(lake: Lake) -> None:
    iceberg = CompactLake(lake.spark, lake.contract)
    with pytest.raises(ContractMismatch, match="'iceberg' is compacted by the table's optimizer"):
        iceberg.compact()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("target_bytes", "0", "--target_bytes: at least 1: got '0'"),
        ("small_files", "few", "--small_files: a number: got 'few'"),
        ("small_share", "1.5", "--small_share: at most 1: got 1.5"),
        ("small_share", "nan", "--small_share: at least 0: got 'nan'"),
        ("orphan_days", "0", "--orphan_days: at least 1: got '0'"),
    ],
)
def test_a_limit_that_makes_no_sense_is_an_error(
    small: CompactLake, name: str, value: str, words: str
) -> None:
    with pytest.raises(LakeError) as error:
        small.compact(**{name: value})
    assert str(error.value) == words


def test_a_table_that_does_not_exist_yet_has_nothing_to_compact(small: CompactLake) -> None:
    small.upload_contracts()
    report = small.compact()
    assert (report["compacted"], report["given_up"]) == ([], [])
    key = f"runs/{small.name}/compact-1/compact.json"
    body = boto3.client("s3").get_object(Bucket=bucket("artifacts"), Key=key)["Body"].read()
    assert json.loads(body)["limits"]["target_bytes"] == 256 * 1024 * 1024


def test_a_table_whose_contract_has_changed_is_left_until_a_run_has_brought_it_there(
    small: CompactLake,
) -> None:
    small.contract["columns"][1] |= {"id": "who"}
    small.contract["partition_by"] = []
    small.publish_rows(0, 3)
    before = small.checksum()
    old = small.contract["columns"]
    renamed = old[1] | {"name": "buyer"}
    small.contract |= {"evolution": "permissive", "columns": [old[0], renamed, old[2]]}
    report = small.compact()
    assert report["compacted"] == []
    (left,) = report["given_up"]
    assert "column 'customer' is renamed to 'buyer'; the next run" in left["given_up"]
    assert (small.files(), small.checksum()) == ([3], before)


def test_a_column_that_came_while_a_partition_was_compacted_stays_in_the_catalog(
    small: CompactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.publish_rows(0, 3)
    take_claim_then, added = compacting.take_claim, {"Name": "city", "Type": "string"}

    def widen_first(*arguments: Any) -> Any:
        storages = small.parquet().storages()
        for storage in storages.values():
            if added not in storage["Columns"]:
                storage["Columns"].append(added)
        put_partitions("processed", small.name, storages)
        return take_claim_then(*arguments)

    monkeypatch.setattr(compacting, "take_claim", widen_first)
    small.compact()
    assert small.files() == [1, 1]
    parts = boto3.client("glue").get_partitions(DatabaseName="processed", TableName=small.name)
    for part in parts["Partitions"]:
        names = [one["Name"] for one in part["StorageDescriptor"]["Columns"]]
        assert names == ["id", "amount", "city"]
