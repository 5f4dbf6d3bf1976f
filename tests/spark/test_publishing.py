"""Publishing: once, whole, and never over somebody else's change."""

import pytest

from lake_spark.errors import NothingStaged, PublishConflict
from lake_spark.tables import IcebergTable
from tests.spark.support import Lake

HEADER = "id,customer,amount\n"


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


def test_a_table_that_moved_since_staging_is_not_published_over(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "2,Bob,2\n")
    lake.stage("run-2")
    lake.spark.sql(f"INSERT INTO {lake.table} VALUES (9, 'by hand', 9)")
    with pytest.raises(PublishConflict, match="main moved to snapshot"):
        lake.publish("run-2")
    assert lake.rows("id") == [(1,), (9,)]
    lake.run("run-2")
    assert lake.rows("id") == [(1,), (2,), (9,)]


def test_a_table_that_moves_in_the_very_moment_is_not_published_over(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.put("b.csv", HEADER + "2,Bob,2\n")
    lake.stage("run-2")
    fast_forward = IcebergTable.fast_forward

    def too_late(table: IcebergTable, branch: str) -> None:
        lake.spark.sql(f"INSERT INTO {lake.table} VALUES (9, 'by hand', 9)")
        fast_forward(table, branch)

    monkeypatch.setattr(IcebergTable, "fast_forward", too_late)
    with pytest.raises(PublishConflict, match="main moved to snapshot"):
        lake.publish("run-2")
    assert lake.rows("id") == [(1,), (9,)]


def test_a_run_that_staged_nothing_cannot_be_published(lake: Lake) -> None:
    with pytest.raises(NothingStaged, match="does not exist; stage run run-1 first"):
        lake.publish("run-1")
    lake.put("a.csv", HEADER + "bad\n")
    lake.stage("run-1")
    with pytest.raises(NothingStaged, match="no branch run_run_1"):
        lake.publish("run-1")
