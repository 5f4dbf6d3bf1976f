"""A table follows its contract as far as the contract's evolution goes, and says what it did."""

from decimal import Decimal
from typing import Any

import boto3
import pytest

from lake_spark.errors import ContractMismatch, HeaderMismatch
from tests.spark.support import Lake, column

HEADER = "id,customer,amount\n"
ID, CUSTOMER, AMOUNT = (
    column("id", "int", id="the_id"),
    column("customer", "string", id="who"),
    column("amount", "decimal(10,2)", id="how_much"),
)


@pytest.fixture
def published_lake(lake: Lake) -> Lake:
    """Orders with an id for each column, of which one row is published."""
    lake.contract["columns"] = [ID, CUSTOMER, AMOUNT]
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    return lake


def catalogued(lake: Lake) -> list[tuple[str, str]]:
    """Give the table's present columns as the Glue catalog has them."""
    table = boto3.client("glue").get_table(DatabaseName="processed", Name=lake.name)["Table"]
    return [
        (one["Name"], one["Type"])
        for one in table["StorageDescriptor"]["Columns"]
        if one.get("Parameters", {}).get("iceberg.field.current") != "false"
    ]


def test_added_widened_and_renamed_columns_are_in_table_catalog_contract_and_report(
    published_lake: Lake,
) -> None:
    published_lake.contract |= {
        "version": "2.0.0",
        "evolution": "permissive",
        "columns": [
            ID | {"type": "bigint"},
            CUSTOMER | {"name": "buyer"},
            AMOUNT | {"type": "decimal(12,2)"},
            column("city", "string"),
        ],
    }
    published_lake.put("b.csv", "id,buyer,amount,city\n99999999999,Bob,1234567890.5,Oslo\n")
    report = published_lake.run("run-2")
    assert report["schema_changes"] == [
        "column 'customer' is renamed to 'buyer'",
        "column 'id' becomes bigint instead of int",
        "column 'amount' becomes decimal(12,2) instead of decimal(10,2)",
        "column 'city' is added",
    ]
    assert published_lake.rows("id", "buyer", "amount", "city") == [
        (1, "Ada", Decimal(1), None),
        (99999999999, "Bob", Decimal("1234567890.5"), "Oslo"),
    ]
    expected = [(one["name"], one["type"]) for one in published_lake.contract["columns"]]
    assert sorted(catalogued(published_lake)) == sorted(expected)
    assert published_lake.spark.table(published_lake.table).dtypes == expected


def test_a_column_is_dropped_once_a_published_version_has_deprecated_it(
    published_lake: Lake,
) -> None:
    lake = published_lake
    lake.contract |= {"evolution": "permissive", "columns": [ID, CUSTOMER]}
    lake.put("b.csv", "id,customer\n2,Bob\n")
    with pytest.raises(ContractMismatch, match=r"'amount' .* is in the table and not in"):
        lake.stage("run-2")
    lake.contract["columns"] = [ID, CUSTOMER, AMOUNT | {"deprecated": True}]
    lake.inputs = []
    lake.put("c.csv", HEADER + "2,Bob,2\n")
    lake.run("run-2")
    lake.contract["columns"] = [ID, CUSTOMER]
    lake.put("d.csv", "id,customer\n3,Eve\n")
    assert lake.run("run-3")["schema_changes"] == ["column 'amount' is dropped"]
    assert lake.rows() == [(1, "Ada"), (2, "Bob"), (3, "Eve")]
    assert catalogued(lake) == [("id", "int"), ("customer", "string")]


@pytest.mark.parametrize("raw_format", ["csv", "jsonl"])
def test_old_and_new_files_come_in_one_run_and_the_report_tells_the_differences(
    lake: Lake, raw_format: str
) -> None:
    lake.contract |= {"evolution": "permissive"}
    lake.contract["raw"] = {"prefix": f"{lake.name}/", "format": raw_format, "null_values": ["NA"]}
    lake.contract["columns"].append(column("city", "string"))
    if raw_format == "csv":
        lake.put("old.csv", "customer,id,amount\nAda,1,1\n")
        lake.put("new.csv", "id,customer,amount,city,mood\n2,Bob,2,Oslo,good\n3,Eve,3,NA,bad\n")
    else:
        lake.put("old.jsonl", '{"id": 1, "customer": "Ada", "amount": 1}\n')
        lake.put(
            "new.jsonl",
            '{"id": 2, "customer": "Bob", "amount": 2, "city": "Oslo", "mood": "good"}\n'
            '{"id": 3, "customer": "Eve", "amount": 3, "city": "NA"}\n',
        )
    report = lake.run("run-1")
    assert lake.rows("id", "customer", "city") == [
        (1, "Ada", None),
        (2, "Bob", "Oslo"),
        (3, "Eve", None),
    ]
    assert report["rows_quarantined"] == 0
    assert report["ignored_columns"] == ["mood"]
    if raw_format == "csv":
        assert report["absent_columns"] == ["city"]


def test_an_unknown_column_and_a_missing_one_are_refused_where_the_evolution_says_so(
    lake: Lake,
) -> None:
    lake.contract["columns"][1]["required"] = True
    lake.put("unknown.csv", "id,customer,amount,mood\n1,Ada,1,good\n")
    for mode in ("strict", "additive"):
        lake.contract["evolution"] = mode
        with pytest.raises(HeaderMismatch, match=r"missing \[\], twice \[\], others: 1"):
            lake.stage("run-1")
    lake.inputs = []
    lake.put("missing.csv", "id,amount\n1,1\n")
    lake.contract["evolution"] = "permissive"
    with pytest.raises(HeaderMismatch, match=r"missing \['customer'\]"):
        lake.stage("run-1")


CHANGES: list[tuple[str, list[dict[str, Any]], str]] = [
    ("strict", [ID, CUSTOMER, AMOUNT, column("city", "string")], "'city' is added"),
    ("strict", [ID | {"type": "bigint"}, CUSTOMER, AMOUNT], "'id' becomes bigint instead of int"),
    ("additive", [ID, CUSTOMER | {"name": "buyer"}, AMOUNT], "'customer' is renamed to 'buyer'"),
]


@pytest.mark.parametrize(("mode", "columns", "words"), CHANGES)
def test_what_the_evolution_does_not_allow_is_refused_and_changes_nothing(
    published_lake: Lake, mode: str, columns: list[dict[str, Any]], words: str
) -> None:
    before = catalogued(published_lake)
    published_lake.contract |= {"evolution": mode, "columns": columns}
    published_lake.put("b.csv", ",".join(one["name"] for one in columns) + "\n")
    with pytest.raises(ContractMismatch, match=f"{words}, and evolution {mode} does not allow it"):
        published_lake.stage("run-2")
    assert catalogued(published_lake) == before


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"columns": [ID | {"type": "string"}, CUSTOMER, AMOUNT]},
        "column 'id' is int in the table and string in the contract",
    ),
    (
        {"columns": [ID, CUSTOMER | {"name": "amount"}, AMOUNT | {"name": "customer"}]},
        "column 'customer' is to be called 'amount', and the table has another column of that name",
    ),
    (
        {"columns": [ID, CUSTOMER | {"id": "else"}, AMOUNT]},
        "column 'customer' has the id 'who' in the table and 'else' in the contract",
    ),
    (
        {"columns": [ID, CUSTOMER, AMOUNT, column("city", "string")], "partition_by": ["city"]},
        r"partitioned by \[\], the contract says \['city'\]",
    ),
]


@pytest.mark.parametrize("table_format", ["iceberg", "parquet"])
@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_no_evolution_allows_is_refused_and_changes_nothing(
    lake: Lake, table_format: str, change: dict[str, Any], words: str
) -> None:
    lake.contract |= {"columns": [ID, CUSTOMER, AMOUNT], "format": table_format}
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    before = catalogued(lake)
    lake.contract |= {"evolution": "permissive", **change}
    lake.put("b.csv", ",".join(one["name"] for one in lake.contract["columns"]) + "\n")
    with pytest.raises(ContractMismatch, match=words):
        lake.stage("run-2")
    assert catalogued(lake) == before


def test_a_partition_column_is_renamed_and_no_other_column_gets_the_name_of_partitions(
    lake: Lake,
) -> None:
    lake.contract |= {"columns": [ID, CUSTOMER, AMOUNT], "partition_by": ["customer"]}
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.run("run-1")
    lake.contract |= {
        "evolution": "permissive",
        "partition_by": ["buyer"],
        "columns": [ID, CUSTOMER | {"name": "buyer"}, AMOUNT],
    }
    lake.put("b.csv", "id,buyer,amount\n2,Bob,2\n")
    assert lake.run("run-2")["schema_changes"] == ["column 'customer' is renamed to 'buyer'"]
    assert lake.rows("id", "buyer") == [(1, "Ada"), (2, "Bob")]
    before, renamed = catalogued(lake), lake.contract["columns"]
    lake.contract["columns"] = [*renamed, column("customer", "string")]
    lake.put("c.csv", "id,buyer,amount,customer\n3,Eve,3,Kim\n")
    with pytest.raises(ContractMismatch, match="'customer' is added, and the table's partitions"):
        lake.stage("run-3")
    assert catalogued(lake) == before
    lake.contract |= {"columns": [ID, CUSTOMER, AMOUNT], "partition_by": ["customer"]}
    lake.inputs = []
    lake.put("d.csv", HEADER + "3,Eve,3\n")
    assert lake.run("run-3")["schema_changes"] == ["column 'buyer' is renamed to 'customer'"]
    assert lake.rows("id", "customer") == [(1, "Ada"), (2, "Bob"), (3, "Eve")]


def test_a_renamed_column_leaves_its_name_to_another(published_lake: Lake) -> None:
    lake = published_lake
    lake.contract |= {
        "evolution": "permissive",
        "columns": [ID, CUSTOMER | {"name": "buyer"}, AMOUNT, column("customer", "string")],
    }
    lake.put("b.csv", "id,buyer,amount,customer\n2,Bob,2,Eve\n")
    assert lake.run("run-2")["schema_changes"] == [
        "column 'customer' is renamed to 'buyer'",
        "column 'customer' is added",
    ]
    assert lake.rows("id", "buyer", "customer") == [(1, "Ada", None), (2, "Bob", "Eve")]
