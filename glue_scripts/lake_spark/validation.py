"""Values to the contract's types and, for each row, what is wrong with it: one expression.

Columns given: the contract's, typed; `__line` (the record as text); `__lines` (how many lines it
took); the record's position; and
`__broken` (null for a good row, else an array of `rule` and `reason`) and `__warned` (null, or the
ids of broken rules that only warn); `__unknown` where a contract tells unknown members. Without
reasons, `__broken` is true or null: to find out what is wrong takes code that Spark does not
compile together with the rest, for every row.
"""

from collections.abc import Callable, Mapping, Sequence

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.casting import Cast, cast_text, cast_typed, cast_value
from lake_spark.checks import (
    ENCODING,
    HIDDEN,
    MALFORMED,
    Check,
    column_checks,
    is_incomplete,
    rule_checks,
)
from lake_spark.columns import ColumnContract
from lake_spark.contract import Contract
from lake_spark.errors import ContractMismatch, in_short
from lake_spark.references import References
from lake_spark.sql import POSITION, literal, quoted, source_name
from lake_spark.unknown_members import UNKNOWN

BROKEN_TYPE = "array<struct<rule: string, reason: string>>"
NO_REFERENCES = References()
READABLE = "NOT __undecodable AND __malformed IS NULL"


def check_records(
    records: DataFrame,
    contract: Contract,
    references: References = NO_REFERENCES,
    *,
    reasons: bool = True,
) -> DataFrame:
    """Type and check what `parsing` gives.

    Raises `ContractMismatch` naming the first column or rule that Spark cannot make sense of.
    """
    return _check(records, contract, references, cast_text, reasons=reasons)


def check_typed_records(
    records: DataFrame,
    contract: Contract,
    references: References,
    types: Mapping[str, str],
    *,
    reasons: bool = True,
) -> DataFrame:
    """Check what `parquet_reading` gives; `types` are the files' own, by their columns' names."""
    return _check(
        records,
        contract,
        references,
        lambda name, column: cast_typed(name, column, types.get(column.raw_name, "string")),
        reasons=reasons,
    )


def check_rows(
    rows: DataFrame,
    contract: Contract,
    references: References = NO_REFERENCES,
    *,
    reasons: bool = True,
) -> DataFrame:
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
        *(F.col(quoted(name)).alias(source_name(name)) for name in expected),
    )
    return _check(records, contract, references, cast_value, reasons=reasons)


def _check(
    records: DataFrame,
    contract: Contract,
    references: References,
    cast: Callable[[str, ColumnContract], Cast],
    *,
    reasons: bool,
) -> DataFrame:
    told = [UNKNOWN] if contract.tells_unknown_members else []
    kept = ["__line", "__lines", *POSITION, *told]
    line = _hidden_line(contract) if contract.hidden else "__line"
    casts = {column.name: cast(source_name(column.name), column) for column in contract.columns}
    own = [
        check
        for column in contract.columns
        for check in column_checks(column, hidden=column.name in contract.hidden)
    ]
    rules = list(rule_checks(contract, references.missing))
    warning = [check for check in rules if check.severity == "warn"]
    breaking = [check for check in rules if check.severity != "warn"]
    broken = _broken([*own, *breaking], contract) if reasons else _is_broken(breaking, contract)
    try:
        given = ["__undecodable", "__malformed", *(quoted(source_name(name)) for name in casts)]
        values = records.selectExpr(
            f"{line} AS __line",
            f"{_lines(contract)} AS __lines",
            *POSITION,
            *told,
            *given,
            *(f"{cast.value} AS {quoted(name)}" for name, cast in casts.items()),
        )
        # A projection of its own, so that a value is not cast again wherever it is used.
        typed = values.selectExpr(
            *kept,
            *given,
            *(f"{cast.checked(quoted(name))} AS {quoted(name)}" for name, cast in casts.items()),
        )
        return references.look_up(typed).selectExpr(
            *kept,
            *(quoted(name) for name in casts),
            f"{broken} AS __broken",
            f"{_warned(warning)} AS __warned",
        )
    except AnalysisException as error:
        raise _culprit(records, contract, references, casts, [*own, *rules]) from error


def _lines(contract: Contract) -> str:
    """Count the lines that a record takes; more than one are joined by LF."""
    if contract.raw is None or not contract.raw.multiline:
        return "CAST(1 AS bigint)"
    return "CAST(length(__line) - length(replace(__line, '\n', '')) + 1 AS bigint)"


def _hidden_line(contract: Contract) -> str:
    """Write the record anew, as JSON by column, without the values that are not to be shown.

    Nobody can tell where they stand in a record that cannot be read, so of that nothing is shown.
    """
    members = ", ".join(
        f"{literal(name)}, {_member(name, contract)}" for name in contract.column_names
    )
    record = f"to_json(named_struct({members}), map('ignoreNullFields', 'false'))"
    return f"CASE WHEN {READABLE} THEN {record} ELSE {literal(HIDDEN)} END"


def _member(name: str, contract: Contract) -> str:
    value = quoted(source_name(name))
    return f"IF({value} IS NULL, NULL, {literal(HIDDEN)})" if name in contract.hidden else value


def _is_broken(breaking: Sequence[Check], contract: Contract) -> str:
    own = [found for column in contract.columns if (found := is_incomplete(column))]
    wrong = [f"NOT ({READABLE})", *own, *(check.broken for check in breaking)]
    return f"IF({' OR '.join(f'({each})' for each in wrong)}, true, NULL)"


def _broken(checks: Sequence[Check], contract: Contract) -> str:
    """Unreadable records are not checked further: every field of theirs would be wrong."""
    # What follows a colon is quoted from the record.
    why = "substring_index(__malformed, ': ', 1)" if contract.hidden else "__malformed"
    undecodable = literal("bytes that are not valid in the declared encoding")
    cases = [
        f"WHEN __undecodable THEN array({_fault(ENCODING, undecodable)})",
        f"WHEN __malformed IS NOT NULL THEN array({_fault(MALFORMED, why)})",
    ]
    if checks:
        # Only rows with a fault pay for finding out which: the array is behind this condition.
        found = ", ".join(
            f"IF({check.broken}, {_fault(check.rule, check.reason)}, NULL)" for check in checks
        )
        cases.append(f"WHEN {_any(checks)} THEN array_compact(array({found}))")
    return f"CAST(CASE {' '.join(cases)} END AS {BROKEN_TYPE})"


def _warned(checks: Sequence[Check]) -> str:
    if not checks:
        return "CAST(NULL AS array<string>)"
    found = ", ".join(f"IF({check.broken}, {literal(check.rule)}, NULL)" for check in checks)
    return f"CASE WHEN {READABLE} AND ({_any(checks)}) THEN array_compact(array({found})) END"


def _any(checks: Sequence[Check]) -> str:
    return " OR ".join(f"({check.broken})" for check in checks)


def _fault(rule: str, reason: str) -> str:
    return f"named_struct('rule', {literal(rule)}, 'reason', {reason})"


def _culprit(
    records: DataFrame,
    contract: Contract,
    references: References,
    casts: dict[str, Cast],
    checks: Sequence[Check],
) -> ContractMismatch:
    """Find the first cast or check that Spark refuses, by trying each alone."""
    label = f"{contract.name} {contract.version}"
    for name, cast in casts.items():
        try:
            records = records.selectExpr("*", f"{cast.sql} AS {quoted(name)}")
        except AnalysisException as error:
            return ContractMismatch(f"{label}: column {name!r}: {in_short(error)}")
    records = references.look_up(records)
    for check in checks:
        try:
            records.selectExpr(check.broken)
        except AnalysisException as error:
            return ContractMismatch(f"{label}: rule {check.rule}: {in_short(error)}")
    return ContractMismatch(f"{label}: the types and rules do not fit together")
