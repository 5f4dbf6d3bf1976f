"""Each kind of rule in DQDL."""

import math
import re
from collections.abc import Callable, Sequence

from data_lake.contracts.models import DatasetContract, ProductContract, Rule, Scalar
from data_lake.contracts.rule_sql import (
    as_boolean,
    broken,
    joined,
    literal,
    missing,
    name,
    summable,
    unmatched,
)

Contract = DatasetContract | ProductContract
EXACT_INTEGER = 2**53
"""Glue compares numbers of a rule as doubles, which hold every integer up to here."""
# Glue's lexer takes such texts for dates and times of day, wherever they stand.
_DATE_OR_TIME = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}( AM| PM)?")


class InexpressibleError(ValueError):
    """A rule that DQDL cannot say exactly; the message is the reason."""


def say_rule(rule: Rule, contract: Contract) -> str:
    """Give a rule as one rule of DQDL.

    Raises:
        InexpressibleError: DQDL cannot say exactly what the rule means.
    """
    _check_protection(rule, contract)
    types = {column.name: column.type for column in contract.columns}
    return SAYINGS[rule.kind](rule, types)


def _check_protection(rule: Rule, contract: Contract) -> None:
    for column in contract.columns:
        method = column.protection.method if column.protection else "none"
        if method != "none" and (column.name in rule.columns or rule.kind == "sql"):
            raise InexpressibleError(
                f"{column.name} is protected by {method}, so the table does not hold the value "
                "that the rule judges"
            )


def custom_sql(statement: str, test: str) -> str:
    """Give a rule that compares the one number of a SQL statement.

    The number needs a plain name: Deequ looks for it by its name, and takes a point for a path.

    Raises:
        InexpressibleError: the statement has a double quote, which would end the text of the rule.
    """
    if '"' in statement:
        raise InexpressibleError("it has a double quote, which ends a text of DQDL")
    if statement.endswith("\\"):
        raise InexpressibleError("it ends in a backslash, which hides the end of a text of DQDL")
    return f'CustomSql "{statement}" {test}'


def _rows(rule: Rule, types: dict[str, str]) -> str:
    conditions = [broken(rule, column, types.get(column, "")) for column in _judged(rule)]
    return _counted(rule, " or ".join(conditions), "primary")


def _judged(rule: Rule) -> Sequence[str]:
    """The columns that are judged one by one; a rule over several at once is judged once."""
    return rule.columns[:1] if rule.kind in ("comparison", "expression") else rule.columns


def _counted(rule: Rule, condition: str, source: str) -> str:
    if rule.threshold is None:
        return custom_sql(f"select count(*) as broken from {source} where {condition}", "= 0")
    share = f"select avg(if({condition}, 0, 1)) as share from {source}"
    return custom_sql(share, f">= {_number(rule.threshold)}")


def _set(rule: Rule, types: dict[str, str]) -> str:
    values = rule.values or ()
    if rule.threshold is not None or len(rule.columns) != 1 or not all(map(_is_plain, values)):
        return _rows(rule, types)
    listed = ", ".join([*(_value(value) for value in values), "NULL"])
    return f'ColumnValues "{rule.columns[0]}" in [{listed}]'


def _is_plain(value: Scalar) -> bool:
    """Whether a value of a list means to Glue what it means here."""
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return not re.search(r"['\"\\\n\r]", value) and not _DATE_OR_TIME.fullmatch(value)
    return math.isfinite(value) and abs(value) <= EXACT_INTEGER and "e" not in repr(value)


def _value(value: Scalar) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _number(value: float) -> str:
    """A number as DQDL writes it: without an exponent."""
    text = repr(value)
    if "e" in text:
        text = f"{value:.17f}".rstrip("0")
    return text.removesuffix(".0")


def _reference(rule: Rule, _types: dict[str, str]) -> str:
    return _counted(rule, unmatched(rule), f"primary {joined(rule)}")


def _completeness(rule: Rule, types: dict[str, str]) -> str:
    complete = rule.threshold is None or rule.threshold == 1
    if not rule.missing and complete:
        return _all([f'IsComplete "{column}"' for column in rule.columns])
    if not rule.missing and len(rule.columns) == 1:
        return f'Completeness "{rule.columns[0]}" >= {_number(rule.threshold or 0)}'
    absent = " or ".join(missing(rule, column, types[column]) for column in rule.columns)
    return _counted(rule, absent, "primary")


def _unique(rule: Rule, _types: dict[str, str]) -> str:
    columns = ", ".join(map(name, rule.columns))
    given = " and ".join(f"{name(column)} is not null" for column in rule.columns)
    if rule.threshold is None:
        repeated = f"select 1 from primary where {given} group by {columns} having count(*) > 1"
        return custom_sql(f"select count(*) as broken from ({repeated}) as repeated", "= 0")
    # Of rows with equal values, all but one break the rule.
    number = f"row_number() over (partition by {columns} order by {columns})"
    numbered = f"select {given} as given, {number} as number from primary"
    share = f"select avg(if(given and number > 1, 0, 1)) as share from ({numbered}) as numbered"
    return custom_sql(share, f">= {_number(rule.threshold)}")


def _row_count(rule: Rule, _types: dict[str, str]) -> str:
    if rule.min is not None and rule.min == rule.max:
        return f"RowCount = {rule.min}"
    low = [f"RowCount >= {rule.min}"] if rule.min is not None else []
    high = [f"RowCount <= {rule.max}"] if rule.max is not None else []
    return _all([*low, *high])


def _aggregate(rule: Rule, types: dict[str, str]) -> str:
    if rule.runs is not None:
        raise InexpressibleError(
            "it compares with the last published runs, and DQDL's history is of Glue's own "
            "evaluations"
        )
    (column,) = rule.columns
    total = f"sum({summable(column, types[column])})"
    # A product is exact where a quotient would be rounded.
    factor = "" if rule.kind == "sum" else f" * count({name(column)})"
    low = [f"{total} >= {literal(rule.min)}{factor}"] if rule.min is not None else []
    high = [f"{total} <= {literal(rule.max)}{factor}"] if rule.max is not None else []
    return _true_of_all(" and ".join([*low, *high]))


def _sql(rule: Rule, _types: dict[str, str]) -> str:
    return _true_of_all(as_boolean(rule.expression or ""))


def _true_of_all(condition: str) -> str:
    return custom_sql(f"select if({condition}, 1, 0) as holds from primary", "= 1")


def _all(rules: list[str]) -> str:
    return rules[0] if len(rules) == 1 else " and ".join(f"({rule})" for rule in rules)


def _freshness(_rule: Rule, _types: dict[str, str]) -> str:
    raise InexpressibleError(
        "it looks back from the start of the run, and DQDL knows only the time of its evaluation"
    )


def _type(_rule: Rule, _types: dict[str, str]) -> str:
    raise InexpressibleError(
        "DQDL reads text as Spark casts it, which takes forms that the contract refuses"
    )


SAYINGS: dict[str, Callable[[Rule, dict[str, str]], str]] = {
    "type": _type,
    "set": _set,
    "range": _rows,
    "pattern": _rows,
    "length": _rows,
    "comparison": _rows,
    "reference": _reference,
    "expression": _rows,
    "completeness": _completeness,
    "unique": _unique,
    "row_count": _row_count,
    "freshness": _freshness,
    "sum": _aggregate,
    "average": _aggregate,
    "sql": _sql,
}
"""How each kind of rule is said."""
