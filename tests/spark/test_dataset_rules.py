"""Rules about the rows of a run together: measured in the one pass, over what is published."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lake_spark import checked_rows
from lake_spark.contract import parse_contract
from lake_spark.dataset_rules import observe_together
from lake_spark.errors import ContractMismatch
from tests.spark.support import Lake, column

HEADER = "id,customer,amount\n"
Entry = dict[str, Any]


def rule(rule_id: str, kind: str, columns: list[str], **facts: Any) -> Entry:
    """Give a rule of a compiled contract."""
    return {"id": rule_id, "kind": kind, "columns": columns, "severity": "warn", **facts}


def entries(report: Entry) -> dict[str, tuple[str, Any]]:
    """Give the state and the measure of each rule in a stage report."""
    return {each["rule"]: (each["state"], each["measure"]) for each in report["rules"]}


def test_a_share_is_of_the_rows_that_would_be_published(lake: Lake) -> None:
    # Given rows of which one is bad and one is replaced by a newer one of its key
    rows = "1,Ada,1\n1,,2\n2,,3\n3,Bob,-1\n4,Bob,\nbad\n"
    complete = {"columns": ["customer"], "kind": "completeness"}
    lake.contract["rules"] = [
        rule("positive", "range", ["amount"], min=0) | {"severity": "quarantine"},
        rule("third", "completeness", ["customer"], threshold=0.3333),
        rule("half", "completeness", ["customer"], threshold=0.5),
        rule("both", "completeness", ["customer", "amount"], threshold=0),
        rule("not_bob", missing=["Bob"], threshold=0.1, **complete),
    ]
    lake.put("a.csv", HEADER + rows)
    # When they are staged
    report = lake.stage()
    # Then 1, 2 and 4 are judged, of which 4 has a customer and none has both
    assert report["rows_good"] == 3
    found = entries(report)
    assert found["third"] == ("passed", pytest.approx(1 / 3))
    assert found["half"] == ("failed", pytest.approx(1 / 3))
    assert found["both"] == ("passed", 0)
    assert found["not_bob"] == ("failed", 0)


def test_a_share_exactly_at_its_threshold_is_enough(lake: Lake) -> None:
    lake.contract["rules"] = [
        rule("at", "completeness", ["customer"], threshold=0.9),
        rule("above", "completeness", ["customer"], threshold=0.9001),
    ]
    lines = "".join(f"{n},{'' if n == 0 else 'Ada'},1\n" for n in range(10))
    lake.put("a.csv", HEADER + lines)
    assert entries(lake.stage()) == {"at": ("passed", 0.9), "above": ("failed", 0.9)}


@pytest.mark.parametrize("keyed", [True, False])
def test_a_repeated_value_is_counted_beyond_its_first_row_and_nulls_never(
    lake: Lake, keyed: bool
) -> None:
    if not keyed:
        lake.contract["primary_key"] = []
    lake.contract["rules"] = [
        rule("customer", "unique", ["customer"], threshold=0.5),
        rule("pair", "unique", ["customer", "amount"]),
        rule("key", "unique", ["id", "amount"]),
    ]
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Ada,2\n3,Ada,\n4,,1\n5,,1\n6,Bob,1\n7,Bob,1\n8,Al,1\n")
    report = lake.stage()
    found = {each["rule"]: each for each in report["rules"]}
    assert {name: each["rows"] for name, each in found.items()} == {
        "customer": 3,
        "pair": 1,
        "key": 0,
    }
    assert (found["customer"]["state"], found["customer"]["measure"]) == ("passed", 0.625)
    assert (found["pair"]["state"], found["pair"]["measure"]) == ("failed", 0.875)


@pytest.mark.parametrize(
    ("low", "high", "state"),
    [(3, 3, "passed"), (4, None, "failed"), (None, 2, "failed"), (None, 3, "passed")],
)
def test_a_row_count_is_within_its_bounds_or_not(
    lake: Lake, low: int | None, high: int | None, state: str
) -> None:
    lake.contract["rules"] = [rule("count", "row_count", [], min=low, max=high)]
    lake.put("a.csv", HEADER + "1,Ada,1\n2,Ada,2\n3,Ada,3\nbad\n")
    assert entries(lake.stage())["count"] == (state, 3)


FRESH = [
    ("2026-01-02T05:00:00Z", "passed", "2026-01-02T05:00:00+00:00"),
    ("2026-01-02T04:59:59.999999Z", "failed", "2026-01-02T04:59:59.999999+00:00"),
    ("2026-01-03T05:00:00Z", "passed", "2026-01-03T05:00:00+00:00"),
    ("2026-01-03T05:00:01Z", "failed", None),
]


@pytest.mark.parametrize(("newest", "state", "measure"), FRESH)
def test_the_newest_value_up_to_the_start_of_the_run_says_how_fresh_it_is(
    lake: Lake, newest: str, state: str, measure: str | None
) -> None:
    lake.contract["columns"].append(column("at", "timestamp"))
    lake.contract["rules"] = [rule("fresh", "freshness", ["at"], hours=24)]
    lake.started_at = "2026-01-03T05:00:00+00:00"
    older = "1,Ada,1,2020-01-01T00:00:00Z\n" if measure else ""
    lake.put("a.csv", f"id,customer,amount,at\n{older}2,Ada,2,{newest}\n3,Ada,3,\n")
    assert entries(lake.stage())["fresh"] == (state, measure)


def test_a_value_of_the_future_does_not_make_old_rows_fresh(lake: Lake) -> None:
    lake.contract["columns"].append(column("day", "date"))
    lake.contract["rules"] = [rule("fresh", "freshness", ["day"], hours=30)]
    lake.started_at = "2026-01-03T05:00:00+00:00"
    lake.put("a.csv", "id,customer,amount,day\n1,Ada,1,2026-01-01\n2,Ada,2,2062-01-01\n")
    assert entries(lake.stage())["fresh"] == ("failed", "2026-01-01T00:00:00+00:00")


def test_sums_and_averages_of_decimals_are_exact_and_leave_nulls_out(lake: Lake) -> None:
    lake.contract["columns"].append(column("big", "bigint"))
    lake.contract["rules"] = [
        rule("sum", "sum", ["amount"], min=0.3, max=0.3),
        rule("low", "sum", ["amount"], min=0.31),
        rule("mean", "average", ["amount"], max=0.15),
        rule("wide", "sum", ["big"], min=18446744073709551614),
        rule("past", "sum", ["id"], within_percent=5, runs=3),
    ]
    big = 2**63 - 1
    lake.put("a.csv", f"id,customer,amount,big\n1,A,0.1,{big}\n2,B,0.2,{big}\n3,C,,\n")
    report = lake.stage()
    assert entries(report) == {
        "sum": ("passed", "0.3"),
        "low": ("failed", "0.3"),
        "mean": ("passed", "0.15"),
        "wide": ("passed", "18446744073709551614"),
        "past": ("passed", "6"),
    }
    histories = [each.get("history") for each in report["rules"]]
    assert histories == [None, None, None, None, {"within_percent": 5, "runs": 3}]


def test_a_condition_over_aggregates_holds_or_not_or_cannot_be_judged(lake: Lake) -> None:
    lake.contract["rules"] = [
        rule("true", "sql", [], expression="count(*) = 2 AND sum(amount) > 1 -- so be it"),
        rule("false", "sql", [], expression="max(amount) < 2"),
        rule("null", "sql", [], expression="max(customer) = 'Ada'"),
        rule("none", "sum", ["amount"], min=0) | {"id": "some"},
    ]
    lake.put("a.csv", HEADER + "1,,1\n2,,2\n")
    report = lake.stage()
    assert entries(report) == {
        "true": ("passed", True),
        "false": ("failed", False),
        "null": ("not_evaluated", None),
        "some": ("passed", "3"),
    }
    reasons = {each["rule"]: each["reason"] for each in report["rules"]}
    assert reasons["null"] == "the expression gives null"


def test_of_no_rows_only_the_count_is_judged(lake: Lake) -> None:
    lake.contract["rules"] = [
        rule("count", "row_count", [], min=1),
        rule("complete", "completeness", ["customer"]),
        rule("sum", "sum", ["amount"], min=1),
    ]
    lake.put("a.csv", HEADER + "bad\n")
    report = lake.stage()
    assert entries(report) | {"malformed": None} == {
        "malformed": None,
        "count": ("failed", 0),
        "complete": ("not_evaluated", None),
        "sum": ("not_evaluated", None),
    }


def test_rules_that_spark_cannot_make_sense_of_stop_the_run_by_name(lake: Lake) -> None:
    lake.contract["rules"] = [
        rule("good", "sum", ["amount"], min=0),
        rule("wrong", "sql", [], expression="summ(amount) > 0"),
    ]
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    with pytest.raises(ContractMismatch, match=r"rule wrong: .*summ"):
        lake.stage()


def test_a_run_with_a_repeated_task_measures_its_rows_again_and_reports_the_same(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.contract["rules"] = [
        rule("sum", "sum", ["amount"], min=2),
        rule("once", "unique", ["customer"]),
    ]
    lake.put("a.csv", HEADER + "1,Ada,1\n1,Ada,2\n2,Ada,5\n")
    measured_once = lake.stage()
    monkeypatch.setattr(checked_rows, "was_retried", lambda *_: True)
    assert lake.stage()["rules"] == measured_once["rules"]
    assert entries(measured_once) == {"sum": ("passed", "7"), "once": ("failed", 0.5)}


EXCHANGES = [
    ([], 0),
    ([rule("sum", "sum", ["amount"], min=2), rule("sql", "sql", [], expression="max(id) > 0")], 0),
    (
        [rule("complete", "completeness", ["customer"]), rule("new", "freshness", ["at"], hours=1)],
        0,
    ),
    ([rule("once", "unique", ["customer"])], 1),
    ([rule("once", "unique", ["customer"]), rule("pair", "unique", ["customer", "amount"])], 2),
    ([rule("key", "unique", ["id", "customer"])], 0),
]


@pytest.mark.parametrize(("rules", "exchanges"), EXCHANGES)
def test_only_uniqueness_moves_rows_once_for_each_set_of_columns_without_the_key(
    lake: Lake, rules: list[Entry], exchanges: int
) -> None:
    contract = parse_contract(lake.contract | {"rules": rules})
    rows = lake.spark.range(9).selectExpr(
        *("id", "CAST(id % 5 AS string) AS customer", "timestamp_seconds(id) AS at"),
        *("CAST(id % 7 AS decimal(10,2)) AS amount", "0 AS __file", "0 AS __block", "id AS __row"),
    )
    measured, _ = observe_together(rows, contract, datetime(2026, 1, 1, tzinfo=UTC))
    plan = measured._jdf.queryExecution().executedPlan().toString()
    assert plan.count("Exchange") == exchanges
