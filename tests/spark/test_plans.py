"""What Spark does for a run, on the physical plans of all its queries.

Rows move between tasks only for a reason, raw bytes are parsed once, and no row meets Python.
"""

import re

import pytest

from tests.spark.plans import Plans, recorded_plans
from tests.spark.support import Lake
from tests.spark.test_row_rules import publish_customers, rule

HEADER = "id,customer,amount\n"
REASONS = {
    r"hashpartitioning\(id#\d+(, customer#\d+)?, 1\), ENSURE": "the newest row of a key wins",
    r"hashpartitioning\(customer#\d+, 1\), REBALANCE": "a file holds one partition",
    r"hashpartitioning\(\d#\d+, __block#\d+L, 1\), ENSURE": "lines are numbered by block",
    r"hashpartitioning\(__file#\d+, __block#\d+L, 1\), ENSURE": "lines are numbered by block",
    r"SinglePartition, ENSURE": "counts of tasks are added up",
    r"hashpartitioning\(_file#\d+, 1\), ENSURE": "a merge finds the files that it rewrites",
}
"""Every exchange that a run may have, as Spark describes it, and why."""
NUMBERING = "__block"
BY_PARTITION = "REBALANCE"


def _exchanges(plans: Plans) -> list[str]:
    return [one.removeprefix("Exchange ") for one in plans.named("Exchange")]


def _raw_scans(plans: Plans) -> list[str]:
    return [one for one in plans.named("FileScan text") if "spark-tests-raw" in one]


def _staged(lake: Lake, content: str, run_id: str = "run-1") -> Plans:
    lake.put(f"{run_id}.csv", HEADER + content)
    with recorded_plans(lake.spark) as plans:
        lake.stage(run_id)
    return plans


def _unexplained(plans: Plans) -> list[str]:
    return [
        one for one in _exchanges(plans) if not any(re.match(pattern, one) for pattern in REASONS)
    ]


@pytest.mark.parametrize("table_format", ["iceberg", "parquet"])
def test_raw_bytes_are_scanned_once_and_rows_move_twice(lake: Lake, table_format: str) -> None:
    lake.contract |= {"format": table_format, "partition_by": ["customer"]}
    plans = _staged(lake, "1,Ada,1\n2,Bob,2\n1,Eve,3\n")
    assert len(_raw_scans(plans)) == 1
    moved = [one for one in _exchanges(plans) if "SinglePartition, ENSURE" not in one]
    assert len(moved) == 2
    assert any(BY_PARTITION in one for one in moved)
    assert _unexplained(plans) == []


def test_files_with_columns_in_another_order_are_scanned_once_each(lake: Lake) -> None:
    lake.put("other.csv", "amount,id,customer\n1,1,Ada\n")
    scans = _raw_scans(_staged(lake, "2,Bob,2\n"))
    found = [re.findall(r"[^/]+\.csv", one.split("PartitionFilters")[0]) for one in scans]
    assert sorted(found) == [["other.csv"], ["run-1.csv"]]


def test_of_a_file_with_bad_rows_only_those_are_parsed_again(lake: Lake) -> None:
    plans = _staged(lake, "1,Ada,1\nbad\n")
    scans = _raw_scans(plans)
    assert len(scans) == 3
    # The second numbers the lines: it reads their places, and not their text.
    assert sum("ReadSchema: struct<>" in one for one in scans) == 1
    parsing = [query for query in plans.queries if any("from_csv" in one for one in query)]
    assert len(parsing) == 2
    again = parsing[1]
    assert not any(one.startswith("BroadcastHashJoin [xxhash64") for one in parsing[0])
    semi = next(
        at
        for at, one in enumerate(again)
        if re.match(r"BroadcastHashJoin \[xxhash64.*LeftSemi", one)
    )
    # A plan is read from below: what stands above the join gets what passed it.
    assert [at for at, one in enumerate(again) if "from_csv" in one][-1] < semi
    assert _unexplained(plans) == []


def test_small_tables_are_broadcast_and_never_sorted_to_be_joined(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    plans = _staged(lake, "2,Bob,2\nbad\n")
    joins = plans.named("BroadcastHashJoin")
    # Files by path, and for the bad rows their fingerprints, their sources and their blocks.
    for key in ("__path#", r"xxhash64\(__line#", r"__file#\d+\]", r"__file#\d+, __block#"):
        assert any(re.match(rf"BroadcastHashJoin \[{key}", one) for one in joins), key
    assert plans.named("SortMergeJoin", "ShuffledHashJoin", "CartesianProduct") == []


def test_rows_are_sorted_once_for_their_key(lake: Lake) -> None:
    plans = _staged(lake, "1,Ada,1\n")
    assert len([one for one in plans.named("Sort") if "__row" in one]) == 1
    assert plans.named("WindowGroupLimit") == []


@pytest.mark.parametrize("table_format", ["iceberg", "parquet"])
def test_no_row_meets_python_and_nothing_is_inferred(lake: Lake, table_format: str) -> None:
    lake.contract |= {
        "format": table_format,
        "write_mode": "merge",
        "rules": [{"id": "known", "kind": "set", "columns": ["customer"], "values": ["Ada"]}],
    }
    plans = _staged(lake, "1,Ada,1\n2,Bob,2\n")
    lake.publish("run-1")
    lake.inputs = []
    plans.queries += _staged(lake, "1,Ada,9\n", "run-2").queries
    python = ("BatchEvalPython", "ArrowEvalPython", "MapInPandas", "PythonMapInArrow", "FlatMap")
    assert plans.named(*python) == []
    assert plans.named("FileScan csv", "FileScan json", "Coalesce") == []
    assert any("from_csv" in one for one in plans.operators)


def test_a_merge_reads_the_keys_of_the_table_and_then_only_files_that_hold_them(
    lake: Lake,
) -> None:
    lake.contract["write_mode"] = "merge"
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    lake.run("run-1")
    plans = _staged(lake, "1,Ada,9\n", "run-2")
    scans = [one for one in plans.named("BatchScan") if lake.name in one]
    keys = [one for one in scans if "customer" not in one.split("]")[0]]
    assert keys
    assert all(re.match(r"BatchScan \S+\[id#\d+, _file#\d+\]", one) for one in keys)
    whole = [one for one in scans if one not in keys]
    assert whole
    assert all("dynamicpruningexpression(_file" in one for one in whole)
    assert _unexplained(plans) == []


def test_a_product_reads_the_columns_and_the_partitions_that_it_asks_for(lake: Lake) -> None:
    lake.contract["partition_by"] = ["customer"]
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    lake.run()
    rows = lake.spark.sql(f"SELECT id FROM {lake.table} WHERE customer = 'Ada'")
    with recorded_plans(lake.spark) as plans:
        assert [row["id"] for row in rows.collect()] == [1]
    (scan,) = plans.named("BatchScan")
    assert re.match(r"BatchScan \S+\[id#\d+, customer#\d+\]", scan)
    assert "customer = 'Ada'" in scan


def test_queries_adapt_to_what_they_find_and_split_skewed_joins(lake: Lake) -> None:
    plans = _staged(lake, "1,Ada,1\nbad\n")
    with_exchange = [
        query for query in plans.queries if any(one.startswith("Exchange") for one in query)
    ]
    assert with_exchange
    for query in with_exchange:
        assert any(one.startswith("AdaptiveSparkPlan isFinalPlan=true") for one in query)
    for setting in ("", "skewJoin.", "coalescePartitions."):
        assert lake.spark.conf.get(f"spark.sql.adaptive.{setting}enabled") == "true"


def test_a_merge_into_parquet_reads_only_the_partitions_that_its_rows_touch(lake: Lake) -> None:
    lake.contract |= {
        "format": "parquet",
        "write_mode": "merge",
        "partition_by": ["customer"],
        "primary_key": ["id", "customer"],
    }
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n3,Eve,3\n")
    lake.run("run-1")
    plans = _staged(lake, "1,Ada,9\n", "run-2")
    table = f"processed/{lake.name}/"
    scans = [one for one in plans.named("FileScan parquet") if f"{table}customer=" in one]
    assert scans
    for scan in scans:
        assert f"InMemoryFileIndex(1 paths)[s3://spark-tests-{table}customer=Ada/" in scan
    assert not any(name in one for one in plans.operators for name in ("=Bob", "=Eve"))
    assert _unexplained(plans) == []


def test_a_small_reference_is_broadcast_and_only_its_key_columns_are_read(lake: Lake) -> None:
    customers = publish_customers(lake)
    lake.contract["rules"] = [rule("reference", ["customer"], dataset=customers, keys=["name"])]
    plans = _staged(lake, "1,Ada,1\n2,Bob,2\n")
    scans = [one for one in plans.named("BatchScan", "FileScan") if customers in one]
    assert scans
    assert all(re.match(r"BatchScan \S+\[name#\d+\]", one) for one in scans)
    joins = [one for one in plans.named("BroadcastHashJoin") if "[customer#" in one]
    assert joins
    assert all("LeftOuter, BuildRight" in one for one in joins)
    assert plans.named("SortMergeJoin", "ShuffledHashJoin") == []
    assert _unexplained(plans) == []
