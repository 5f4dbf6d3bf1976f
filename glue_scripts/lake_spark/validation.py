"""Values to the contract's types and, for each row, what is wrong with it: one expression.

Columns given: the contract's, typed; `__line` (the record as text); the record's position; and
`__broken` (null for a good row, else an array of `rule` and `reason`) and `__warned` (null, or the
ids of broken rules that only warn).
"""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.casting import cast_text, cast_value
from lake_spark.checks import ENCODING, MALFORMED, Check, column_checks, rule_checks
from lake_spark.contract import ColumnContract, Contract
from lake_spark.errors import ContractMismatch
from lake_spark.names import POSITION, column_of, source_name

BROKEN_TYPE = "array<struct<rule: string, reason: string>>"


def check_records(records: DataFrame, contract: Contract) -> DataFrame:
    """Type and check what `parsing` gives."""
    return _check(records, contract, cast_text)


def check_rows(rows: DataFrame, contract: Contract) -> DataFrame:
    """Type and check the rows of a product's query; `__line` is a row's JSON.

    Raises `ContractMismatch` if the query's columns are not the contract's, in any order, or
    cannot be cast to their types at all.
    """
    expected, found = contract.column_names, rows.columns
    if sorted(expected) != sorted(found):
        raise ContractMismatch(
            f"{contract.name}: the query does not give the contract's columns: missing "
            f"{[name for name in expected if name not in found]}, unexpected "
            f"{[name for name in found if name not in expected]}"
        )
    records = rows.select(
        F.to_json(F.struct("*"), {"ignoreNullFields": "false"}).alias("__line"),
        F.lit(False).alias("__undecodable"),
        F.lit(None).cast("string").alias("__malformed"),
        *(F.lit(0).alias(name) for name in POSITION),
        *(column_of(name).alias(source_name(name)) for name in expected),
    )
    return _check(records, contract, cast_value)


def _check(
    records: DataFrame, contract: Contract, cast: Callable[[str, ColumnContract], Column]
) -> DataFrame:
    kept = ["__line", *POSITION]
    try:
        typed = records.select(
            *kept,
            "__undecodable",
            "__malformed",
            *(column_of(source_name(name)) for name in contract.column_names),
            *(
                cast(source_name(column.name), column).alias(column.name)
                for column in contract.columns
            ),
        )
        checks = [check for column in contract.columns for check in column_checks(column)]
        checks += rule_checks(contract)
        warning = [check for check in checks if check.severity == "warn"]
        breaking = [check for check in checks if check.severity != "warn"]
        return typed.select(
            *kept,
            *(column_of(name) for name in contract.column_names),
            _broken(breaking).alias("__broken"),
            _warned(warning).alias("__warned"),
        )
    except AnalysisException as error:
        raise ContractMismatch(
            f"{contract.name} {contract.version}: a type or rule does not fit: {error}"
        ) from error


def _broken(checks: Sequence[Check]) -> Column:
    """Unreadable records are not checked further: every field of theirs would be wrong."""
    unreadable = F.when(
        F.col("__undecodable"),
        _one(ENCODING, F.lit("bytes that are not valid in the declared encoding")),
    ).when(F.col("__malformed").isNotNull(), _one(MALFORMED, F.col("__malformed")))
    if not checks:
        return unreadable
    found = F.array(
        *(
            F.when(check.broken, F.struct(F.lit(check.rule).alias("rule"), _reason(check)))
            for check in checks
        )
    )
    # Only rows with a fault pay for finding out which: the array is built behind this condition.
    return unreadable.when(_any(checks), F.array_compact(found).cast(BROKEN_TYPE))


def _warned(checks: Sequence[Check]) -> Column:
    if not checks:
        return F.lit(None).cast("array<string>")
    readable = ~F.col("__undecodable") & F.col("__malformed").isNull()
    found = F.array(*(F.when(check.broken, F.lit(check.rule)) for check in checks))
    return F.when(readable & _any(checks), F.array_compact(found))


def _any(checks: Sequence[Check]) -> Column:
    return reduce(or_, (F.coalesce(check.broken, F.lit(False)) for check in checks))


def _one(rule: str, reason: Column) -> Column:
    return F.array(F.struct(F.lit(rule).alias("rule"), reason.alias("reason"))).cast(BROKEN_TYPE)


def _reason(check: Check) -> Column:
    return check.reason.alias("reason")
