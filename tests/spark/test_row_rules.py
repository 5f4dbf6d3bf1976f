"""Rules of rows that look beyond one value: types in text, other columns, and other datasets."""

from copy import deepcopy
from typing import Any

import pytest

from lake_spark.contract import parse_contract
from lake_spark.references import open_references
from tests.spark.support import Lake, column

HEADER = "id,customer,amount\n"
Entry = dict[str, Any]


def rule(kind: str, columns: list[str], **facts: Any) -> Entry:
    """Give a rule of a compiled contract, named after its kind."""
    return {"id": f"a_{kind}", "kind": kind, "columns": columns, "severity": "quarantine", **facts}


def entry(report: Entry, rule_id: str) -> Entry:
    """Give what a stage report says of one rule."""
    (found,) = (each for each in report["rules"] if each["rule"] == rule_id)
    return dict(found)


def publish_customers(lake: Lake, rows: str = "Ada,1\nBob,2\n", **facts: Any) -> str:
    """Publish a dataset of customers and have the lake's contract know it; gives its name."""
    contract = deepcopy(lake.contract) | {
        "name": f"customers_of_{lake.name}",
        "columns": [column("name", "string"), column("number", "bigint")],
        "primary_key": ["name"],
        "write_mode": "replace",
        "rules": [],
        **facts,
    }
    customers = Lake(lake.spark, contract)
    customers.put("a.csv", "name,number\n" + rows)
    customers.run()
    lake.others[customers.name] = contract
    return customers.name


def test_a_rule_of_type_asks_whether_a_text_can_be_read_as_one(lake: Lake) -> None:
    lake.contract["rules"] = [
        rule("type", ["customer"], type="date", format="dd.MM.yyyy", threshold=0.75),
        rule("type", ["customer"], type="int") | {"id": "a_number", "severity": "warn"},
    ]
    lake.put("a.csv", HEADER + "1,31.01.2024,1\n2,30.02.2024,1\n3,,1\n4,01.02.2024,1\n")
    report = lake.run()
    assert lake.rows("id") == [(1,), (3,), (4,)]
    (bad,) = lake.quarantined()
    assert bad["reasons"] == [
        "column 'customer': value '30.02.2024' is not date in the pattern dd.MM.yyyy"
    ]
    found = entry(report, "a_type")
    assert (found["state"], found["measure"], found["decides"]) == ("passed", 0.75, True)
    assert entry(report, "a_number")["rows"] == 3


@pytest.mark.parametrize(
    ("operator", "kept"),
    [("=", "BN"), ("!=", "ACN"), ("<", "AN"), ("<=", "ABN"), (">", "CN"), (">=", "BCN")],
)
def test_a_comparison_of_two_columns_passes_where_one_is_null(
    lake: Lake, operator: str, kept: str
) -> None:
    lake.contract["rules"] = [rule("comparison", ["id", "amount"], operator=operator)]
    lake.put("a.csv", HEADER + "1,A,1.01\n2,B,2.00\n3,C,2.99\n4,N,\n")
    lake.stage()
    bad = {row["raw_record"].split(",")[1] for row in lake.quarantined()}
    assert bad == set("ABCN") - set(kept)


def test_a_broken_comparison_tells_both_values(lake: Lake) -> None:
    lake.contract["rules"] = [rule("comparison", ["id", "amount"], operator="<=")]
    lake.put("a.csv", HEADER + "3,C,2.99\n")
    lake.stage()
    assert [row["reasons"] for row in lake.quarantined()] == [
        ["column 'id': value '3' is not <= column 'amount': value '2.99'"]
    ]


@pytest.mark.parametrize("severity", ["warn", "quarantine", "fail"])
def test_a_value_that_the_other_dataset_lacks_breaks_a_reference(lake: Lake, severity: str) -> None:
    customers = publish_customers(lake)
    lake.contract["rules"] = [
        rule("reference", ["customer"], dataset=customers, keys=["name"])
        | {"severity": severity, "dimension": "consistency"}
    ]
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Eve,1\n3,,1\n4,Bob,1\n")
    report = lake.stage()
    found = entry(report, "a_reference")
    assert (found["rows"], found["state"], found["measure"]) == (1, "failed", 0.75)
    assert found["decides"] is (severity == "fail")
    assert report["dimensions"]["consistency"] == 1
    assert report["references"][customers] is not None
    if severity == "warn":
        assert report["rows_good"] == 4
    else:
        assert [row["reasons"] for row in lake.quarantined()] == [
            [f"column 'customer': value 'Eve' is not in {customers}.name"]
        ]


def test_a_reference_to_a_value_that_stands_there_twice_doubles_no_row(lake: Lake) -> None:
    customers = publish_customers(
        lake, "Ada,1\nAda,2\nBob,2\n", primary_key=[], write_mode="append", format="parquet"
    )
    lake.contract["rules"] = [rule("reference", ["customer"], dataset=customers, keys=["name"])]
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Bob,1\n")
    report = lake.run()
    assert lake.rows("id") == [(1,), (2,)]
    assert (report["rows_in"], report["rows_good"]) == (2, 2)


def test_a_reference_of_several_columns_needs_them_in_one_row(lake: Lake) -> None:
    customers = publish_customers(lake)
    lake.contract["rules"] = [
        rule("reference", ["customer", "id"], dataset=customers, keys=["name", "number"])
    ]
    lake.put("a.csv", HEADER + "1,Ada,1\n1,Bob,1\n2,,1\n")
    lake.stage()
    assert [row["reasons"] for row in lake.quarantined()] == [
        [
            "column 'customer': value 'Bob', column 'id': value '1' is not in "
            f"{customers}.name, {customers}.number"
        ]
    ]


@pytest.mark.parametrize("table_format", ["iceberg", "parquet"])
def test_a_reference_to_what_was_never_published_is_not_judged_and_says_so(
    lake: Lake, table_format: str
) -> None:
    name = f"customers_of_{lake.name}"
    lake.others[name] = deepcopy(lake.contract) | {"name": name, "format": table_format}
    lake.contract["rules"] = [
        rule("reference", ["customer"], dataset=name, keys=["customer"]) | {"severity": "fail"}
    ]
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    report = lake.stage()
    found = entry(report, "a_reference")
    assert (found["state"], found["measure"]) == ("not_evaluated", None)
    assert found["reason"] == f"{name} has published nothing yet"
    assert (report["rows_good"], report["references"]) == (1, {name: None})


def test_a_row_that_breaks_two_rules_counts_once_in_their_dimension(lake: Lake) -> None:
    lake.contract["rules"] = [
        rule("set", ["customer"], values=["Ada"]) | {"dimension": "accuracy"},
        rule("range", ["amount"], max=5) | {"dimension": "accuracy", "severity": "warn"},
    ]
    lake.put("a.csv", HEADER + "1,Eve,9\n2,Ada,9\n3,Ada,1\nbad\n,Ada,1\n")
    report = lake.stage()
    assert report["dimensions"] == {"accuracy": 2, "completeness": 1, "conformity": 1}


def test_a_reference_to_a_small_dataset_is_broadcast_and_moves_no_row(lake: Lake) -> None:
    customers = publish_customers(lake)
    lake.contract["rules"] = [rule("reference", ["customer"], dataset=customers, keys=["name"])]
    uri = lake.upload_contracts()
    contract = parse_contract(lake.contract)
    arguments = {"contracts_uri": uri, "processed_database": "processed"}
    references = open_references(lake.spark, contract, arguments)
    rows = references.look_up(lake.spark.range(9).selectExpr("CAST(id AS string) AS customer"))
    plan = rows._jdf.queryExecution().executedPlan().toString()
    assert "BroadcastHashJoin" in plan
    assert plan.count("Exchange") == plan.count("BroadcastExchange") == 1
