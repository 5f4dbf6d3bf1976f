"""Which columns a rule is about, and whether it can be about them."""

import itertools
from datetime import datetime

from data_lake.contracts import sql
from data_lake.contracts.columns import TYPES, Table, plain_type
from data_lake.contracts.dataset_kinds import CompletenessRule, SqlRule, UniqueRule
from data_lake.contracts.models import Column
from data_lake.contracts.row_kinds import (
    ComparisonRule,
    ExpressionRule,
    RangeRule,
    ReferenceRule,
    SetRule,
    TypeRule,
)
from data_lake.contracts.rule_bases import MOMENTS, NUMERIC, Implementation, RowRule
from data_lake.contracts.rule_entry import Entry
from data_lake.model_problems import Locate
from data_lake.problems import FieldPath, nearest

AGGREGATES = (
    *("count", "count_if", "sum", "avg", "mean", "min", "max", "min_by", "max_by", "median"),
    *("stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp", "corr"),
    *("covar_pop", "covar_samp", "skewness", "kurtosis", "bool_and", "bool_or", "every", "some"),
    *("any", "approx_count_distinct", "approx_percentile", "percentile_approx", "percentile"),
)
"""Aggregate functions of Spark SQL that a rule of kind sql can be built from."""


def rule_columns(
    entry: Entry, rule: Implementation, locate: Locate, table: Table
) -> tuple[str, ...]:
    """The columns that a rule is about; adds what is wrong with them to the entry's problems."""
    if isinstance(rule, ExpressionRule | SqlRule):
        columns = _of_expression(entry, rule, locate, table)
    elif isinstance(rule, ComparisonRule):
        columns = _of_comparison(entry, rule, locate, table)
    else:
        columns = _declared(entry, rule, locate, table)
    found = [column for name in columns if (column := table.column(name))]
    _check_types(entry, rule, locate, found)
    if not isinstance(rule, RowRule):
        _check_stored(entry, rule, locate, found)
    if isinstance(rule, SetRule):
        _check_values(entry, rule, locate, found)
    elif isinstance(rule, RangeRule):
        _check_range(entry, rule, locate, found)
    elif isinstance(rule, TypeRule):
        _check_type(entry, rule, locate)
    elif isinstance(rule, ReferenceRule) and len(rule.keys or columns) != len(columns):
        listed = f"must name as many columns as the rule is about, {len(columns)}"
        entry.fault(locate(["keys"]), listed)
    return columns


def _declared(entry: Entry, rule: Implementation, locate: Locate, table: Table) -> tuple[str, ...]:
    declared = rule.columns
    if rule.most_columns == 0:
        if entry.column:
            entry.fault(locate(["kind"]), "is a rule of the whole table; move it to its quality")
        elif declared:
            entry.fault(locate(["columns"]), "is not for a rule of the table itself; remove it")
        return ()
    if entry.column and declared:
        text = f"is for rules of the whole table; this one is of {entry.column}: remove it"
        entry.fault(locate(["columns"]), text)
    elif not (entry.column or declared):
        entry.fault(locate(["columns"]), "is required for a rule of the whole table; add it", "")
    elif rule.most_columns and len(declared) > rule.most_columns:
        entry.fault(locate(["columns"]), "must name one column; write a rule for each")
    for number, name in enumerate(declared):
        _check_name(entry, locate(["columns", number]), name, table)
    return declared or ((entry.column,) if entry.column else ())


def _check_name(entry: Entry, field: FieldPath, name: str, table: Table) -> None:
    if table.column(name) is None:
        near = nearest(name, [column.name for column in table.columns])
        entry.fault(field, "must be a column of the schema", near=near)


def _of_expression(
    entry: Entry, rule: ExpressionRule | SqlRule, locate: Locate, table: Table
) -> tuple[str, ...]:
    field = locate(["expression"])
    if rule.columns:
        entry.fault(locate(["columns"]), "is what the expression names; remove it")
    words = sql.tokens(rule.expression)
    names: list[str] = []
    known = [column.name.lower() for column in table.columns]
    for token in sql.columns(words, known):
        if token.word not in known:
            near = nearest(token.word, known)
            text = f"names the column {token.value}, which the schema lacks"
            entry.fault(field, text, near=near)
        elif token.word not in names:
            names.append(token.word)
    if isinstance(rule, SqlRule):
        _check_aggregates(entry, field, words)
    elif not names:
        entry.fault(field, "must test at least one column of the schema")
    return tuple(names)


def _check_aggregates(entry: Entry, field: FieldPath, words: list[sql.Token]) -> None:
    called = [
        word.word
        for word, after in itertools.pairwise(words)
        if word.kind == "name" and after.value == "("
    ]
    if any(word.word == "distinct" for word in words):
        text = "must do without DISTINCT, which needs a shuffle of its own; there is kind unique"
        entry.fault(field, text)
    elif not set(called) & set(AGGREGATES):
        near = next(filter(None, (nearest(name, AGGREGATES) for name in called)), "")
        entry.fault(field, "must call an aggregate function such as count, sum or avg", near=near)


def _of_comparison(
    entry: Entry, rule: ComparisonRule, locate: Locate, table: Table
) -> tuple[str, ...]:
    if entry.column and rule.left:
        text = f"is the column that the rule stands in, {entry.column}: remove it"
        entry.fault(locate(["left"]), text)
    elif not (entry.column or rule.left):
        entry.fault(locate(["left"]), "is required for a rule of the whole table; add it", "")
    if rule.columns:
        entry.fault(locate(["columns"]), "is left and right here; remove it")
    if rule.left:
        _check_name(entry, locate(["left"]), rule.left, table)
    _check_name(entry, locate(["right"]), rule.right, table)
    left, right = table.column(entry.column or rule.left), table.column(rule.right)
    if left and left == right:
        entry.fault(locate(["right"]), f"must be another column than {left.name}")
    if left and right and left.type and right.type and _family(left) != _family(right):
        text = f"is {right.type} and {left.name} is {left.type}; compare columns of one type"
        entry.fault(locate(["right"]), text)
    return tuple(filter(None, (entry.column or rule.left, rule.right)))


def _family(column: Column) -> str:
    if column.type.startswith(NUMERIC):
        return "number"
    return "moment" if column.type in MOMENTS else column.type


def _check_types(entry: Entry, rule: Implementation, locate: Locate, columns: list[Column]) -> None:
    accepted = rule.accepted_types
    for column in columns:
        if column.type and accepted and not column.type.startswith(accepted):
            text = f"needs a column of type {', '.join(accepted)}; {column.name} is {column.type}"
            entry.fault(locate(["kind"]), text)


def _check_stored(
    entry: Entry, rule: Implementation, locate: Locate, columns: list[Column]
) -> None:
    """Rules of rows see values as they came, rules of the dataset as the table has them."""
    keeps_equals = isinstance(rule, UniqueRule) or (
        isinstance(rule, CompletenessRule) and not rule.missing
    )
    for column in columns:
        method = column.protection.method if column.protection else "none"
        if method == "drop" or (method in ("hash", "tokenize") and not keeps_equals):
            text = f"judges what the table has, and the protection of {column.name} is {method}"
            entry.fault(locate(["kind"]), text)


def _check_values(entry: Entry, rule: SetRule, locate: Locate, columns: list[Column]) -> None:
    for column in columns:
        kinds = {"string": str, "boolean": bool}.get(column.type, (int, float))
        for number, value in enumerate(rule.values):
            if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
                text = f"must be of type {column.type}, as {column.name} is; quote text"
                entry.fault(locate(["values", number]), text)


def _check_range(entry: Entry, rule: RangeRule, locate: Locate, columns: list[Column]) -> None:
    for column in columns:
        for name, bound in (("min", rule.min), ("max", rule.max)):
            if bound is None or isinstance(bound, str) == (column.type in MOMENTS):
                continue
            wanted = "a date or time such as '2024-01-31'" if column.type in MOMENTS else "a number"
            entry.fault(locate([name]), f"must be {wanted}, as {column.name} is {column.type}")
        if column.type == "date" and any(
            isinstance(bound, str)
            and datetime.fromisoformat(bound).time().isoformat() != "00:00:00"
            for bound in (rule.min, rule.max)
        ):
            entry.fault(locate(["min" if rule.min else "max"]), "must be a date without a time")


def _check_type(entry: Entry, rule: TypeRule, locate: Locate) -> None:
    known = [name for names in TYPES.values() for name in names if name != "string"]
    if plain_type(rule.type) not in known:
        shown = [name if name != "decimal" else "decimal(precision,scale)" for name in known]
        near = nearest(rule.type, known)
        entry.fault(locate(["type"]), f"must be one of {', '.join(shown)}", near=near)
    elif rule.format is not None and rule.type not in MOMENTS:
        entry.fault(locate(["format"]), f"is for {' and '.join(MOMENTS)}; remove it")
