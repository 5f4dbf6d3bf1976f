"""What a row is checked for: required values, types, and the contract's rules.

A rule passes on null: that a value must be there is said by `required` alone.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from lake_spark.casting import cast_text
from lake_spark.columns import ColumnContract
from lake_spark.contract import Contract
from lake_spark.errors import ContractMismatch
from lake_spark.references import found_name
from lake_spark.rules import Rule
from lake_spark.sql import literal, quoted, source_name

ENCODING = "encoding"
MALFORMED = "malformed"
HIDDEN = "***"
"""What stands for a value that must not be shown."""
SHOWN_CHARACTERS = 200
"""How much of a value a reason quotes."""
SHOWN_VALUES = 10
"""How many allowed values a reason lists."""


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a row, in SQL.

    `broken` is true, false or (as good as false) null; `reason` is a text that says what is wrong
    with which column and value.
    """

    rule: str
    severity: str
    broken: str
    reason: str


def shown(name: str, *, hidden: bool) -> str:
    """Give the SQL of a column's value as a reason quotes it; a hidden one as `***`."""
    if hidden:
        return literal(f"'{HIDDEN}'")
    text = f"coalesce(CAST({quoted(name)} AS string), 'null')"
    cut = f"concat(left({text}, {SHOWN_CHARACTERS}), '…')"
    return f"concat('\\'', IF(length({text}) > {SHOWN_CHARACTERS}, {cut}, {text}), '\\'')"


def column_checks(column: ColumnContract, *, hidden: bool) -> Iterator[Check]:
    """Check that a column has its required value and that the value came through the cast.

    The value of a hidden column is not quoted.
    """
    source, label = source_name(column.name), f"column '{column.name}': "
    if column.required:
        yield Check(
            f"required:{column.name}",
            "quarantine",
            f"{quoted(source)} IS NULL",
            literal(f"{label}a value is required"),
        )
    if column.type != "string":
        wanted = f"{column.type} in the pattern {column.pattern}" if column.pattern else column.type
        yield Check(
            f"type:{column.name}",
            "quarantine",
            f"{quoted(source)} IS NOT NULL AND {quoted(column.name)} IS NULL",
            f"concat({literal(f'{label}value ')}, {shown(source, hidden=hidden)}, "
            f"{literal(f' is not {wanted}')})",
        )


def is_incomplete(column: ColumnContract) -> str | None:
    """Give the SQL of whether any of a column's own checks is broken; None if it has none."""
    if column.required:
        return f"{quoted(column.name)} IS NULL"
    if column.type != "string":
        return f"{quoted(source_name(column.name))} IS NOT NULL AND {quoted(column.name)} IS NULL"
    return None


def rule_checks(contract: Contract, left_out: Collection[str] = ()) -> Iterator[Check]:
    """Give the checks of the contract's own rules of rows, one for each rule and column.

    `left_out` names rules that cannot be judged now. Raises `ContractMismatch` for a kind of rule
    that is not known here.
    """
    types = {column.name: column.type for column in contract.columns}
    for rule in contract.rules:
        if not rule.is_of_rows or rule.id in left_out:
            continue
        if rule.kind in CHECKS:
            yield CHECKS[rule.kind](rule, contract.hidden)
            continue
        if rule.kind not in CONDITIONS:
            raise ContractMismatch(
                f"{contract.name}: rule {rule.id}: kind {rule.kind!r} is not one of "
                f"{sorted([*CONDITIONS, *CHECKS])}"
            )
        for name in rule.columns:
            good, wanted = CONDITIONS[rule.kind](rule, name, types[name])
            label = literal(f"column '{name}': value ")
            value = shown(name, hidden=name in contract.hidden)
            reason = f"concat({label}, {value}, {literal(f' {wanted}')})"
            yield Check(rule.id, rule.severity, f"NOT ({good})", reason)


def _expression_check(rule: Rule, hidden: frozenset[str]) -> Check:
    values = "".join(
        f", {literal(f', column {name!r}: value ')}, {shown(name, hidden=name in hidden)}"
        for name in rule.columns
    )
    # On lines of its own, so that a comment at its end ends there.
    broken = f"NOT CAST((\n{rule.expression}\n) AS boolean)"
    reason = f"concat({literal(f'not true: {rule.expression}')}{values})"
    return Check(rule.id, rule.severity, broken, reason)


def _comparison_check(rule: Rule, hidden: frozenset[str]) -> Check:
    left, right = rule.columns
    values = {name: shown(name, hidden=name in hidden) for name in rule.columns}
    first = literal(f"column '{left}': value ")
    between = literal(f" is not {rule.operator} column '{right}': value ")
    reason = f"concat({first}, {values[left]}, {between}, {values[right]})"
    broken = f"NOT ({quoted(left)} {rule.operator} {quoted(right)})"
    return Check(rule.id, rule.severity, broken, reason)


def _reference_check(rule: Rule, hidden: frozenset[str]) -> Check:
    given = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in rule.columns)
    labels = {name: literal(f"column '{name}': value ") for name in rule.columns}
    values = ", ', ', ".join(
        f"{label}, {shown(name, hidden=name in hidden)}" for name, label in labels.items()
    )
    keys = ", ".join(f"{rule.dataset}.{key}" for key in rule.keys)
    reason = f"concat({values}, {literal(f' is not in {keys}')})"
    broken = f"{given} AND {quoted(found_name(rule))} IS NULL"
    return Check(rule.id, rule.severity, broken, reason)


def _in_set(rule: Rule, name: str, type_name: str) -> tuple[str, str]:
    listed = ", ".join(repr(value) for value in rule.values[:SHOWN_VALUES])
    more = ", …" if len(rule.values) > SHOWN_VALUES else ""
    allowed = ", ".join(_bound(value, type_name) for value in rule.values)
    return f"{quoted(name)} IN ({allowed})", f"is not one of {listed}{more}"


def _in_range(rule: Rule, name: str, type_name: str) -> tuple[str, str]:
    return _between(rule, quoted(name), type_name), f"is outside {_span(rule)}"


def _has_length(rule: Rule, name: str, _type_name: str) -> tuple[str, str]:
    return _between(rule, f"length({quoted(name)})", "int"), f"has a length outside {_span(rule)}"


def _has_pattern(rule: Rule, name: str, _type_name: str) -> tuple[str, str]:
    return f"{quoted(name)} RLIKE {literal(rule.pattern or '')}", f"does not match {rule.pattern}"


def _has_type(rule: Rule, name: str, _type_name: str) -> tuple[str, str]:
    wanted = ColumnContract(name, rule.type, False, "", rule.format)
    pattern = f" in the pattern {rule.format}" if rule.format else ""
    good = f"{quoted(name)} IS NULL OR {cast_text(name, wanted).sql} IS NOT NULL"
    return good, f"is not {rule.type}{pattern}"


def _between(rule: Rule, value: str, type_name: str) -> str:
    low = [f"{value} >= {_bound(rule.minimum, type_name)}"] if rule.minimum is not None else []
    high = [f"{value} <= {_bound(rule.maximum, type_name)}"] if rule.maximum is not None else []
    return " AND ".join([*low, *high]) or "true"


def _span(rule: Rule) -> str:
    low = "…" if rule.minimum is None else rule.minimum
    high = "…" if rule.maximum is None else rule.maximum
    return f"{low} to {high}"


def _bound(value: Any, type_name: str) -> str:
    """Numbers compare as numbers; text in a rule means a value of the column's type."""
    return f"CAST({literal(value)} AS {type_name})" if isinstance(value, str) else literal(value)


CHECKS = {
    "expression": _expression_check,
    "comparison": _comparison_check,
    "reference": _reference_check,
}
CONDITIONS = {
    "type": _has_type,
    "set": _in_set,
    "range": _in_range,
    "length": _has_length,
    "pattern": _has_pattern,
}
