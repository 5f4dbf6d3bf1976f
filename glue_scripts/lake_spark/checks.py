"""What a row is checked for: required values, types, and the contract's rules.

A rule passes on null: that a value must be there is said by `required` alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import ColumnContract, Contract, Rule
from lake_spark.errors import ContractMismatch
from lake_spark.names import column_of, source_name

ENCODING = "encoding"
MALFORMED = "malformed"
SHOWN_CHARACTERS = 200
"""How much of a value a reason quotes."""
SHOWN_VALUES = 10
"""How many allowed values a reason lists."""


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a row.

    `broken` is true, false or (as good as false) null; `reason` says what is wrong with which
    column and value.
    """

    rule: str
    severity: str
    broken: Column
    reason: Column


def shown(value: Column) -> Column:
    """Give a value as a reason quotes it."""
    text = value.cast("string")
    cut = F.concat(F.substring(text, 1, SHOWN_CHARACTERS), F.lit("…"))
    text = F.when(F.length(text) > SHOWN_CHARACTERS, cut).otherwise(text)
    return F.concat(F.lit("'"), F.coalesce(text, F.lit("null")), F.lit("'"))


def column_checks(column: ColumnContract) -> Iterator[Check]:
    """Check that a column has its required value and that the value came through the cast."""
    source = column_of(source_name(column.name))
    if column.required:
        yield Check(
            f"required:{column.name}",
            "quarantine",
            source.isNull(),
            F.lit(f"column '{column.name}': a value is required"),
        )
    wanted = f"{column.type} in the pattern {column.pattern}" if column.pattern else column.type
    if column.type != "string":
        yield Check(
            f"type:{column.name}",
            "quarantine",
            source.isNotNull() & column_of(column.name).isNull(),
            F.concat(
                F.lit(f"column '{column.name}': value "), shown(source), F.lit(f" is not {wanted}")
            ),
        )


def rule_checks(contract: Contract) -> Iterator[Check]:
    """Give the checks of the contract's own rules, one for each rule and column."""
    types = {column.name: column.type for column in contract.columns}
    for rule in contract.rules:
        if rule.kind == "expression":
            yield _expression_check(rule)
            continue
        if rule.kind not in CONDITIONS:
            raise ContractMismatch(
                f"{contract.name}: rule {rule.id}: kind {rule.kind!r} is not one of "
                f"{sorted([*CONDITIONS, 'expression'])}"
            )
        for name in rule.columns:
            good, wanted = CONDITIONS[rule.kind](rule, column_of(name), types[name])
            yield Check(
                rule.id,
                rule.severity,
                ~good,
                F.concat(
                    F.lit(f"column '{name}': value "),
                    shown(column_of(name)),
                    F.lit(f" {wanted}"),
                ),
            )


def _expression_check(rule: Rule) -> Check:
    values = [
        part
        for name in rule.columns
        for part in (F.lit(f", column '{name}': value "), shown(column_of(name)))
    ]
    return Check(
        rule.id,
        rule.severity,
        ~F.expr(f"({rule.expression})").cast("boolean"),
        F.concat(F.lit(f"not true: {rule.expression}"), *values),
    )


def _in_set(rule: Rule, column: Column, type_name: str) -> tuple[Column, str]:
    listed = ", ".join(repr(value) for value in rule.values[:SHOWN_VALUES])
    more = ", …" if len(rule.values) > SHOWN_VALUES else ""
    allowed = [_literal(value, type_name) for value in rule.values]
    return column.isin(allowed), f"is not one of {listed}{more}"


def _in_range(rule: Rule, column: Column, type_name: str) -> tuple[Column, str]:
    good = F.lit(True)
    if rule.minimum is not None:
        good = good & (column >= _literal(rule.minimum, type_name))
    if rule.maximum is not None:
        good = good & (column <= _literal(rule.maximum, type_name))
    return good, f"is outside {_span(rule)}"


def _has_length(rule: Rule, column: Column, _type_name: str) -> tuple[Column, str]:
    length, good = F.length(column), F.lit(True)
    if rule.minimum is not None:
        good = good & (length >= F.lit(rule.minimum))
    if rule.maximum is not None:
        good = good & (length <= F.lit(rule.maximum))
    return good, f"has a length outside {_span(rule)}"


def _has_pattern(rule: Rule, column: Column, _type_name: str) -> tuple[Column, str]:
    return column.rlike(rule.pattern or ""), f"does not match {rule.pattern}"


def _span(rule: Rule) -> str:
    low = "…" if rule.minimum is None else rule.minimum
    high = "…" if rule.maximum is None else rule.maximum
    return f"{low} to {high}"


def _literal(value: Any, type_name: str) -> Column:
    """Numbers compare as numbers; text in a rule means a value of the column's type."""
    return F.lit(value).cast(type_name) if isinstance(value, str) else F.lit(value)


CONDITIONS = {
    "set": _in_set,
    "range": _in_range,
    "length": _has_length,
    "pattern": _has_pattern,
}
