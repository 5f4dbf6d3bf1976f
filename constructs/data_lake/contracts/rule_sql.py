"""Rules as conditions of Spark SQL that name the rows which break them."""

import re
from collections.abc import Callable

from data_lake.contracts.models import Rule, Scalar


def name(column: str) -> str:
    """Give a column's name as SQL."""
    return f"`{column}`"


def literal(value: Scalar | None) -> str:
    """Give a value as a literal of Spark SQL, without a double quote."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace('"', "\\u0022")
    return "'" + escaped.replace("\n", "\\n").replace("\r", "\\r") + "'"


def as_boolean(expression: str) -> str:
    """Give an expression of a contract as a condition."""
    # On a line of its own, so that a comment at its end ends there.
    ended = f"\n{expression}\n" if "--" in expression else expression.strip()
    return f"cast(({ended}) as boolean)"


def broken(rule: Rule, column: str, type_name: str) -> str:
    """Give the condition that a row breaks a row rule; null, where a value is, is no."""
    return f"not ({GOOD[rule.kind](rule, name(column), type_name)})"


def _set(rule: Rule, column: str, type_name: str) -> str:
    return f"{column} in ({', '.join(_bound(value, type_name) for value in rule.values or ())})"


def _range(rule: Rule, column: str, type_name: str) -> str:
    return _between(rule, column, type_name)


def _length(rule: Rule, column: str, _type_name: str) -> str:
    return _between(rule, f"length({column})", "int")


def _pattern(rule: Rule, column: str, _type_name: str) -> str:
    return f"{column} rlike {literal(rule.pattern)}"


def _comparison(rule: Rule, _column: str, _type_name: str) -> str:
    left, right = rule.columns
    return f"{name(left)} {rule.operator} {name(right)}"


def _expression(rule: Rule, _column: str, _type_name: str) -> str:
    return as_boolean(rule.expression or "")


def _between(rule: Rule, value: str, type_name: str) -> str:
    low = [f"{value} >= {_bound(rule.min, type_name)}"] if rule.min is not None else []
    high = [f"{value} <= {_bound(rule.max, type_name)}"] if rule.max is not None else []
    return " and ".join([*low, *high])


def _bound(value: Scalar | None, type_name: str) -> str:
    """Text in a rule means a value of the column's type."""
    return f"cast({literal(value)} as {type_name})" if isinstance(value, str) else literal(value)


def missing(rule: Rule, column: str, type_name: str) -> str:
    """Give the condition that a row has no value in a column, or one that counts as none."""
    absent = f"{name(column)} is null"
    if not rule.missing:
        return absent
    words = ", ".join(_bound(value, type_name) for value in rule.missing)
    return f"{absent} or {name(column)} in ({words})"


def summable(column: str, type_name: str) -> str:
    """Give a column so that its sum never wraps around: whole numbers as decimals."""
    if type_name in ("float", "double"):
        return f"cast({name(column)} as double)"
    digits = re.fullmatch(r"decimal\(\d+,(\d+)\)", type_name)
    return f"cast({name(column)} as decimal(38,{digits[1] if digits else 0}))"


def joined(rule: Rule) -> str:
    """Give the join of a reference rule with the rows of the other dataset."""
    keys = list(zip(rule.columns, rule.keys or rule.columns, strict=True))
    found = ", ".join(dict.fromkeys(name(key) for _, key in keys))
    on = " and ".join(f"primary.{name(column)} = found.{name(key)}" for column, key in keys)
    return f"left join (select distinct {found} from {name(rule.dataset or '')}) as found on {on}"


def unmatched(rule: Rule) -> str:
    """Give the condition that a row of that join has values and found none like them."""
    keys = rule.keys or rule.columns
    given = " and ".join(f"primary.{name(column)} is not null" for column in rule.columns)
    return f"{given} and found.{name(keys[0])} is null"


GOOD: dict[str, Callable[[Rule, str, str], str]] = {
    "set": _set,
    "range": _range,
    "pattern": _pattern,
    "length": _length,
    "comparison": _comparison,
    "expression": _expression,
}
"""The condition that a row passes, for each kind that judges a row by itself."""
