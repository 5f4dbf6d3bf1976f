"""Products: a query over published tables, with the same promises as a dataset's run."""

import pytest

from lake_spark.errors import ContractMismatch, ContractMissing
from tests.spark.support import Lake, column

HEADER = "id,customer,amount\n"


@pytest.fixture
def product(lake: Lake) -> str:
    """A product over published orders: what each customer spent; gives its name."""
    name = f"spending_{lake.name}"
    lake.products[name] = {
        "name": name,
        "kind": "product",
        "version": "2.0.0",
        "description": "What each customer spent",
        "zone": "curated",
        "format": "iceberg",
        "write_mode": "replace",
        "columns": [column("customer", "string"), column("spent", "decimal(6,2)")],
        "primary_key": ["customer"],
        "partition_by": [],
        "rules": [],
        "quality": {"threshold": 1.0},
        "inputs": [lake.name],
        "sql": f"select sum(amount) as spent, customer from {lake.name} group by customer",
    }
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n3,Ada,3\n")
    lake.run("run-1")
    return name


def spending(lake: Lake, product: str) -> dict[str, float]:
    """Give what readers of the product see."""
    rows = lake.spark.table(f"glue_catalog.curated.{product}").collect()
    return {row["customer"]: float(row["spent"]) for row in rows}


def test_a_product_is_built_typed_and_published_like_a_dataset(lake: Lake, product: str) -> None:
    report = lake.curate(product)
    assert spending(lake, product) == {}
    published = lake.publish("run-1", product)
    assert set(published["optimizers"].values()) == {"created"}
    assert spending(lake, product) == {"Ada": 4.0, "Bob": 2.0}
    assert (report["rows_in"], report["rows_good"], report["files"]) == (2, 2, [])
    assert report["table"] == f"glue_catalog.curated.{product}"
    assert published["snapshot_id"] == report["snapshot_id"]


def test_a_product_is_of_the_snapshots_that_its_run_names(lake: Lake, product: str) -> None:
    first = lake.publish("run-1")["snapshot_id"]
    lake.put("b.csv", HEADER + "4,Eve,4\n")
    lake.run("run-2")
    lake.curate(product, "old", snapshots={lake.name: first})
    lake.publish("old", product)
    assert spending(lake, product) == {"Ada": 4.0, "Bob": 2.0}
    lake.curate(product, "new")
    lake.publish("new", product)
    assert spending(lake, product) == {"Ada": 4.0, "Bob": 2.0, "Eve": 4.0}


def test_rows_of_a_product_that_break_a_rule_or_a_type_go_to_quarantine(
    lake: Lake, product: str
) -> None:
    lake.products[product]["rules"] = [
        {"id": "big", "kind": "range", "columns": ["spent"], "severity": "fail", "min": 3}
    ]
    lake.put("b.csv", HEADER + "4,Eve,99999\n")
    lake.run("run-2")
    report = lake.curate(product)
    assert (report["rows_good"], report["rows_quarantined"]) == (1, 2)
    found = lake.quarantined(name=product)
    assert [(row["raw_record"], row["rule_ids"]) for row in found] == [
        ('{"spent":2.00,"customer":"Bob"}', ["big"]),
        ('{"spent":99999.00,"customer":"Eve"}', ["type:spent"]),
    ]
    assert found[1]["reasons"] == ["column 'spent': value '99999.00' is not decimal(6,2)"]
    assert (found[0]["source_key"], found[0]["source_line"]) == (None, None)


def test_a_product_can_be_built_from_parquet_and_be_parquet(lake: Lake, product: str) -> None:
    lake.contract |= {"name": f"{lake.name}_p", "format": "parquet", "partition_by": ["customer"]}
    lake.products[product] |= {
        "format": "parquet",
        "inputs": [lake.name],
        "sql": f"select customer, sum(amount) as spent from {lake.name} group by customer",
    }
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,2\n")
    lake.run()
    assert lake.curate(product)["rows_good"] == 2
    assert lake.publish("run-1", product)["already_published"] is False


@pytest.mark.parametrize(
    ("sql", "difference"),
    [
        ("select customer from {0}", r"missing \['spent'\], unexpected \[\]"),
        ("select customer, amount as spent, id from {0}", r"unexpected \['id'\]"),
        ("select customer, no_such as spent from {0}", "no_such"),
        (
            "select customer, array(amount) as spent from {0}",
            r"column 'spent': .*cannot cast \"ARRAY<DECIMAL\(10,2\)>\" to \"DECIMAL\(6,2\)\"\.$",
        ),
    ],
)
def test_a_query_that_does_not_give_the_contracts_columns_is_refused(
    lake: Lake, product: str, sql: str, difference: str
) -> None:
    lake.products[product]["sql"] = sql.format(lake.name)
    with pytest.raises(ContractMismatch, match=difference):
        lake.curate(product)


def test_a_product_that_the_contracts_do_not_hold_is_named(lake: Lake) -> None:
    with pytest.raises(ContractMissing, match="no contract named 'nowhere'"):
        lake.curate("nowhere")


def test_a_product_has_the_rules_of_datasets_about_its_run_and_about_others(
    lake: Lake, product: str
) -> None:
    lake.products[product]["rules"] = [
        {"id": "few", "kind": "row_count", "columns": [], "severity": "fail", "max": 1},
        {"id": "total", "kind": "sum", "columns": ["spent"], "severity": "warn", "min": 6},
        {"id": "known", "kind": "reference", "columns": ["customer"], "severity": "warn"}
        | {"dataset": lake.name, "keys": ["customer"]},
    ]
    report = lake.curate(product)
    assert {each["rule"]: (each["state"], each["measure"]) for each in report["rules"]} == {
        "few": ("failed", 2),
        "total": ("passed", "6"),
        "known": ("passed", 1.0),
    }
