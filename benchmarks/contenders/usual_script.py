"""What sample jobs often do: an inferred schema, a UDF and a count per rule, one output file."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import BooleanType, StringType

from benchmarks.spark_session import (
    CORRUPT,
    newest_first,
    raw_record,
    session,
    text_columns,
    with_types,
)
from benchmarks.work import COLUMNS, PARTITION, RULES, broken, contend

CHECKS: dict[str, tuple[tuple[str, ...], Callable[..., bool]]] = {
    "line_order": (("l_orderkey",), lambda order: order >= 1),
    "line_part": (("l_partkey",), lambda part: part >= 1),
    "line_supplier": (("l_suppkey",), lambda supplier: supplier >= 1),
    "line_number": (("l_linenumber",), lambda number: 1 <= number <= 7),
    "line_quantity": (("l_quantity",), lambda quantity: 1 <= quantity <= 50),
    "line_price": (("l_extendedprice",), lambda price: 900 <= price <= 105_000),
    "line_discount": (("l_discount",), lambda discount: 0 <= discount <= Decimal("0.1")),
    "line_tax": (("l_tax",), lambda tax: 0 <= tax <= Decimal("0.08")),
    "line_return_flag": (("l_returnflag",), lambda flag: flag in {"A", "N", "R"}),
    "line_status": (("l_linestatus",), lambda status: status in {"F", "O"}),
    "line_instruction": (
        ("l_shipinstruct",),
        lambda instruction: (
            instruction in {"COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN"}
        ),
    ),
    "line_ship_mode": (
        ("l_shipmode",),
        lambda mode: mode in {"AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"},
    ),
    "l_comment_length": (("l_comment",), lambda comment: 1 <= len(comment) <= 44),
    "line_received_after_shipping": (
        ("l_receiptdate", "l_shipdate"),
        lambda received, shipped: received > shipped,
    ),
}
"""The rules in Python, of values that are there."""


def _is_broken(rule: str) -> Column:
    columns, holds = CHECKS[rule]

    def check(*values: Any) -> bool:
        return None not in values and not holds(*values)

    return F.udf(check, BooleanType())(*columns)


def work(source: Path, target: Path) -> None:
    """Write `good/` and `bad/`."""
    spark = session()
    inferred = spark.read.csv(str(source), header=True, inferSchema=True).schema
    rows = spark.read.csv(
        str(source),
        header=True,
        schema=inferred.add(CORRUPT, StringType()),
        columnNameOfCorruptRecord=CORRUPT,
    )
    typed = with_types(text_columns(rows))
    for rule in RULES:
        failed = typed.filter(F.col(CORRUPT).isNull() & _is_broken(rule)).count()
        print(f"{rule}: {failed} rows")
    checked = typed.withColumn("rule_ids", _rule_ids())
    good = checked.filter(F.size("rule_ids") == 0)
    newest = good.selectExpr(*COLUMNS, f"{newest_first()} as rank").filter("rank = 1").drop("rank")
    _write(newest, target / "good", PARTITION)
    bad = checked.filter(F.size("rule_ids") > 0)
    _write(bad.selectExpr(f"{raw_record()} as raw_record", "rule_ids"), target / "bad")


def _rule_ids() -> Column:
    found = [
        F.when(_is_broken(rule) if rule in CHECKS else F.expr(check), F.lit(rule))
        for rule, check in broken().items()
    ]
    all_found = F.array_compact(F.array(*found))
    return F.when(F.col(CORRUPT).isNotNull(), F.array(F.lit("malformed"))).otherwise(all_found)


def _write(rows: DataFrame, folder: Path, *partitions: str) -> None:
    rows.coalesce(1).write.partitionBy(*partitions).parquet(str(folder))


if __name__ == "__main__":
    contend(work)
