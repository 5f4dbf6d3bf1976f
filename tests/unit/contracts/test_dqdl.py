"""Rules as DQDL, word by word; that they mean the same is tested with Spark."""

from typing import Any

import pytest

from data_lake.contracts.dqdl import LONGEST_DESCRIPTION, LONGEST_RULESET, Ruleset, ruleset
from data_lake.contracts.dqdl_rules import SAYINGS
from data_lake.contracts.models import DatasetContract
from data_lake.contracts.rule_kinds import KINDS

COLUMNS = [
    {"name": "id", "type": "int", "required": True},
    {"name": "code", "type": "string"},
    {"name": "amount", "type": "decimal(10,2)"},
    {"name": "day", "type": "date"},
    {"name": "mail", "type": "string", "protection": {"method": "hash"}},
]


def exported(*rules: dict[str, Any], **facts: Any) -> Ruleset:
    common = {"severity": "quarantine", "dimension": "conformity", "description": "Holds."}
    content = {
        "name": "orders",
        "version": "1.2.0",
        "description": "Orders.",
        "owner": "sales",
        "format": "iceberg",
        "write_mode": "append",
        "columns": COLUMNS,
        "primary_key": ("id",),
        "partition_by": (),
        "quality": {"threshold": 0.9},
        "raw": {"prefix": "orders/", "format": "csv"},
        "trigger": {"mode": "on_arrival"},
        "rules": [{"id": f"r{number}", **common, **rule} for number, rule in enumerate(rules)],
    }
    return ruleset(DatasetContract.model_validate(content | facts))


def counted(condition: str, source: str = "primary") -> str:
    return f'CustomSql "select count(*) as broken from {source} where {condition}" = 0'


def shared(condition: str, share: str) -> str:
    return f'CustomSql "select avg(if({condition}, 0, 1)) as share from primary" >= {share}'


SUM, COUNT = "sum(cast(`amount` as decimal(38,2)))", "count(`amount`)"
FOUND = "(select distinct `code` from `codes`) as found on primary.`code` = found.`code`"


@pytest.mark.parametrize(
    ("rule", "dqdl"),
    [
        (
            {"kind": "set", "columns": ["code"], "values": ["A", "B"]},
            'ColumnValues "code" in ["A", "B", NULL]',
        ),
        (
            {"kind": "set", "columns": ["id"], "values": [1, -2]},
            'ColumnValues "id" in [1, -2, NULL]',
        ),
        (
            {"kind": "set", "columns": ["code"], "values": ["2024-01-01"]},
            counted("not (`code` in (cast('2024-01-01' as string)))"),
        ),
        (
            {"kind": "set", "columns": ["code"], "values": ["it's"]},
            counted("not (`code` in (cast('it\\'s' as string)))"),
        ),
        (
            {"kind": "set", "columns": ["id"], "values": [2**53 + 1]},
            counted("not (`id` in (9007199254740993))"),
        ),
        (
            {"kind": "set", "columns": ["id"], "values": [1], "threshold": 0.95},
            shared("not (`id` in (1))", "0.95"),
        ),
        (
            {"kind": "range", "columns": ["amount"], "min": 0, "max": 9.5},
            counted("not (`amount` >= 0 and `amount` <= 9.5)"),
        ),
        (
            {"kind": "range", "columns": ["day"], "min": "2024-01-01", "threshold": 1.0},
            shared("not (`day` >= cast('2024-01-01' as date))", "1"),
        ),
        (
            {"kind": "pattern", "columns": ["code"], "pattern": '^"\\d'},
            counted("not (`code` rlike '^\\u0022\\\\d')"),
        ),
        (
            {"kind": "length", "columns": ["code"], "max": 3},
            counted("not (length(`code`) <= 3)"),
        ),
        (
            {"kind": "comparison", "columns": ["id", "amount"], "operator": "<="},
            counted("not (`id` <= `amount`)"),
        ),
        (
            {"kind": "expression", "columns": ["id"], "expression": "id > 0"},
            counted("not (cast((id > 0) as boolean))"),
        ),
        (
            {"kind": "expression", "columns": ["id"], "expression": "id > 0 -- yes"},
            counted("not (cast((\nid > 0 -- yes\n) as boolean))"),
        ),
        (
            {"kind": "reference", "columns": ["code"], "dataset": "codes", "keys": ["code"]},
            counted(
                "primary.`code` is not null and found.`code` is null", f"primary left join {FOUND}"
            ),
        ),
        ({"kind": "completeness", "columns": ["code"]}, 'IsComplete "code"'),
        (
            {"kind": "completeness", "columns": ["code", "day"], "threshold": 0.9},
            shared("`code` is null or `day` is null", "0.9"),
        ),
        (
            {"kind": "completeness", "columns": ["code"], "threshold": 0.9},
            'Completeness "code" >= 0.9',
        ),
        (
            {"kind": "completeness", "columns": ["code", "day"]},
            '(IsComplete "code") and (IsComplete "day")',
        ),
        (
            {"kind": "completeness", "columns": ["code"], "missing": ["-"]},
            counted("`code` is null or `code` in (cast('-' as string))"),
        ),
        (
            {"kind": "unique", "columns": ["code"]},
            'CustomSql "select count(*) as broken from (select 1 from primary where `code` is not '
            'null group by `code` having count(*) > 1) as repeated" = 0',
        ),
        (
            {"kind": "unique", "columns": ["code"], "threshold": 0.5},
            'CustomSql "select avg(if(given and number > 1, 0, 1)) as share from (select `code` is '
            "not null as given, row_number() over (partition by `code` order by `code`) as number "
            'from primary) as numbered" >= 0.5',
        ),
        ({"kind": "row_count", "columns": [], "min": 1}, "RowCount >= 1"),
        (
            {"kind": "row_count", "columns": [], "min": 1, "max": 9},
            "(RowCount >= 1) and (RowCount <= 9)",
        ),
        ({"kind": "row_count", "columns": [], "min": 4, "max": 4}, "RowCount = 4"),
        (
            {"kind": "sum", "columns": ["amount"], "min": 1},
            f'CustomSql "select if({SUM} >= 1, 1, 0) as holds from primary" = 1',
        ),
        (
            {"kind": "average", "columns": ["amount"], "min": 1, "max": 2},
            f'CustomSql "select if({SUM} >= 1 * {COUNT} and {SUM} <= 2 * {COUNT}, 1, 0) '
            'as holds from primary" = 1',
        ),
        (
            {"kind": "sql", "columns": [], "expression": "max(id) > 3"},
            'CustomSql "select if(cast((max(id) > 3) as boolean), 1, 0) as holds from primary" = 1',
        ),
    ],
)
def test_a_rule_is_said_exactly(rule: dict[str, Any], dqdl: str) -> None:
    # The mail column is protected, which a rule over aggregates cannot be told apart from.
    columns = [column for column in COLUMNS if column["name"] != "mail"]
    (one,) = (each for each in exported(rule, columns=columns).said if each.rule == "r0")
    assert one.dqdl == dqdl


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"kind": "type", "columns": ["code"], "type": "int"}, "takes forms that the contract"),
        ({"kind": "freshness", "columns": ["day"], "hours": 24}, "from the start of the run"),
        (
            {"kind": "sum", "columns": ["amount"], "within_percent": 10, "runs": 3},
            "compares with the last published runs",
        ),
        (
            {"kind": "expression", "columns": ["code"], "expression": 'code <> "x"'},
            "it has a double quote",
        ),
        (
            {"kind": "pattern", "columns": ["mail"], "pattern": "@"},
            "mail is protected by hash, so the table does not hold the value",
        ),
        (
            {"kind": "sql", "columns": [], "expression": "count(distinct mail) > 3"},
            "mail is protected by hash",
        ),
    ],
)
def test_what_dqdl_cannot_say_is_left_out_with_its_reason(
    rule: dict[str, Any], reason: str
) -> None:
    found = exported(rule)
    (left_out,) = found.left_out
    assert left_out.rule == "r0"
    assert reason in left_out.reason
    assert "r0" not in [one.rule for one in found.said]
    assert f"Not in DQDL: r0 ({left_out.reason})" in found.description()


def test_required_columns_and_the_key_are_said_where_they_hold() -> None:
    appended = exported()
    merged = exported(write_mode="merge", primary_key=("id", "day"))
    assert [one.dqdl for one in appended.said] == ['IsComplete "id"']
    assert [one.dqdl for one in merged.said] == ['IsComplete "id"', 'IsPrimaryKey "id" "day"']


def test_a_column_that_the_table_does_not_have_is_not_required_of_it() -> None:
    dropped = {"name": "mail", "type": "string", "required": True} | {
        "protection": {"method": "drop"}
    }
    assert [one.rule for one in exported(columns=[COLUMNS[0], dropped]).said] == ["required:id"]


def test_the_document_names_each_rule_above_it() -> None:
    text = exported(
        {"kind": "row_count", "columns": [], "min": 1, "description": "Some\nrows."}
    ).text()
    assert text == (
        "Rules = [\n"
        "  # required:id: id has a value.\n"
        '  IsComplete "id",\n'
        "  # r0: Some rows.\n"
        "  RowCount >= 1\n"
        "]\n"
    )


def test_a_ruleset_that_glue_would_refuse_is_refused_here() -> None:
    values = [f"value-{number}" for number in range(6000)]
    found = exported({"kind": "set", "columns": ["code"], "values": values})
    with pytest.raises(ValueError, match=f"orders: rules: must be at most {LONGEST_RULESET}"):
        found.text()


@pytest.mark.parametrize(
    ("number", "end"), [(30, "r29."), (600, "strata contract dqdl lists them.")]
)
def test_a_description_stays_within_what_glue_takes(number: int, end: str) -> None:
    found = exported(*[{"kind": "freshness", "columns": ["day"], "hours": 24}] * number)
    assert len(found.description()) <= LONGEST_DESCRIPTION
    assert found.description().endswith(end)


def test_every_kind_of_rule_is_said_or_refused_on_purpose() -> None:
    assert set(SAYINGS) == set(KINDS)
