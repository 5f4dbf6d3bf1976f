"""What the contract's rules let pass, and what each severity does with the rest."""

from typing import Any

import pytest

from lake_spark.contract import parse_contract
from lake_spark.errors import ContractMismatch
from lake_spark.validation import check_records
from tests.spark.support import Lake

HEADER = "id,customer,amount\n"


def rule(
    kind: str, columns: list[str], severity: str = "quarantine", **facts: Any
) -> dict[str, Any]:
    """Give a rule of a compiled contract, named after its kind."""
    return {"id": f"a_{kind}", "kind": kind, "columns": columns, "severity": severity, **facts}


def test_every_kind_of_rule_names_the_rows_that_break_it(lake: Lake) -> None:
    lake.contract["rules"] = [
        rule("set", ["customer"], values=["Ada", "Bob", "Al"]),
        rule("range", ["amount"], min=0, max=9.5),
        rule("pattern", ["customer"], pattern="^[A-Z]"),
        rule("length", ["customer"], min=3, max=5),
        rule("expression", ["id", "amount"], expression="amount <= id * 2"),
    ]
    lake.put("a.csv", HEADER + "1,Ada,2\n2,eve,2\n3,Bob,-1\n4,Al,9.51\n5,Bob,10.5\n6,Bob,9.5\n")
    report = lake.run()
    assert lake.rows("id") == [(1,), (6,)]
    found = [row["reasons"] for row in lake.quarantined()]
    assert found == [
        [
            "column 'customer': value 'eve' is not one of 'Ada', 'Bob', 'Al'",
            "column 'customer': value 'eve' does not match ^[A-Z]",
        ],
        ["column 'amount': value '-1.00' is outside 0 to 9.5"],
        [
            "column 'amount': value '9.51' is outside 0 to 9.5",
            "column 'customer': value 'Al' has a length outside 3 to 5",
            "not true: amount <= id * 2, column 'id': value '4', column 'amount': value '9.51'",
        ],
        [
            "column 'amount': value '10.50' is outside 0 to 9.5",
            "not true: amount <= id * 2, column 'id': value '5', column 'amount': value '10.50'",
        ],
    ]
    assert [(entry["rule"], entry["rows"]) for entry in report["rules"]] == [
        ("a_set", 1),
        ("a_range", 3),
        ("a_pattern", 1),
        ("a_length", 1),
        ("a_expression", 2),
    ]


def test_rules_pass_on_null_and_only_required_asks_for_a_value(lake: Lake) -> None:
    lake.contract["columns"][1]["required"] = True
    lake.contract["rules"] = [
        rule("set", ["amount"], values=[1, 2]),
        rule("expression", ["amount"], expression="amount < 5"),
    ]
    lake.put("a.csv", HEADER + "1,Ada,\n2,,2\n")
    lake.run()
    assert lake.rows("id") == [(1,)]
    assert lake.reasons() == [("2,,2", ["required:customer"])]


def test_a_warning_is_counted_and_the_row_stays_good(lake: Lake) -> None:
    lake.contract["rules"] = [rule("range", ["amount"], "warn", max=5)]
    lake.put("a.csv", HEADER + "1,Ada,9\n2,Bob,5\nbad\n")
    report = lake.run()
    assert lake.rows("id") == [(1,), (2,)]
    assert [(entry["rule"], entry["severity"], entry["rows"]) for entry in report["rules"]] == [
        ("malformed", "quarantine", 1),
        ("a_range", "warn", 1),
    ]
    assert report["score"] == 2 / 3


def test_a_rule_that_fails_the_run_keeps_its_rows_and_its_severity_for_the_judge(
    lake: Lake,
) -> None:
    lake.contract["rules"] = [rule("range", ["amount"], "fail", max=5)]
    lake.put("a.csv", HEADER + "1,Ada,9\n2,Bob,5\n")
    report = lake.stage()
    assert report["rules"] == [
        {
            "rule": "a_range",
            "kind": "range",
            "scope": "row",
            "dimension": "conformity",
            "severity": "fail",
            "rows": 1,
            "state": "failed",
            "measure": 0.5,
            "expected": "at least 1 of the rows",
            "decides": True,
            "reason": None,
        }
    ]
    assert lake.reasons() == [("1,Ada,9", ["a_range"])]


def test_a_rule_over_dates_compares_with_dates(lake: Lake) -> None:
    lake.contract["columns"][2] |= {"name": "day", "type": "date"}
    lake.contract["rules"] = [rule("range", ["day"], min="2024-01-01")]
    lake.put("a.csv", "id,customer,day\n1,Ada,2024-01-01\n2,Bob,2023-12-31\n")
    lake.run()
    assert lake.rows("id") == [(1,)]


def test_a_rule_that_cannot_be_applied_stops_the_run_by_name(lake: Lake) -> None:
    lake.contract["rules"] = [rule("expression", ["id"], expression="no_such_column > 1")]
    lake.put("a.csv", HEADER + "1,Ada,9\n")
    with pytest.raises(ContractMismatch, match=r"rule a_expression: .*no_such_column"):
        lake.stage()
    lake.contract["rules"] = [rule("expression", ["id"], expression="id > > 1")]
    with pytest.raises(ContractMismatch, match=r"rule a_expression: .*SYNTAX_ERROR"):
        lake.stage()
    lake.contract["rules"] = [rule("vibe", ["id"])]
    with pytest.raises(ContractMismatch, match="a_vibe: kind 'vibe' is not one of"):
        lake.stage()


def test_a_contract_may_have_a_thousand_rules(lake: Lake) -> None:
    lake.contract["rules"] = [
        rule("range", ["amount"], min=0) | {"id": f"r{n}"} for n in range(1000)
    ]
    fields = lake.spark.sql(
        "select '1' as __line, false as __undecodable, cast(null as string) as __malformed,"
        " 0 as __file, 0 as __block, 0 as __row,"
        " '1' as __source_id, '' as __source_customer, '-1' as __source_amount"
    )
    (row,) = check_records(fields, parse_contract(lake.contract)).collect()
    assert len(row["__broken"]) == 1000
