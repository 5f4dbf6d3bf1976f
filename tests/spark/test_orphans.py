"""What a Parquet table no longer needs is deleted after days, and nothing else ever is."""

import itertools
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from lake_spark import compaction_claims, orphans, parquet_publishing
from lake_spark.catalog import move_partition
from lake_spark.compaction_claims import take_claim
from lake_spark.errors import NothingStaged
from tests.spark.support import Lake, bucket
from tests.spark.test_compacting import HEADER, CompactLake
from tests.spark.test_killed_runs import KilledError, Steps, watched

DAY = 24 * 60 * 60
Later = Callable[[float], None]


@pytest.fixture
def small(lake: Lake) -> CompactLake:
    """A table partitioned by customer, compacted after three runs: two old folders are left."""
    lake.contract |= {"format": "parquet", "partition_by": ["customer"], "primary_key": []}
    small = CompactLake(lake.spark, lake.contract)
    small.publish_rows(0, 3)
    return small


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Give what lets days pass for the job; S3 goes on to write with today's date."""
    passed = [0.0]
    real = compaction_claims.time

    class Clock:
        """The clock of the job."""

        sleep = staticmethod(real.sleep)

        @staticmethod
        def time() -> float:
            return float(real.time()) + passed[0] * DAY

    for module in (orphans, compaction_claims):
        monkeypatch.setattr(module, "time", Clock)

    def pass_days(days: float) -> None:
        passed[0] += days

    return pass_days


def cleaned(report: dict[str, Any]) -> tuple[int, int]:
    """Give how many folders were deleted, and how many wait."""
    assert report["cleaned"]["given_up"] is None
    return report["cleaned"]["folders"], report["cleaned"]["waiting"]


def test_what_a_compaction_replaced_is_deleted_after_days_and_what_readers_see_stays(
    small: CompactLake, later: Later
) -> None:
    rows, old = small.checksum(), small.stored()
    assert cleaned(small.compact("c1")) == (0, 2)
    later(6.9)
    assert cleaned(small.compact("c2")) == (0, 2)
    assert set(old) < set(small.stored())
    later(0.2)
    report = small.compact("c3")
    assert cleaned(report) == (2, 0)
    assert report["cleaned"]["files"] == len(old) == 6
    assert report["cleaned"]["bytes"] > 0
    assert set(small.stored()).isdisjoint(old)
    assert (small.checksum(), small.files()) == (rows, [1, 1])
    later(30)
    assert cleaned(small.compact("c4")) == (0, 0)
    assert small.checksum() == rows
    small.publish_rows(3, 1)
    assert small.checksum()[0] == 8


def test_days_are_as_many_as_the_job_is_told(small: CompactLake, later: Later) -> None:
    small.compact("c1")
    later(1.1)
    assert cleaned(small.compact("c2", orphan_days="2")) == (0, 2)
    assert cleaned(small.compact("c3", orphan_days="1")) == (2, 0)


def test_a_folder_that_was_replaced_once_more_meanwhile_waits_anew(
    small: CompactLake, later: Later
) -> None:
    small.compact("c1")
    later(8)
    table, (values, _) = small.parquet(), small._places()[0]
    elsewhere = f"{table.location}customer=Ada/run-by-hand/"
    move_partition("processed", small.name, values, table.storage(elsewhere))
    # Bob's old folder goes; Ada's was replaced, as far as anybody can tell, just now.
    assert cleaned(small.compact("c2")) == (1, 2)


def test_a_folder_that_the_catalog_names_again_at_the_last_moment_is_not_deleted(
    small: CompactLake, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, (values, old) = small.checksum(), small._places()[0]
    small.compact("c1")
    later(8)

    def rolled_back_before_the_claim(table: Any, run_id: str) -> float:
        storage = table.storage(old)
        move_partition("processed", small.name, values, storage)
        return take_claim(table, run_id)

    monkeypatch.setattr(orphans, "take_claim", rolled_back_before_the_claim)
    assert cleaned(small.compact("c2")) == (1, 1)
    assert small.checksum() == rows
    assert small.files() == [3, 1]


def test_a_run_that_is_staged_is_published_after_a_compaction(small: CompactLake) -> None:
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.stage("late")
    assert cleaned(small.compact("c1")) == (0, 3)
    small.publish("late")
    assert small.checksum()[0] == 7


def test_a_run_that_was_staged_and_never_published_is_deleted_after_days(
    small: CompactLake, later: Later
) -> None:
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.stage("late")
    small.compact("c1")
    later(8)
    assert cleaned(small.compact("c2")) == (3, 0)
    assert small.stored(f"_staging/{small.name}/") == []
    with pytest.raises(NothingStaged, match="run late has staged nothing; stage it first"):
        small.publish("late")
    assert small.checksum()[0] == 6
    small.run("late")
    assert small.checksum()[0] == 7


def test_a_run_that_was_staged_again_waits_anew(small: CompactLake, later: Later) -> None:
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.stage("late")
    assert cleaned(small.compact("c1")) == (0, 3)
    small.stage("late")
    later(8)
    assert cleaned(small.compact("c2")) == (2, 1)
    small.publish("late")
    assert small.checksum()[0] == 7


def test_nothing_is_deleted_while_a_run_is_half_published_however_long(
    small: CompactLake, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.compact("c1")
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.stage("late")
    with monkeypatch.context() as patch:
        patch.setattr(parquet_publishing, "put_table", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            small.publish("late")
    before = small.stored()
    for number in (2, 3):
        later(8)
        report = small.compact(f"c{number}")["cleaned"]
        assert (report["folders"], report["given_up"]) == (0, orphans.BEING_PUBLISHED)
        assert small.stored() == before
    small.publish("late")
    assert small.checksum()[0] == 7


def test_a_publish_that_begins_while_its_staged_rows_are_deleted_fails_and_changes_nothing(
    small: CompactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.stage("late")
    staged = f"_staging/{small.name}/late{orphans.STAGED}"
    assert staged in small.stored("_staging/")

    def deleted_while_it_waits(_table: Any) -> None:
        boto3.client("s3").delete_object(Bucket=bucket("processed"), Key=staged)

    monkeypatch.setattr(parquet_publishing, "wait_for_compactions", deleted_while_it_waits)
    with pytest.raises(NothingStaged):
        small.publish("late")
    assert small.checksum()[0] == 6


def test_what_says_that_a_run_is_staged_is_deleted_first(
    small: CompactLake, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.stage("late")
    small.compact("c1")
    later(8)
    deleted: list[list[str]] = []
    delete_keys = orphans.delete_keys

    def watched_delete(where: str, keys: list[str]) -> None:
        deleted.append(keys)
        delete_keys(where, keys)

    monkeypatch.setattr(orphans, "delete_keys", watched_delete)
    small.compact("c2")
    (number,) = [n for n, keys in enumerate(deleted) if any("/late/rows/" in key for key in keys)]
    assert [key.rpartition("/")[2] for key in deleted[number - 1]] == ["staged.json"]


def test_the_folders_of_partitions_that_a_replacement_dropped_are_deleted_after_days(
    small: CompactLake, later: Later
) -> None:
    small.contract["write_mode"] = "replace"
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.run("replacement")
    assert cleaned(small.compact("c1")) == (0, 2)
    later(8)
    assert cleaned(small.compact("c2")) == (2, 0)
    assert {key.split("/")[1] for key in small.stored()} == {"customer=Ada"}
    assert small.published("id") == [(77,)]


def test_files_that_no_run_wrote_are_left_alone(small: CompactLake, later: Later) -> None:
    for name in ("readme.txt", "customer=Ada/notes.txt", "customer=Eve/part.parquet"):
        key = f"{small.name}/{name}"
        boto3.client("s3").put_object(Bucket=bucket("processed"), Key=key, Body=b"by hand")
    small.compact("c1")
    later(8)
    assert cleaned(small.compact("c2")) == (2, 0)
    by_hand = [key for key in small.stored() if "/run-" not in key]
    assert len(by_hand) == 3


def test_a_look_that_took_too_long_deletes_no_more_and_the_next_goes_on(
    small: CompactLake, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.compact("c1")
    later(8)
    ends = iter([0.0])
    monkeypatch.setattr(
        orphans, "take_claim", lambda table, run_id: next(ends, take_claim(table, run_id))
    )
    slow = small.compact("c2")["cleaned"]
    assert (slow["folders"], slow["waiting"]) == (0, 2)
    assert slow["given_up"] == "there was more than fits a minute; the next compaction goes on"
    assert cleaned(small.compact("c3")) == (2, 0)


def test_claims_of_compactions_that_died_are_deleted_when_they_have_ended(
    small: CompactLake, later: Later
) -> None:
    take_claim(small.parquet(), "dead")
    claims = f"_compaction/{small.name}/"
    small.compact("c1")
    assert small.stored(claims) == [f"{claims}dead.json"]
    later(1)
    small.compact("c2")
    assert small.stored(claims) == []


def test_a_cleaning_that_dies_before_any_of_its_steps_and_runs_again_changes_no_row(
    small: CompactLake, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.put("new.csv", HEADER + "77,Ada,7\n")
    small.stage("late")
    rows = small.checksum()
    small.compact("c1")
    later(8)
    for number in itertools.count():
        steps = Steps(dies_at=number)
        try:
            with watched(steps, monkeypatch):
                small.compact("c2")
            break
        except KilledError:
            assert small.checksum() == rows, steps.done
    assert number > 3
    assert small.checksum() == rows
    assert small.files() == [1, 1]
    assert len(small.stored()) == 2
