"""Counts that are taken while rows are written, and what happens when Spark stumbles."""

import pytest
from pyspark import TaskContext
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from lake_spark import attempts, checked_rows, measuring, records
from lake_spark.contract import Contract, parse_contract
from lake_spark.measuring import (
    observe,
    observe_broken,
    read_broken,
    read_counts,
    recount,
    recount_broken,
)
from lake_spark.references import References
from tests.spark.support import Lake

HEADER = "id,customer,amount\n"
FILES = 500


def test_rows_are_counted_for_each_of_many_files_exactly(lake: Lake) -> None:
    contract = parse_contract(lake.contract)
    broken = "array(named_struct('rule', 'malformed', 'reason', 'r'))"
    rows = lake.spark.range(0, 10_000, numPartitions=3).select(
        (F.col("id") * 7 % FILES).cast("int").alias("__file"),
        F.expr(f"if(id % 10 = 0, {broken}, null)").alias("__broken"),
        F.lit(None).cast("array<string>").alias("__warned"),
        F.col("id").cast("string").alias("__line"),
    )
    counted, observation = observe(rows, contract)
    counted.write.format("noop").mode("overwrite").save()
    counts = read_counts(observation, contract)
    assert counts is not None
    assert counts.file_rows == dict.fromkeys(range(FILES), 20)
    assert counts.file_quarantined == dict.fromkeys(range(0, FILES, 10), 20)
    assert (counts.rows_in, counts.rows_quarantined) == (10_000, 1_000)
    assert counts.knows_bad_records
    assert recount(rows, contract) == counts


def test_tasks_share_the_room_for_fingerprints(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "FINGERPRINTS", 12)
    contract = parse_contract(lake.contract)
    broken = "array(named_struct('rule', 'malformed', 'reason', 'r'))"
    # 30 rows in 3 tasks: every bad row of the first, none of the others.
    rows = lake.spark.range(0, 30, numPartitions=3).select(
        F.lit(0).alias("__file"),
        F.expr(f"if(id < 5, {broken}, null)").alias("__broken"),
        F.lit(None).cast("array<string>").alias("__warned"),
        F.col("id").cast("string").alias("__line"),
    )
    remembered = {tasks: len(recount(rows, contract, tasks).fingerprints) for tasks in (1, 3, 20)}
    assert remembered == {1: 5, 3: 4, 20: 0}


def test_bad_rows_are_counted_by_what_they_broke_and_good_ones_by_what_warns(lake: Lake) -> None:
    rule = {"id": "known", "kind": "set", "columns": ["customer"], "values": ["Ada"]}
    lake.contract["rules"] = [rule | {"severity": "warn"}]
    contract = parse_contract(lake.contract)
    broken = "array(named_struct('rule', 'malformed', 'reason', 'r'))"
    rows = lake.spark.range(0, 100, numPartitions=3).select(
        F.lit(0).alias("__file"),
        F.expr(f"if(id < 10, {broken}, null)").alias("__broken"),
        F.expr("if(id >= 8 AND id < 15, array('known'), null)").alias("__warned"),
        F.col("id").cast("string").alias("__line"),
    )
    good = recount(rows, contract)
    assert good.rules == {"known": 5}
    counted, observation = observe_broken(rows, contract)
    counted.write.format("noop").mode("overwrite").save()
    bad = read_broken(observation, contract)
    assert bad == recount_broken(rows, contract)
    assert bad is not None
    assert (bad.rows, bad.rules) == (10, {"malformed": 10, "known": 2})
    together = good.with_broken(bad)
    assert together.rules == {"malformed": 10, "known": 7}
    # Rows, not rules: the two that are bad and warned about count once.
    assert together.dimensions == {"completeness": 0, "conformity": 15}


def test_counts_that_never_come_are_not_waited_for(lake: Lake) -> None:
    contract = parse_contract(lake.contract)
    rows = lake.spark.sql(
        "select 0 as __file, cast(null as array<string>) as __warned, '' as __line,"
        " cast(null as array<struct<rule: string, reason: string>>) as __broken"
    )
    counted, observation = observe(rows, contract)
    assert read_counts(observation, contract, patience=0.2) is None
    counted.collect()
    assert read_counts(observation, contract) is not None


def test_a_failed_task_is_noticed(lake: Lake) -> None:
    def fail_once(numbers: object) -> object:
        context = TaskContext.get()
        if context is not None and context.attemptNumber() == 0:
            raise ValueError("the first attempt fails")
        return numbers

    numbers = lake.spark.sparkContext.range(3, numSlices=1)
    with attempts.job_group(lake.spark, "goes well"):
        numbers.count()
    with attempts.job_group(lake.spark, "fails once"):
        assert numbers.mapPartitions(fail_once).count() == 3
    assert attempts.was_retried(lake.spark, "fails once")
    assert not attempts.was_retried(lake.spark, "goes well")


def test_a_run_with_a_repeated_task_counts_its_rows_again_and_reports_the_same(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n1,Ada,1\nbad\n")
    counted_once = lake.stage()
    monkeypatch.setattr(checked_rows, "was_retried", lambda *_: True)
    recounted = lake.stage()
    differing = {"snapshot_id": "", "seconds": {}}
    assert recounted | differing == counted_once | differing


def test_bad_records_are_found_again_by_their_fingerprints_alone(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[int] = []
    check_records = records.check_records

    def counting(
        rows: DataFrame, contract: Contract, references: References, *, reasons: bool
    ) -> DataFrame:
        parsed.append(rows.count())
        return check_records(rows, contract, references, reasons=reasons)

    monkeypatch.setattr(records, "check_records", counting)
    good = "".join(f"{number},Ada,1\n" for number in range(20))
    lake.put("a.csv", HEADER + good + "bad\nbad\nx,Ada,1\n")
    report = lake.stage()
    assert parsed == [23, 3]
    assert (report["rows_good"], report["rows_quarantined"]) == (20, 3)
    assert [(row["raw_record"], row["source_line"]) for row in lake.quarantined()] == [
        ("bad", 22),
        ("bad", 23),
        ("x,Ada,1", 24),
    ]


def test_more_bad_records_than_are_remembered_are_found_as_well(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "FINGERPRINTS", 2)
    lake.put("a.csv", HEADER + "1,Ada,1\n" + "".join(f"bad {number}\n" for number in range(5)))
    report = lake.stage()
    assert (report["rows_good"], report["rows_quarantined"]) == (1, 5)
    assert len(lake.quarantined()) == 5
