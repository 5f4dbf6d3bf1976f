"""Records of text as fields of text, matched to the contract's columns by name.

Columns given beside those of `lines`: `__source_<column>` for each column of the contract, null
where the contract's null values stand, and `__malformed` (why the record has no fields, or null).
"""

import re
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import ArrayType, DecimalType, StringType, StructField, StructType

from lake_spark.casting import MAX_DIGITS, decimal_digits
from lake_spark.columns import ColumnContract
from lake_spark.contract import Contract
from lake_spark.lines import count_quotes
from lake_spark.raw_format import RawFormat
from lake_spark.sql import POSITION, literal, quoted, source_name
from lake_spark.unknown_members import UNKNOWN, unknown_members

NUL = "\0"
END = "__end"
"""The field behind the last one of a record, by which it is known to be whole."""
ABSENT = "CAST(NULL AS string)"
"""The text of a column that a file does not have."""
RECORD = ("__line", "__undecodable", *POSITION)


def parse_csv(
    lines: DataFrame, header: Sequence[str], contract: Contract, *, reasons: bool = True
) -> DataFrame:
    """Split CSV records whose fields are in the header's order.

    Without reasons, `__malformed` only tells that something is wrong, not what.
    """
    raw = _raw(contract)
    fields = [f"__{position}" for position in range(len(header))]
    options = {
        "sep": raw.delimiter,
        "quote": raw.quote,
        "escape": raw.escape,
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": "" if raw.quote else END,
        "multiLine": str(raw.multiline).lower(),
    }
    schema = ", ".join(f"`{name}` string" for name in [*fields, END])
    # One field more than there should be: it is read as such by nothing but a record that has as
    # many fields as the header, all quotes of them closed. Where no quote has a meaning, Spark
    # takes NUL for one, and counting fields, as Spark does it, is enough.
    record = F.concat("__line", F.lit(raw.delimiter + NUL)) if raw.quote else F.col("__line")
    parsed = lines.select(*RECORD, F.from_csv(record, schema, options).alias("__parsed"))
    # Spark gives null for an empty field; whether empty means null is the contract's to say.
    text = "__parsed.{}" if "" in raw.null_values else "coalesce(__parsed.{}, '')"
    texts = {name: text.format(field) for name, field in zip(header, fields, strict=True)}
    texts |= {name: ABSENT for name in contract.raw_names if name not in texts}
    has_nul = F.col("__line").contains(NUL)
    end = F.col("__parsed")[END]
    is_whole = (end.eqNullSafe(NUL) if raw.quote else end.isNull()) & ~has_nul
    wrong = _fault(raw, has_nul, len(header)) if reasons else F.lit("")
    return _with_sources(
        parsed.withColumn("__malformed", F.when(~is_whole, wrong)), texts, contract
    )


def _fault(raw: RawFormat, has_nul: Column, expected: int) -> Column:
    return (
        F.when(has_nul, "the record has a NUL character")
        .when(_has_open_quote(raw), "a quote is opened and not closed")
        .otherwise(_wrong_fields(raw, expected))
    )


def _has_open_quote(raw: RawFormat) -> Column:
    if not raw.quote:
        return F.lit(False)
    line = F.col("__line")
    opens = line.rlike(f"(^|{re.escape(raw.delimiter)}){re.escape(raw.quote)}")
    return opens & (count_quotes(line, raw) % 2 == 1)


def _wrong_fields(raw: RawFormat, expected: int) -> Column:
    line = F.col("__line")
    found = F.size(F.split(line, re.escape(raw.delimiter), -1)).cast("string")
    has_quotes = line.contains(raw.quote) if raw.quote else F.lit(False)
    return F.concat(
        F.lit("the record has "),
        F.when(has_quotes, "another number of").otherwise(found),
        F.lit(f" fields where {expected} are expected"),
    )


def parse_json(lines: DataFrame, contract: Contract) -> DataFrame:
    """Take the members of one JSON object per record; a missing member is null.

    Members that are not in the contract, unless its evolution is permissive, and members that stand
    twice make the record malformed. Numbers
    are taken as written for integers and decimals; for text columns as Spark prints them.
    """
    names = contract.raw_names
    options = {"allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}
    objects = ArrayType(StructType([StructField(name, StringType()) for name in names]))
    exact = ArrayType(StructType([_exact_field(column) for column in contract.columns]))
    has_decimals = any(decimal_digits(column.type) for column in contract.columns)
    # Inside brackets, what follows the object is an error or a second element: never lost.
    listed = F.concat(F.lit("["), F.col("__line"), F.lit("]"))
    parsed = lines.select(
        *RECORD,
        F.from_json(listed, objects, options).alias("__objects"),
        F.json_object_keys("__line").alias("__members"),
        (F.from_json(listed, exact, options) if has_decimals else F.lit(None)).alias("__exact"),
    )
    texts = {name: f"__objects[0].{quoted(name)}" for name in names}
    for column in contract.columns:
        if decimal_digits(column.type):
            name = column.raw_name
            written = f"CAST(__exact[0].{quoted(name)} AS string)"
            texts[name] = f"coalesce({written}, {texts[name]})"
    records = parsed.withColumn("__malformed", _json_fault(contract))
    if contract.tells_unknown_members:
        records = records.withColumn(UNKNOWN, unknown_members("__members", names))
    return _with_sources(records, texts, contract)


def _exact_field(column: ColumnContract) -> StructField:
    """Spark reads JSON numbers into text through a double; into a decimal it reads them exactly."""
    digits = decimal_digits(column.type)
    if digits is None:
        return StructField(column.raw_name, StringType())
    precision, scale = digits
    return StructField(column.raw_name, DecimalType(MAX_DIGITS, MAX_DIGITS - precision + scale))


def _json_fault(contract: Contract) -> Column:
    objects, members = F.col("__objects"), F.col("__members")
    unexpected = F.array_except(members, _names(contract.raw_names))
    is_refused = F.lit(not contract.ignores_unknown) & (F.size(unexpected) > 0)
    classified = [column.raw_name for column in contract.columns if column.is_classified]
    # Under another name it would not be protected.
    absent = F.array_except(_names(classified), members)
    is_object = objects.isNotNull() & members.isNotNull() & (F.size(objects) == 1)
    return (
        F.when(~is_object, "the record is not one JSON object")
        .when(
            is_refused,
            F.concat(F.lit("unexpected members: "), F.array_join(unexpected, ", ")),
        )
        .when(
            F.size(absent) > 0,
            F.concat(F.lit("classified members are missing: "), F.array_join(absent, ", ")),
        )
        .when(F.size(F.array_distinct(members)) < F.size(members), "a member stands twice")
    )


def _names(names: Sequence[str]) -> Column:
    return F.array(*[F.lit(name) for name in names]).cast("array<string>")


def _with_sources(records: DataFrame, texts: dict[str, str], contract: Contract) -> DataFrame:
    """Name the texts after their columns, null where the contract's null values stand."""
    nulls = ", ".join(literal(value) for value in _raw(contract).null_values)
    told = [UNKNOWN] if contract.tells_unknown_members else []
    others = ("__malformed", *told, *RECORD)
    trimmed, found = [], []
    for column in contract.columns:
        name, text = quoted(source_name(column.name)), texts[column.raw_name]
        # A projection of their own, so that they are trimmed once and not wherever they are used.
        trimmed.append(f"{text if column.type == 'string' else f'trim({text})'} AS {name}")
        found.append(f"CASE WHEN {name} NOT IN ({nulls}) THEN {name} END AS {name}")
    records = records.selectExpr(*others, *trimmed)
    return records.selectExpr(*others, *found) if nulls else records


def _raw(contract: Contract) -> RawFormat:
    assert contract.raw is not None  # noqa: S101 - products are not parsed
    return contract.raw
