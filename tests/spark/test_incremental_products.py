"""Incremental products: only what an input touched is built, on real Iceberg tables."""

import re
from typing import Any

import pytest

from lake_spark.contract import parse_contract
from lake_spark.errors import ContractMismatch
from lake_spark.metadata import read_metadata
from lake_spark.product_inputs import Source, input_views
from lake_spark.queries import explain
from tests.spark.support import Lake, column

HEADER = "id,year,month,customer,amount\n"
JANUARY = "1,2013,1,Ada,1\n2,2013,1,Bob,2\n"
FEBRUARY = "3,2013,2,Ada,3\n"
MARCH = "4,2013,3,Eve,4\n"
SQL = """
select {0}.year, {0}.month as m, customer, sum(amount) as spent
from {0}
group by {0}.year, {0}.month, customer  -- one row for each month and customer
"""


def parts(name: str) -> dict[str, Any]:
    """Give an `incremental` by year and month of one input."""
    return {
        "partitions": [
            {"column": "year", "inputs": {name: "year"}},
            {"column": "m", "inputs": {name: "month"}},
        ]
    }


@pytest.fixture
def product(lake: Lake) -> str:
    """A product by year and month over orders that are partitioned so; gives its name."""
    lake.contract |= {
        "columns": [
            column("id", "int"),
            column("year", "int", required=True),
            column("month", "int", required=True),
            column("customer", "string"),
            column("amount", "decimal(10,2)"),
        ],
        "write_mode": "merge",
        "partition_by": ["year", "month"],
    }
    name = f"spending_{lake.name}"
    lake.products[name] = {
        "name": name,
        "kind": "product",
        "version": "1.0.0",
        "description": "What each customer spent in each month",
        "zone": "curated",
        "format": "iceberg",
        "write_mode": "replace",
        "columns": [
            column("year", "int", required=True),
            column("m", "int", required=True),
            column("customer", "string"),
            column("spent", "decimal(12,2)"),
        ],
        "primary_key": ["year", "m", "customer"],
        "partition_by": ["year", "m"],
        "rules": [],
        "quality": {"threshold": 1.0},
        "inputs": [lake.name],
        "sql": SQL.format(lake.name),
        "fingerprint": "first",
        "incremental": parts(lake.name),
    }
    load(lake, "load-1", JANUARY + FEBRUARY + MARCH)
    return name


def load(lake: Lake, run_id: str, rows: str) -> None:
    """Publish rows of orders."""
    lake.put(f"{run_id}.csv", HEADER + rows)
    lake.run(run_id)


def build(lake: Lake, product: str, run_id: str) -> dict[str, Any]:
    """Build and, if anything was built, publish the product; give the stage report."""
    report = lake.curate(product, run_id)
    if not report.get("unchanged"):
        lake.publish(run_id, product)
    return report


def rows(lake: Lake, product: str) -> list[tuple[Any, ...]]:
    """Give what readers of the product see."""
    found = lake.spark.table(f"glue_catalog.curated.{product}").collect()
    return sorted((row["year"], row["m"], row["customer"], float(row["spent"])) for row in found)


def files(lake: Lake, product: str) -> dict[int, set[str]]:
    """Give the data files of the product by month."""
    table = f"glue_catalog.curated.{product}"
    lake.spark.sql(f"REFRESH TABLE {table}")
    found: dict[int, set[str]] = {}
    for row in lake.spark.sql(f"SELECT partition.m, file_path FROM {table}.files").collect():
        found.setdefault(row["m"], set()).add(row["file_path"])
    return found


def test_a_late_correction_rebuilds_the_month_it_touches_and_no_file_of_another(
    lake: Lake, product: str
) -> None:
    first = build(lake, product, "run-1")
    assert first["build"] == "all: no build before this one is known"
    before = files(lake, product)
    assert set(before) == {1, 2, 3}
    load(lake, "load-2", "3,2013,2,Ada,30\n5,2013,2,Bob,5\n")
    second = build(lake, product, "run-2")
    assert second["build"] == f"1 partitions: touched in {lake.name}"
    assert second["partitions"] == [{"year": "2013", "m": "2"}]
    assert second["rows_in"] == 2
    after = files(lake, product)
    assert {month: after[month] for month in (1, 3)} == {month: before[month] for month in (1, 3)}
    assert not after[2] & before[2]
    assert rows(lake, product) == [
        (2013, 1, "Ada", 1.0),
        (2013, 1, "Bob", 2.0),
        (2013, 2, "Ada", 30.0),
        (2013, 2, "Bob", 5.0),
        (2013, 3, "Eve", 4.0),
    ]


def test_a_row_that_moves_to_another_month_rebuilds_both(lake: Lake, product: str) -> None:
    build(lake, product, "run-1")
    lake.contract["write_mode"] = "append"
    lake.spark.sql(f"UPDATE {lake.table} SET month = 3 WHERE id = 3")
    report = build(lake, product, "run-2")
    assert report["partitions"] == [{"year": "2013", "m": "2"}, {"year": "2013", "m": "3"}]
    assert [row[1:] for row in rows(lake, product)] == [
        (1, "Ada", 1.0),
        (1, "Bob", 2.0),
        (3, "Ada", 3.0),
        (3, "Eve", 4.0),
    ]


def test_a_month_whose_rows_are_all_gone_is_emptied(lake: Lake, product: str) -> None:
    build(lake, product, "run-1")
    lake.spark.sql(f"DELETE FROM {lake.table} WHERE month = 2")
    report = build(lake, product, "run-2")
    assert (report["rows_in"], report["emptied"]) == (0, True)
    assert {row[1] for row in rows(lake, product)} == {1, 3}
    assert set(files(lake, product)) == {1, 3}


def test_nothing_new_is_not_built(lake: Lake, product: str) -> None:
    build(lake, product, "run-1")
    snapshot = lake.spark.sql(f"SELECT * FROM glue_catalog.curated.{product}.snapshots").count()
    report = build(lake, product, "run-2")
    assert report["unchanged"] == "every input is as it was for the last build"
    assert (report["rows_in"], report["snapshot_id"]) == (0, None)
    after = lake.spark.sql(f"SELECT * FROM glue_catalog.curated.{product}.snapshots").count()
    assert after == snapshot


def test_a_compaction_of_the_input_touches_no_partition(lake: Lake, product: str) -> None:
    load(lake, "load-2", "9,2013,2,Ada,9\n")
    build(lake, product, "run-1")
    lake.spark.sql(
        "CALL glue_catalog.system.rewrite_data_files("
        f"table => 'processed.{lake.name}', options => map('rewrite-all', 'true'))"
    )
    report = build(lake, product, "run-2")
    assert report["unchanged"] == f"no file of {lake.name} has changed"


def test_a_build_after_some_that_were_not_published_makes_up_for_all_of_them(
    lake: Lake, product: str
) -> None:
    build(lake, product, "run-1")
    load(lake, "load-2", "1,2013,1,Ada,10\n")
    lake.curate(product, "run-2")
    load(lake, "load-3", "4,2013,3,Eve,40\n")
    report = build(lake, product, "run-3")
    assert report["partitions"] == [{"year": "2013", "m": "1"}, {"year": "2013", "m": "3"}]
    spent = {row[2]: row[3] for row in rows(lake, product) if row[1] != 2}
    assert spent == {"Ada": 10.0, "Bob": 2.0, "Eve": 40.0}


def test_all_is_built_when_what_the_product_computes_has_changed(lake: Lake, product: str) -> None:
    build(lake, product, "run-1")
    lake.products[product] |= {
        "fingerprint": "second",
        "sql": SQL.format(lake.name).replace("sum(", "2 * sum("),
    }
    report = build(lake, product, "run-2")
    assert report["build"] == "all: what the product computes has changed"
    assert rows(lake, product)[0] == (2013, 1, "Ada", 2.0)


def test_all_is_built_when_the_snapshot_of_the_last_build_has_expired(
    lake: Lake, product: str
) -> None:
    build(lake, product, "run-1")
    load(lake, "load-2", "3,2013,2,Ada,30\n")
    load(lake, "load-3", "3,2013,2,Ada,31\n")
    lake.spark.sql(
        "CALL glue_catalog.system.expire_snapshots("
        f"table => 'processed.{lake.name}', older_than => TIMESTAMP '2100-01-01', retain_last => 1)"
    )
    report = build(lake, product, "run-2")
    assert report["build"].startswith("all: snapshot ")
    assert "has expired or is not in the table's history any more" in report["build"]
    assert (2013, 2, "Ada", 31.0) in rows(lake, product)


def test_all_is_built_when_somebody_else_wrote_to_the_product(lake: Lake, product: str) -> None:
    build(lake, product, "run-1")
    table = f"glue_catalog.curated.{product}"
    lake.spark.sql(f"DELETE FROM {table} WHERE m = 1")
    report = build(lake, product, "run-2")
    assert report["build"] == "all: no build before this one is known"
    assert {row[1] for row in rows(lake, product)} == {1, 2, 3}


def test_a_compaction_of_the_product_keeps_it_incremental(lake: Lake, product: str) -> None:
    build(lake, product, "run-1")
    lake.spark.sql(
        "CALL glue_catalog.system.rewrite_data_files("
        f"table => 'curated.{product}', options => map('rewrite-all', 'true'))"
    )
    load(lake, "load-2", "3,2013,2,Ada,30\n")
    report = build(lake, product, "run-2")
    assert report["partitions"] == [{"year": "2013", "m": "2"}]


@pytest.fixture
def with_names(lake: Lake, product: str) -> str:
    """The product joined with another one, of names, which no partition follows from."""
    names = f"names_{lake.name}"
    lake.products[names] = {
        **lake.products[product],
        "name": names,
        "columns": [column("customer", "string"), column("title", "string")],
        "primary_key": ["customer"],
        "partition_by": [],
        "sql": f"select customer, max(concat('Dr ', customer)) as title from {lake.name} "
        "group by customer",
        "incremental": None,
    }
    build(lake, names, "run-1")
    lake.products[product] |= {
        "inputs": [lake.name, names],
        "sql": f"select year, month as m, max(title) as customer, sum(amount) as spent "
        f"from {lake.name} left join {names} using (customer) group by 1, 2, {names}.customer",
    }
    return names


def test_a_product_reads_another_product_and_is_built_anew_when_that_one_changes(
    lake: Lake, product: str, with_names: str
) -> None:
    build(lake, product, "run-1")
    assert rows(lake, product)[0] == (2013, 1, "Dr Ada", 1.0)
    load(lake, "load-2", "3,2013,2,Ada,30\n")
    assert build(lake, product, "run-2")["partitions"] == [{"year": "2013", "m": "2"}]
    assert build(lake, with_names, "run-2")["build"] == "all: the product is not incremental"
    third = build(lake, product, "run-3")
    assert third["build"] == (f"all: {with_names} has changed, and no partition follows from it")


@pytest.mark.parametrize(
    "sql",
    [
        # The month before is read as well.
        "select year, month as m, customer, lag(sum(amount)) over (partition by customer "
        "order by year, month) as spent from {0} group by year, month, customer",
        # All months of a year are.
        "select o.year, o.month as m, o.customer, sum(whole.amount) as spent from {0} o "
        "join {0} whole on whole.year = o.year group by o.year, o.month, o.customer",
        "select year, abs(month) as m, customer, sum(amount) as spent from {0} "
        "group by year, abs(month), customer",
    ],
)
def test_a_partition_that_follows_from_more_than_the_contract_says_is_refused_at_once(
    lake: Lake, product: str, sql: str
) -> None:
    lake.products[product]["sql"] = sql.format(lake.name)
    with pytest.raises(ContractMismatch, match=f"not follow from partitions of {lake.name} by "):
        lake.curate(product)


def test_the_plan_reads_only_the_touched_partitions_of_the_input(lake: Lake, product: str) -> None:
    contract = parse_contract(lake.products[product])
    source = Source(
        lake.spark,
        parse_contract(lake.contract),
        "processed",
        None,
        None,
        read_metadata("processed", lake.name),
    )
    touched = ((("year", 2013), ("m", 2)), (("year", 2013), ("m", 3)))
    with input_views({lake.name: source}):
        plan = explain(lake.spark, contract, touched)
    (scan,) = [line for line in plan.splitlines() if "BatchScan" in line]
    filters = scan.partition("filters=")[2]
    assert "year = 2013" in filters
    assert "month IN (2, 3)" in filters
    # Iceberg answers for the filters alone: Spark need not look at any row for them.
    assert not re.search(r"\bFilter \(", plan)
