"""Every kind of change of a contract has its verdict, its words and its advice."""

from typing import Any

import pytest

from data_lake.contracts import DatasetContract, ProductContract
from data_lake.contracts.models import Column
from strata.comparison import Verdict, compare_contracts
from strata.comparison.column_facts import FACTS
from strata.comparison.contracts import ELSEWHERE
from strata.comparison.settings import SETTINGS
from tests.unit.strata.comparison.support import (
    RULE,
    change,
    columns,
    comparison,
    contract_set,
    dataset,
    product,
)

SAFE, BACKFILL, BREAKING = Verdict.SAFE, Verdict.BACKFILL, Verdict.BREAKING
REBUILD = "rebuild"
PARQUET: dict[str, Any] = {"format": "parquet", "rules": ()}
WHOLE = PARQUET | {"publishing": {"atomicity": "table"}}
RENAMED = (columns()[0], {**columns()[1], "name": "price"}, columns()[2])
MANIFEST = {"mode": "manifest", "suffix": ".manifest.json", "deadline_minutes": 60}
CRON = {"cron": "0 6 * * ? *", "time_zone": "UTC"}


def rule(**facts: Any) -> dict[str, Any]:
    return {"rules": (RULE | facts,)}


def raw(**facts: Any) -> dict[str, Any]:
    return {"raw": {"prefix": "orders/", "format": "csv"} | facts}


CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    # columns
    (
        "a column",
        {},
        {"columns": columns({"name": "note", "type": "string"})},
        BACKFILL,
        "column note is added, string",
    ),
    (
        "a required column",
        {},
        {"columns": columns({"name": "note", "type": "string", "required": True})},
        BREAKING,
        "column note is added, string, required",
    ),
    (
        "no deprecated column",
        {"columns": columns({"name": "day", "deprecated": True})},
        {"columns": columns()[:2]},
        BREAKING,
        "column day was deprecated, and is removed",
    ),
    (
        "another name",
        {},
        {"columns": (columns()[0], {**columns()[1], "name": "price"}, columns()[2])},
        BREAKING,
        "column amount is called price now; its id is the same",
    ),
    (
        "another cut",
        {"columns": columns({"name": "day", "transform": "day"})},
        {"columns": columns({"name": "day", "transform": "month"})},
        REBUILD,
        "column day changes what of it the table is partitioned by from day to month",
    ),
    ("no column", {}, {"columns": columns()[:2]}, REBUILD, "column day is removed"),
    ("order", {}, {"columns": columns()[::-1]}, SAFE, "columns stand in another order"),
    (
        "order without a header",
        raw(header=False),
        raw(header=False) | {"columns": columns()[::-1]},
        BREAKING,
        "columns stand in another order",
    ),
    (
        "a wider type",
        {},
        {"columns": columns({"name": "id", "type": "bigint"})},
        SAFE,
        "column id changes its type from int to bigint",
    ),
    (
        "a wider decimal",
        {},
        {"columns": columns({"name": "amount", "type": "decimal(12,2)"})},
        SAFE,
        "column amount changes its type from decimal(10,2) to decimal(12,2)",
    ),
    (
        "a wider type in Parquet",
        PARQUET,
        PARQUET | {"columns": columns({"name": "id", "type": "bigint"})},
        SAFE,
        "column id changes its type from int to bigint",
    ),
    (
        "a wider type of what names the partitions of Parquet",
        PARQUET | {"partition_by": ("id",)},
        PARQUET | {"partition_by": ("id",), "columns": columns({"name": "id", "type": "bigint"})},
        REBUILD,
        "column id changes its type from int to bigint",
    ),
    (
        "a wider type of what a Parquet table that changes as a whole is sorted by",
        WHOLE | {"partition_by": ("id",)},
        WHOLE | {"partition_by": ("id",), "columns": columns({"name": "id", "type": "bigint"})},
        SAFE,
        "column id changes its type from int to bigint",
    ),
    (
        "another type in Parquet",
        PARQUET,
        PARQUET | {"columns": columns({"name": "id", "type": "double"})},
        REBUILD,
        "column id changes its type from int to double",
    ),
    (
        "another name in Parquet",
        PARQUET,
        PARQUET | {"columns": RENAMED},
        BREAKING,
        "column amount is called price now",
    ),
    (
        "a deprecated column that is removed in Parquet",
        PARQUET | {"columns": columns({"name": "day", "deprecated": True})},
        PARQUET | {"columns": columns()[:2]},
        BREAKING,
        "column day was deprecated, and is removed",
    ),
    (
        "another name of what Iceberg partitions by",
        {"partition_by": ("amount",), "rules": ()},
        {"partition_by": ("price",), "rules": (), "columns": RENAMED},
        BREAKING,
        "column amount is called price now",
    ),
    (
        "partitions of a Parquet table that is to change as a whole",
        PARQUET | {"partition_by": ("day",)},
        WHOLE | {"partition_by": ("day",)},
        REBUILD,
        "publishing changes its atomicity from partition to table",
    ),
    (
        "how a Parquet table without partitions changes",
        PARQUET,
        WHOLE,
        SAFE,
        "publishing changes",
    ),
    (
        "a narrower type",
        {},
        {"columns": columns({"name": "amount", "type": "decimal(8,2)"})},
        REBUILD,
        "column amount changes its type from decimal(10,2) to decimal(8,2)",
    ),
    (
        "more digits after the point",
        {},
        {"columns": columns({"name": "amount", "type": "decimal(12,4)"})},
        REBUILD,
        "column amount changes its type",
    ),
    (
        "another type",
        {},
        {"columns": columns({"name": "id", "type": "string"})},
        REBUILD,
        "column id changes its type from int to string",
    ),
    (
        "required",
        {},
        {"columns": columns({"name": "day", "required": True})},
        BACKFILL,
        "column day is required now",
    ),
    (
        "not required",
        {"columns": columns({"name": "day", "required": True})},
        {},
        BREAKING,
        "column day is no longer required",
    ),
    (
        "a stricter classification",
        {},
        {"columns": columns({"name": "amount", "classification": "restricted"})},
        BACKFILL,
        "from confidential to restricted",
    ),
    (
        "a milder classification",
        {},
        {"columns": columns({"name": "amount", "classification": "public"})},
        BREAKING,
        "from confidential to public",
    ),
    (
        "another pattern",
        {},
        {"columns": columns({"name": "day", "pattern": None})},
        BREAKING,
        "column day is written in files as ISO 8601, no longer as dd.MM.yyyy",
    ),
    (
        "other words",
        {},
        {"columns": columns({"name": "day", "description": "The day."})},
        SAFE,
        "column day is described in other words",
    ),
    # the table
    ("key", {}, {"primary_key": ("id", "day")}, REBUILD, "primary key changes from id to id, day"),
    (
        "partitioning",
        {},
        {"partition_by": ("day",)},
        REBUILD,
        "partitioning changes from none to day",
    ),
    ("format", {}, {"format": "parquet"}, REBUILD, "table format changes from iceberg to parquet"),
    ("merge", {"write_mode": "append"}, {}, BACKFILL, "write mode changes from append to merge"),
    ("append", {}, {"write_mode": "append"}, BREAKING, "write mode changes from merge to append"),
    ("replace", {}, {"write_mode": "replace"}, BREAKING, "from merge to replace"),
    ("keep", {"write_mode": "replace"}, {}, BREAKING, "from replace to merge"),
    # rules
    ("a rule", {"rules": ()}, rule(), BACKFILL, "rule amount_range is added with severity"),
    ("a warning", {"rules": ()}, rule(severity="warn"), SAFE, "added with severity warn"),
    ("no rule", {}, {"rules": ()}, BREAKING, "rule amount_range is removed"),
    ("no warning", rule(severity="warn"), {"rules": ()}, SAFE, "is removed"),
    ("a higher minimum", {}, rule(min=1), BACKFILL, "is stricter: it changes its min from 0 to 1"),
    ("a lower maximum", {}, rule(max=99), BACKFILL, "is stricter: it changes its max"),
    ("a lower minimum", {}, rule(min=-1), BREAKING, "is milder: it changes its min from 0 to -1"),
    ("no minimum", {}, rule(min=None), BREAKING, "is milder: it changes its min from 0 to none"),
    ("a first maximum", rule(max=None), {}, BACKFILL, "is stricter: it changes its max"),
    (
        "fewer values",
        rule(kind="set", values=("A", "B"), min=None, max=None),
        rule(kind="set", values=("A",), min=None, max=None),
        BACKFILL,
        "is stricter: it changes its values from A, B to A",
    ),
    (
        "more values",
        rule(kind="set", values=("A",), min=None, max=None),
        rule(kind="set", values=("A", "B"), min=None, max=None),
        BREAKING,
        "is milder",
    ),
    (
        "another pattern of a rule",
        rule(kind="pattern", pattern="^A$", min=None, max=None),
        rule(kind="pattern", pattern="^B$", min=None, max=None),
        BREAKING,
        "changes its pattern from ^A$ to ^B$",
    ),
    (
        "another pattern of a warning",
        rule(kind="pattern", pattern="^A$", min=None, max=None, severity="warn"),
        rule(kind="pattern", pattern="^B$", min=None, max=None, severity="warn"),
        SAFE,
        "changes its pattern",
    ),
    ("a higher severity", {}, rule(severity="fail"), BACKFILL, "from quarantine to fail"),
    ("a lower severity", {}, rule(severity="warn"), BREAKING, "from quarantine to warn"),
    ("words of a rule", {}, rule(description="Else."), SAFE, "has another description"),
    ("a dimension", {}, rule(dimension="accuracy"), SAFE, "has another dimension"),
    # promises and runs
    ("a higher threshold", {}, {"quality": {"threshold": 1}}, SAFE, "from 0.95 to 1.0"),
    ("a lower threshold", {}, {"quality": {"threshold": 0.5}}, BREAKING, "from 0.95 to 0.5"),
    ("sooner", {}, {"freshness_hours": 2}, SAFE, "freshness changes from 24 h to 2 h"),
    ("later", {}, {"freshness_hours": 48}, BREAKING, "freshness changes from 24 h to 48 h"),
    ("no freshness", {}, {"freshness_hours": None}, BREAKING, "from 24 h to none"),
    ("freshness", {"freshness_hours": None}, {}, SAFE, "from none to 24 h"),
    ("a manifest", {}, {"trigger": MANIFEST}, BREAKING, "trigger changes from on arrival"),
    ("no manifest", {"trigger": MANIFEST}, {}, BREAKING, "to on arrival"),
    (
        "another manifest",
        {"trigger": MANIFEST},
        {"trigger": MANIFEST | {"suffix": ".done.manifest.json"}},
        BREAKING,
        "suffix .done.manifest.json",
    ),
    (
        "another deadline",
        {"trigger": MANIFEST},
        {"trigger": MANIFEST | {"deadline_minutes": 5}},
        SAFE,
        "deadline minutes 5",
    ),
    ("a cron", {}, {"trigger": {"mode": "schedule", **CRON}}, SAFE, "to schedule, cron"),
    (
        "a schedule",
        {},
        {"schedule": {"cron": CRON["cron"], "timeZone": "UTC"}},
        SAFE,
        "schedule changes from none to cron",
    ),
    ("purpose", {}, {"description": "Other."}, SAFE, "purpose is said in other words"),
    ("owner", {}, {"owner": "finance"}, SAFE, "owner changes from sales to finance"),
    # files
    ("prefix", {}, raw(prefix="new/"), BREAKING, "raw prefix changes from orders/ to new/"),
    ("file format", {}, raw(format="jsonl"), BREAKING, "raw format changes from csv to jsonl"),
    ("delimiter", {}, raw(delimiter=";"), BREAKING, "raw delimiter changes from , to ;"),
    ("header", {}, raw(header=False), BREAKING, "raw header changes from yes to no"),
    ("encoding", {}, raw(encoding="ISO-8859-1"), BREAKING, "raw encoding changes"),
    ("null words", {}, raw(nullValues=("", "NA")), BACKFILL, "raw null values change"),
]


@pytest.mark.parametrize(
    ("before", "after", "verdict", "text"),
    [case[1:] for case in CHANGES],
    ids=[case[0] for case in CHANGES],
)
def test_a_change_of_a_dataset_has_its_verdict(
    before: dict[str, Any], after: dict[str, Any], verdict: str, text: str
) -> None:
    found = change(dataset(**before), dataset(**after))

    assert text in f"{found.subject} {found.text}"
    assert found.rebuild == (verdict == REBUILD)
    assert found.verdict == (BREAKING if verdict == REBUILD else verdict)
    assert found.reason.endswith(".")
    assert found.advice.endswith(".")


@pytest.mark.parametrize(
    ("before", "after", "verdict", "text"),
    [
        ({}, {"sql": "SELECT 1"}, SAFE, "SQL is another"),
        ({"write_mode": "merge"}, {"write_mode": "merge", "sql": "SELECT 1"}, BACKFILL, "SQL is"),
        (
            {},
            {"sql": "select id, amount,\n  day -- a day\nfrom orders join people using (id)"},
            SAFE,
            "SQL is laid out in another way",
        ),
        ({}, {"inputs": ("orders",)}, SAFE, "inputs people is removed"),
        ({}, {"inputs": ("orders", "people", "towns")}, SAFE, "inputs towns is added"),
        ({}, {"columns": columns({"name": "note", "type": "string"})}, SAFE, "note is added"),
    ],
)
def test_a_change_of_a_product_has_its_verdict(
    before: dict[str, Any], after: dict[str, Any], verdict: Verdict, text: str
) -> None:
    found = change(product(**before), product(**after))

    assert text in f"{found.subject} {found.text}"
    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("fact", "old", "new", "verdict", "rebuild"),
    [
        ("protection", None, "hash", BREAKING, True),
        ("protection", "hash", "token", BREAKING, True),
        ("protection", "hash", None, BREAKING, False),
        ("source", None, "Day", BREAKING, False),
        ("deprecated", None, True, SAFE, False),
        ("deprecated", True, None, SAFE, False),
        ("id", None, "c3", SAFE, False),
        ("id", "c3", "c4", BREAKING, True),
        ("unique", False, True, BACKFILL, False),
        ("unique", True, False, BREAKING, False),
    ],
)
def test_a_fact_of_a_column_has_its_verdict(
    fact: str, old: object, new: object, verdict: Verdict, rebuild: bool
) -> None:
    found = FACTS[fact]("column day", old, new)

    assert (found.verdict, found.rebuild) == (verdict, rebuild)


@pytest.mark.parametrize(
    ("setting", "old", "new", "verdict"),
    [
        ("quarantine", {"clear_values": True}, {"clear_values": False}, BACKFILL),
        ("quarantine", {"clear_values": False}, {"clear_values": True}, BREAKING),
        ("evolution", "strict", "additive", SAFE),
        ("evolution", "permissive", "strict", BREAKING),
        ("version_column", None, "updated_at", BREAKING),
        ("engine", None, {"workers": 2}, SAFE),
    ],
)
def test_a_setting_has_its_verdict(
    setting: str, old: object, new: object, verdict: Verdict
) -> None:
    subject, judge = SETTINGS[setting]

    assert judge(subject, old, new).verdict is verdict


@pytest.mark.parametrize(
    ("evolution", "needed", "before", "after"),
    [
        ("strict", "additive", {}, columns({"name": "note", "type": "string"})),
        ("strict", "additive", {}, columns({"name": "id", "type": "bigint"})),
        (
            "additive",
            "permissive",
            {"columns": columns({"name": "day", "deprecated": True})},
            columns()[:2],
        ),
        (
            "additive",
            "permissive",
            {},
            (columns()[0], {**columns()[1], "name": "price"}, columns()[2]),
        ),
    ],
    ids=["add", "widen", "drop", "rename"],
)
def test_what_the_evolution_of_the_contract_forbids_needs_another_one(
    evolution: str, needed: str, before: dict[str, Any], after: tuple[dict[str, Any], ...]
) -> None:
    old = dataset(**before)
    new = dataset(evolution=evolution, columns=after)
    (forbidden,) = (one for one in comparison(old, new).changes if one.needs)

    assert (forbidden.needs, forbidden.verdict) == (needed, BREAKING)
    assert f"evolution: {needed}" in forbidden.advice


def test_a_partition_column_of_parquet_cannot_be_renamed_and_one_of_iceberg_can() -> None:
    by_amount, by_price = {"partition_by": ("amount",)}, {"partition_by": ("price",)}
    for facts, stuck in ((PARQUET, ["partitioning"]), (WHOLE, []), ({"rules": ()}, [])):
        old, new = dataset(**facts, **by_amount), dataset(**facts, **by_price, columns=RENAMED)
        found = comparison(old, new).changes
        assert [one.subject for one in found if one.rebuild] == stuck
        assert "column amount" in [one.subject for one in found]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"columns": columns({"name": "id", "type": "bigint"})}),
        ({}, {"columns": RENAMED}),
        (
            {"columns": columns({"name": "day", "deprecated": True})},
            {"columns": columns()[:2]},
        ),
    ],
    ids=["widen", "rename", "drop"],
)
def test_what_writes_a_parquet_table_anew_says_so(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = change(dataset(**PARQUET, **before), dataset(**PARQUET, **after))
    assert "all files of the Parquet table anew" in f"{found.reason} {found.advice}"
    iceberg = change(dataset(rules=(), **before), dataset(rules=(), **after))
    assert "anew" not in f"{iceberg.reason} {iceberg.advice}"


def test_every_fact_of_a_column_can_be_told() -> None:
    assert set(Column.model_fields) - {"name", "type"} <= set(FACTS)


@pytest.mark.parametrize("model", [DatasetContract, ProductContract])
def test_every_field_of_a_contract_can_be_told(model: type[DatasetContract]) -> None:
    assert set(model.model_fields) <= ELSEWHERE | set(SETTINGS)


def test_several_changes_are_told_each() -> None:
    found = comparison(
        dataset(), dataset(version="2.0.0", columns=columns()[:2], **rule(min=5), owner="finance")
    )

    assert [one.subject for one in found.changes] == ["column day", "owner", "rule amount_range"]


def test_a_new_contract_is_safe_and_one_that_goes_is_not() -> None:
    other = dataset(name="others")

    (added,) = compare_contracts(contract_set(dataset()), contract_set(dataset(), other))
    (removed,) = compare_contracts(contract_set(dataset(), other), contract_set(dataset()))

    assert (added.name, added.old_version, added.changes[0].verdict) == ("others", None, SAFE)
    assert (removed.name, removed.new_version, removed.changes[0].rebuild) == ("others", None, True)


def test_a_dataset_that_becomes_a_product_is_another_table() -> None:
    assert change(dataset(), product()).rebuild


def test_contracts_that_are_the_same_are_not_told() -> None:
    assert compare_contracts(contract_set(dataset()), contract_set(dataset())) == []
