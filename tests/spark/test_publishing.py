"""Publishing: once, whole, and never over somebody else's change."""

from decimal import Decimal

import pytest
from pyspark.sql import Row, functions

from lake_spark.errors import AuditFailed, NothingStaged, PublishConflict
from lake_spark.tables import IcebergTable
from tests.spark.support import Lake

HEADER = "id,customer,amount\n"


def snapshots(lake: Lake) -> list[Row]:
    """Give the table's snapshots, oldest first."""
    return lake.spark.table(f"{lake.table}.snapshots").orderBy("committed_at").collect()


def test_publishing_names_the_snapshot_and_the_one_before(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    staged = lake.stage("run-1")
    first = lake.publish("run-1")
    assert first["snapshot_id"] == staged["snapshot_id"]
    assert first["previous_snapshot_id"] is None
    lake.put("b.csv", HEADER + "2,Bob,2\n")
    lake.stage("run-2")
    assert lake.publish("run-2")["previous_snapshot_id"] == first["snapshot_id"]


def test_the_published_snapshot_names_its_run_and_its_contract(lake: Lake) -> None:
    lake.contract["write_mode"] = "merge"
    for run in ("run-1", "run-2"):
        lake.put(f"{run}.csv", HEADER + "1,Ada,1\n")
        lake.run(run)
        newest = lake.spark.table(f"{lake.table}.snapshots").orderBy("committed_at").tail(1)[0]
        assert newest["summary"]["strata.run-id"] == run
        assert newest["summary"]["strata.contract-version"] == "1.0.0"


def test_publishing_again_changes_nothing(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.stage("run-1")
    first = lake.publish("run-1")
    again = lake.publish("run-1")
    assert (first["already_published"], again["already_published"]) == (False, True)
    assert again["snapshot_id"] == first["snapshot_id"]
    lake.put("b.csv", HEADER + "2,Bob,2\n")
    lake.run("run-2")
    late = lake.publish("run-1")
    assert (late["snapshot_id"], late["already_published"]) == (first["snapshot_id"], True)
    assert lake.rows("id") == [(1,), (2,)]


@pytest.fixture(params=["append", "merge", "replace"])
def staged_lake(lake: Lake, request: pytest.FixtureRequest) -> Lake:
    """A lake with a published run of two commits, and a second run staged on top of it."""
    lake.contract |= {"write_mode": request.param, "primary_key": ["id"]}
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "1,Ada,10\n2,Bob,2\n", registered_at="2026-01-02")
    lake.stage("run-2")
    return lake


AFTER = {
    "append": [(1, Decimal(1)), (1, Decimal(10)), (2, Decimal(2))],
    "merge": [(1, Decimal(10)), (2, Decimal(2))],
    "replace": [(1, Decimal(10)), (2, Decimal(2))],
}


def append_by_hand(lake: Lake, key: int = 9) -> None:
    """Write a row as another writer would, past the lake."""
    row = lake.spark.createDataFrame(
        [(key, "by hand", Decimal(9))], "id int, c string, a decimal(10,2)"
    )
    row = row.toDF("id", "customer", "amount")
    if "_arrived_at" in lake.spark.table(lake.table).columns:
        row = row.withColumn("_arrived_at", functions.lit(None).cast("timestamp"))
    row.writeTo(lake.table).append()


def compact(lake: Lake) -> None:
    """Rewrite the table's files, as a table optimizer would."""
    lake.spark.sql(
        f"CALL glue_catalog.system.rewrite_data_files(table => 'processed.{lake.name}', "
        "options => map('rewrite-all', 'true'))"
    )


@pytest.mark.fault(32, by="run")
def test_a_compaction_between_staging_and_publishing_loses_nothing(staged_lake: Lake) -> None:
    compact(staged_lake)
    head = staged_lake.spark.table(f"{staged_lake.table}.snapshots").orderBy("committed_at")
    compacted = next(row for row in head.collect() if row["operation"] == "replace")
    published = staged_lake.publish("run-2")
    assert staged_lake.rows("id", "amount") == AFTER[staged_lake.contract["write_mode"]]
    assert published["previous_snapshot_id"] == str(compacted["snapshot_id"])
    assert (published["replays"], published["already_published"]) == (1, False)


def test_another_writers_rows_and_the_runs_are_both_there(staged_lake: Lake) -> None:
    append_by_hand(staged_lake)
    published = staged_lake.publish("run-2")
    mode = staged_lake.contract["write_mode"]
    by_hand = [] if mode == "replace" else [(9, Decimal(9))]
    assert staged_lake.rows("id", "amount") == AFTER[mode] + by_hand
    newest = snapshots(staged_lake)[-1]
    assert str(newest["snapshot_id"]) == published["snapshot_id"]
    assert newest["summary"]["strata.run-id"] == "run-2"
    assert newest["summary"]["strata.contract-version"] == "1.0.0"
    assert newest["summary"]["strata.replay-of"] == str(staged_lake.report("run-2")["snapshot_id"])
    assert [
        row["name"] for row in staged_lake.spark.table(f"{staged_lake.table}.refs").collect()
    ] == ["main"]


def test_a_merge_meets_rows_that_another_writer_added_meanwhile(lake: Lake) -> None:
    lake.contract["write_mode"] = "merge"
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "9,Ada,90\n", registered_at="2026-01-02")
    lake.stage("run-2")
    append_by_hand(lake, 9)
    lake.publish("run-2")
    assert lake.rows("id", "amount") == [(1, Decimal(1)), (9, Decimal(90))]


def test_a_first_merge_meets_what_another_writer_put_into_the_new_table(lake: Lake) -> None:
    lake.contract["write_mode"] = "merge"
    lake.put("a.csv", HEADER + "1,Ada,1\n9,Ada,90\n")
    lake.stage("run-1")
    append_by_hand(lake, 9)
    lake.publish("run-1")
    assert lake.rows("id", "amount") == [(1, Decimal(1)), (9, Decimal(90))]


def test_a_table_that_moves_in_the_very_moment_is_followed(
    staged_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_forward = IcebergTable.fast_forward
    moves = iter([9])

    def too_late(table: IcebergTable, branch: str) -> None:
        for key in moves:
            append_by_hand(staged_lake, key)
        fast_forward(table, branch)

    monkeypatch.setattr(IcebergTable, "fast_forward", too_late)
    assert staged_lake.publish("run-2")["replays"] == 1
    mode = staged_lake.contract["write_mode"]
    by_hand = [] if mode == "replace" else [(9, Decimal(9))]
    assert staged_lake.rows("id", "amount") == AFTER[mode] + by_hand


def test_a_table_that_keeps_moving_is_left_for_a_later_try(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "2,Bob,2\n")
    lake.stage("run-2")
    fast_forward = IcebergTable.fast_forward

    def too_late(table: IcebergTable, branch: str) -> None:
        append_by_hand(lake, 9)
        fast_forward(table, branch)

    with monkeypatch.context() as patch:
        patch.setattr(IcebergTable, "fast_forward", too_late)
        with pytest.raises(PublishConflict, match="4 times before run run-2 could be published"):
            lake.publish("run-2")
    assert lake.rows("id") == [(1,), *[(9,)] * 4]
    assert lake.publish("run-2")["replays"] == 1
    assert lake.rows("id") == [(1,), (2,), *[(9,)] * 4]


@pytest.mark.parametrize("mode", ["append", "merge", "replace"])
def test_a_replay_that_is_not_what_was_judged_is_not_published(lake: Lake, mode: str) -> None:
    lake.contract["write_mode"] = mode
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "2,Bob,2\n3,Eve,3\n")
    lake.stage("run-2")
    lake.change_report("run-2", rows_good=3)
    append_by_hand(lake)
    with pytest.raises(AuditFailed, match=r"gave 2 of its 3 (rows|keys); nothing was published"):
        lake.publish("run-2")
    assert lake.rows("id") == [(1,), (9,)]


def test_a_branch_that_is_not_the_judged_one_is_not_published(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.stage("run-1")
    lake.spark.sql(f"INSERT INTO {lake.table}.branch_run_run_1 VALUES (9, 'by hand', 9)")
    with pytest.raises(AuditFailed, match="was judged; stage run run-1 again"):
        lake.publish("run-1")


def test_a_run_that_staged_nothing_cannot_be_published(lake: Lake) -> None:
    with pytest.raises(NothingStaged, match="does not exist; stage run run-1 first"):
        lake.publish("run-1")
    lake.put("a.csv", HEADER + "bad\n")
    lake.stage("run-1")
    with pytest.raises(NothingStaged, match="no branch run_run_1"):
        lake.publish("run-1")
