"""A dataset kept as Parquet is read by products like any other."""

from typing import Any

import pytest

from tests.spark.support import Lake, column

HEADER = "id,customer,amount\n"


@pytest.fixture
def product(lake: Lake) -> str:
    """Give the name of a product that sums the orders of a Parquet table."""
    lake.contract |= {"format": "parquet", "write_mode": "replace"}
    name = f"sums_of_{lake.name}"
    lake.products[name] = {
        **{key: lake.contract[key] for key in ("version", "description", "rules", "quality")},
        "name": name,
        "kind": "product",
        "zone": "curated",
        "format": "iceberg",
        "write_mode": "replace",
        "columns": [column("customer", "string"), column("total", "decimal(20,2)")],
        "primary_key": ["customer"],
        "partition_by": [],
        "inputs": [lake.name],
        "sql": f"select customer, sum(amount) as total from {lake.name} group by customer",
    }
    return name


def totals(lake: Lake, product: str) -> list[tuple[Any, ...]]:
    """Give what readers of the product see."""
    rows = lake.spark.table(f"glue_catalog.curated.{product}").collect()
    return sorted((row["customer"], float(row["total"])) for row in rows)


@pytest.mark.parametrize("partition_by", [[], ["customer"]])
def test_a_product_reads_a_parquet_table_whole_and_as_it_is_now(
    lake: Lake, product: str, partition_by: list[str]
) -> None:
    lake.contract["partition_by"] = partition_by
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Ada,2\n3,Bob,3\n")
    lake.run("run-1")
    # Parquet has no snapshots, and the state of such an input names none.
    report = lake.curate(product, "run-1", snapshots={lake.name: None})
    lake.publish("run-1", product)
    assert (report["rows_in"], report["rows_good"]) == (2, 2)
    assert totals(lake, product) == [("Ada", 3.0), ("Bob", 3.0)]
    lake.put("b.csv", HEADER + "4,Eve,4\n")
    lake.run("run-2")
    lake.curate(product, "run-2", snapshots={lake.name: None})
    lake.publish("run-2", product)
    assert totals(lake, product) == [("Eve", 4.0)]
