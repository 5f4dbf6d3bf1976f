"""Asking questions of the sample data."""

from typing import Any

import duckdb

ROWS = {"airlines": 16, "airports": 1_458, "flights": 336_776, "planes": 3_322, "weather": 26_115}


def one(database: duckdb.DuckDBPyConnection, query: str) -> Any:
    """Give the single value of a query."""
    return database.execute(query).fetchall()[0][0]


def breaking(rule: Any) -> str:
    """Give the condition of the rows that break a rule."""
    if rule.kind == "expression":
        return f"not ({rule.expression})"
    (column,) = rule.columns
    if rule.kind == "set":
        values = ", ".join(f"'{value}'" for value in rule.values)
        return f"{column} not in ({values})"
    if rule.kind == "pattern":
        return f"not regexp_matches({column}, '{rule.pattern}')"
    measured = f"length({column})" if rule.kind == "length" else column
    return f"{measured} not between {rule.min} and {rule.max}"
