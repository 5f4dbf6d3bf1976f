"""Asking questions of the sample data."""

from collections.abc import Sequence
from typing import Any

import duckdb

from data_lake.contracts.models import ROW_KINDS

ROWS = {"airlines": 16, "airports": 1_458, "flights": 336_776, "planes": 3_322, "weather": 26_115}


def one(database: duckdb.DuckDBPyConnection, query: str) -> Any:
    """Give the single value of a query."""
    return database.execute(query).fetchall()[0][0]


def breaking(rule: Any) -> str:
    """Give the condition of the rows that break a rule of rows."""
    if rule.kind == "expression":
        return f"not ({rule.expression})"
    if rule.kind == "comparison":
        left, right = rule.columns
        return f"not ({left} {rule.operator} {right})"
    (column,) = rule.columns
    if rule.kind == "reference":
        (key,) = rule.keys
        return f"{column} not in (select {key} from {rule.dataset})"
    if rule.kind == "set":
        values = ", ".join(f"'{value}'" for value in rule.values)
        return f"{column} not in ({values})"
    if rule.kind == "pattern":
        return f"not regexp_matches({column}, '{rule.pattern}')"
    measured = f"length({column})" if rule.kind == "length" else column
    return f"{measured} not between {rule.min} and {rule.max}"


def keeps(database: duckdb.DuckDBPyConnection, table: str, rule: Any) -> bool:
    """Tell whether the rows of a table pass a rule, as the first run of a dataset would."""
    if rule.kind in ROW_KINDS:
        passing = f"avg(case when {breaking(rule)} then 0 else 1 end)"
        return bool(one(database, f"select {passing} >= {rule.threshold or 1} from {table}"))
    return bool(one(database, f"select {_holding(rule)} from {table}"))


def _holding(rule: Any) -> str:
    """Give the condition over a table that a rule of the dataset is."""
    columns = ", ".join(rule.columns)
    if rule.kind == "sql":
        return str(rule.expression)
    if rule.kind == "row_count":
        return f"count(*) between {rule.min} and {rule.max}"
    if rule.kind == "completeness":
        return f"count({columns}) >= {rule.threshold or 1} * count(*)"
    if rule.kind == "unique":
        return f"count(distinct ({columns})) >= {rule.threshold or 1} * count(*)"
    # The others compare with earlier runs, of which a first run has none.
    assert (rule.kind, rule.min, rule.max) in {("sum", None, None), ("average", None, None)}
    return "true"


def strays(values: Sequence[float], rule: Any) -> list[float]:
    """Give the values that a rule with history would not take after those before them."""
    return [
        value
        for number, value in enumerate(values[rule.runs :], start=rule.runs)
        if abs(value - (mean := sum(values[number - rule.runs : number]) / rule.runs)) * 100
        > rule.within_percent * mean
    ]
