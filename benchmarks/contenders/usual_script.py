"""What sample jobs often do: an inferred schema, a count per rule, Python UDFs, one output file."""

from pathlib import Path

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import ArrayType, StringType

from benchmarks.spark_session import (
    CORRUPT,
    newest_first,
    raw_record,
    session,
    text_columns,
    with_types,
)
from benchmarks.work import COLUMNS, PARTITION, RULES, broken, contend

SETS = {
    "l_returnflag": ("line_return_flag", {"A", "N", "R"}),
    "l_linestatus": ("line_status", {"F", "O"}),
    "l_shipinstruct": (
        "line_instruction",
        {"COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN"},
    ),
    "l_shipmode": (
        "line_ship_mode",
        {"AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"},
    ),
}


@F.udf(returnType=ArrayType(StringType()))
def text_rules(flag: str, status: str, instruction: str, mode: str, comment: str) -> list[str]:
    """Check the columns of text; gives the rules that are broken."""
    found = [
        rule
        for (rule, allowed), value in zip(
            SETS.values(), (flag, status, instruction, mode), strict=True
        )
        if value is not None and value not in allowed
    ]
    return found + (["l_comment_length"] if comment is not None and len(comment) > 44 else [])


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
    for rule, condition in RULES.items():
        failed = typed.filter(f"{CORRUPT} is null and not ({condition})").count()
        print(f"{rule}: {failed} rows")
    checked = typed.withColumn("rule_ids", _rule_ids())
    good = checked.filter(F.size("rule_ids") == 0)
    newest = good.selectExpr(*COLUMNS, f"{newest_first()} as rank").filter("rank = 1").drop("rank")
    _write(newest, target / "good", PARTITION)
    bad = checked.filter(F.size("rule_ids") > 0)
    _write(bad.selectExpr(f"{raw_record()} as raw_record", "rule_ids"), target / "bad")


def _rule_ids() -> Column:
    of_text = {rule for rule, _ in SETS.values()} | {"l_comment_length"}
    found = [
        F.when(F.expr(check), F.lit(rule))
        for rule, check in broken().items()
        if rule not in of_text
    ]
    texts = [F.expr(f"nullif(raw_{name}, '')") for name in (*SETS, "l_comment")]
    all_found = F.concat(F.array_compact(F.array(*found)), text_rules(*texts))
    return F.when(F.col(CORRUPT).isNotNull(), F.array(F.lit("malformed"))).otherwise(all_found)


def _write(rows: DataFrame, folder: Path, *partitions: str) -> None:
    rows.coalesce(1).write.partitionBy(*partitions).parquet(str(folder))


if __name__ == "__main__":
    contend(work)
