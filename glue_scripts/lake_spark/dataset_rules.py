"""The rules of kinds that judge the rows of a run together: what they measure, in the one pass.

They look at the rows that would be published: good ones, the newest of each key.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.casting import decimal_digits
from lake_spark.contract import Contract
from lake_spark.errors import ContractMismatch, in_short
from lake_spark.rules import Rule
from lake_spark.sql import POSITION, literal, quoted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Measured:
    """What a rule came to: `holds` is None where it could not be judged, `reason` says why.

    `rows` are those that break a rule with a share, else 0.
    """

    holds: bool | None
    measure: str | float | int | bool | None
    expected: str
    rows: int = 0
    reason: str | None = None


def dataset_rules(contract: Contract) -> list[Rule]:
    """Give the rules that judge the rows of a run together."""
    return [rule for rule in contract.rules if not rule.is_of_rows]


def number_repeats(rows: DataFrame, contract: Contract) -> DataFrame:
    """Number the rows with equal values, for each rule of kind unique.

    One exchange for each set of columns. None for a set that holds the primary key: of each key,
    only one row is left. Rows with a null are spread, because a null equals nothing.
    """
    for number, rule in enumerate(dataset_rules(contract)):
        if _needs_repeats(rule, contract):
            columns = ", ".join(quoted(name) for name in rule.columns)
            spread = f"CASE WHEN {_has_null(rule)} THEN xxhash64({', '.join(POSITION)}) END"
            window = f"PARTITION BY {columns}, {spread} ORDER BY {columns}"
            rows = rows.withColumn(_repeat(number), F.expr(f"row_number() OVER ({window})"))
    return rows


def observe_together(
    rows: DataFrame, contract: Contract, started_at: datetime
) -> tuple[DataFrame, Observation | None]:
    """Have the rows of a run that started at a time measured when an action runs over them.

    Without an observation if the rules need none. Raises `ContractMismatch` naming the first rule
    that Spark cannot make sense of.
    """
    numbered = number_repeats(rows, contract)
    aggregates = _measures(contract, started_at)
    if not aggregates:
        return rows, None
    observation = Observation()
    try:
        return numbered.observe(observation, *map(F.expr, aggregates.values())), observation
    except AnalysisException as error:
        raise _culprit(numbered, contract, aggregates) from error


def measure_again(rows: DataFrame, contract: Contract, started_at: datetime) -> dict[str, Any]:
    """Measure the rows by reading them once more."""
    aggregates = _measures(contract, started_at)
    if not aggregates:
        return {}
    (row,) = number_repeats(rows, contract).agg(*map(F.expr, aggregates.values())).collect()
    return dict(row.asDict())


def _measures(contract: Contract, started_at: datetime) -> dict[tuple[str, str], str]:
    """Give the aggregates by rule and name."""
    return {
        (rule.id, name): f"{text} AS {name}"
        for number, rule in enumerate(dataset_rules(contract))
        for name, text in _aggregates(number, rule, contract, started_at).items()
    }


def _culprit(
    rows: DataFrame, contract: Contract, aggregates: Mapping[tuple[str, str], str]
) -> ContractMismatch:
    label = f"{contract.name} {contract.version}"
    for (rule, _), text in aggregates.items():
        try:
            rows.observe(Observation(), F.expr(text))
        except AnalysisException as error:
            return ContractMismatch(f"{label}: rule {rule}: {in_short(error)}")
    return ContractMismatch(f"{label}: the rules of the run do not fit together")


def judge_measures(
    contract: Contract, found: Mapping[str, Any], rows: int, started_at: datetime
) -> Iterator[tuple[Rule, Measured]]:
    """Say of each rule what it came to over so many rows, `found` being the aggregates."""
    for number, rule in enumerate(dataset_rules(contract)):
        name = _name(number)
        if rule.kind == "row_count":
            holds = _is_between(Decimal(rows), rule)
            yield rule, Measured(holds, rows, f"{_span(rule)} rows")
        elif not rows:
            yield rule, Measured(None, None, _expected(rule, started_at), reason="no rows to judge")
        elif rule.kind in ("completeness", "unique"):
            yield rule, _share(rule, int(found.get(name) or 0), rows)
        elif rule.kind == "freshness":
            yield rule, _fresh(rule, found[name], started_at)
        elif rule.kind == "sql":
            reason = "the expression gives null" if found[name] is None else None
            yield rule, Measured(found[name], found[name], _expected(rule, started_at), 0, reason)
        else:
            yield rule, _bounded(rule, found[name], found.get(f"{name}_count"))


def _share(rule: Rule, broken: int, rows: int) -> Measured:
    needed = 1.0 if rule.threshold is None else rule.threshold
    # Exact, where a quotient of floats may fall short of a threshold that it meets.
    holds = Decimal(rows - broken) >= Decimal(str(needed)) * rows
    return Measured(holds, (rows - broken) / rows, f"at least {needed:g} of the rows", broken)


def _fresh(rule: Rule, micros: int | None, started_at: datetime) -> Measured:
    expected = _expected(rule, started_at)
    if micros is None:
        return Measured(False, None, expected, reason="no value up to the start of the run")
    newest = EPOCH + timedelta(microseconds=micros)
    return Measured(newest >= _oldest(rule, started_at), newest.isoformat(), expected)


def _bounded(rule: Rule, total: Any, count: int | None) -> Measured:
    value = None if total is None or count == 0 else Decimal(str(total)) / (count or 1)
    if value is None or not value.is_finite():
        return Measured(None, None, _span(rule), reason="no value to judge")
    # History is the judge's to compare with.
    return Measured(_is_between(value, rule), format(value.normalize(), "f"), _span(rule))


def _expected(rule: Rule, started_at: datetime) -> str:
    if rule.kind == "freshness":
        return f"{_oldest(rule, started_at).isoformat()} to {started_at.isoformat()}"
    if rule.kind == "sql":
        return " ".join((rule.expression or "").split())
    if rule.kind in ("completeness", "unique"):
        return f"at least {1.0 if rule.threshold is None else rule.threshold:g} of the rows"
    return _span(rule)


def _oldest(rule: Rule, started_at: datetime) -> datetime:
    return started_at - timedelta(hours=rule.hours or 0)


def _is_between(value: Decimal, rule: Rule) -> bool:
    low, high = rule.minimum, rule.maximum
    return (low is None or value >= Decimal(str(low))) and (
        high is None or value <= Decimal(str(high))
    )


def _span(rule: Rule) -> str:
    low = "…" if rule.minimum is None else rule.minimum
    high = "…" if rule.maximum is None else rule.maximum
    return f"{low} to {high}"


def _aggregates(
    number: int, rule: Rule, contract: Contract, started_at: datetime
) -> dict[str, str]:
    name = _name(number)
    if rule.kind == "completeness":
        return {name: f"count(CASE WHEN {_is_missing(rule, contract)} THEN 1 END)"}
    if rule.kind == "unique" and _needs_repeats(rule, contract):
        repeated = f"{_repeat(number)} > 1 AND NOT ({_has_null(rule)})"
        return {name: f"count(CASE WHEN {repeated} THEN 1 END)"}
    if rule.kind == "sql":
        return {name: f"CAST((\n{rule.expression}\n) AS boolean)"}
    if rule.kind == "freshness":
        time = f"CAST({quoted(rule.columns[0])} AS timestamp)"
        past = f"{time} <= TIMESTAMP {literal(started_at.isoformat())}"
        return {name: f"max(CASE WHEN {past} THEN unix_micros({time}) END)"}
    return _total(name, rule, contract) if rule.kind in ("sum", "average") else {}


def _total(name: str, rule: Rule, contract: Contract) -> dict[str, str]:
    (column,) = rule.columns
    total = {name: f"sum({_summable(quoted(column), _type(contract, column))})"}
    return total | ({f"{name}_count": f"count({quoted(column)})"} if rule.kind == "average" else {})


def _is_missing(rule: Rule, contract: Contract) -> str:
    conditions = []
    for name in rule.columns:
        conditions.append(f"{quoted(name)} IS NULL")
        if rule.missing:
            type_name = _type(contract, name)
            listed = ", ".join(
                f"CAST({literal(value)} AS {type_name})" if isinstance(value, str)
                else literal(value)
                for value in rule.missing
            )  # fmt: skip
            conditions.append(f"{quoted(name)} IN ({listed})")
    return " OR ".join(conditions)


def _summable(column: str, type_name: str) -> str:
    """Whole numbers and decimals as decimals of all digits: the sum of them never wraps around."""
    if type_name in ("float", "double"):
        return f"CAST({column} AS double)"
    digits = decimal_digits(type_name)
    return f"CAST({column} AS decimal(38,{digits[1] if digits else 0}))"


def _type(contract: Contract, name: str) -> str:
    return next(column.type for column in contract.columns if column.name == name)


def _needs_repeats(rule: Rule, contract: Contract) -> bool:
    holds_key = bool(contract.primary_key) and set(contract.primary_key) <= set(rule.columns)
    return rule.kind == "unique" and not holds_key


def _has_null(rule: Rule) -> str:
    return " OR ".join(f"{quoted(name)} IS NULL" for name in rule.columns)


def _name(number: int) -> str:
    return f"dataset_{number}"


def _repeat(number: int) -> str:
    return f"__repeat_{number}"
