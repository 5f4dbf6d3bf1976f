"""Glue's rules as AWS reads and judges them: its DQDL parser, and Deequ, which evaluates DQDL.

Both libraries are for these tests alone; nothing that is deployed or runs locally needs them.
"""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from strata.local.jars import Jar

DQDL_JARS = (
    Jar(
        "software.amazon.glue",
        "dqdl",
        "1.0.0",
        "8382887bd34e23a426e3824520e69ba59e9666f567a4f7bad2a6b40348cdaa6e",
    ),
    Jar(
        "com.amazon.deequ",
        "deequ",
        "2.1.0-spark-3.5",
        "ab902814dec56dc39ff16d1c5c80e7101a5dff8c1aa380fdafce522da1cd1546",
    ),
)


def parse(spark: SparkSession, text: str) -> list[str]:
    """Give the rules of a DQDL document as AWS's parser writes them; raises what it raises."""
    jvm: Any = spark._jvm
    rules = jvm.software.amazon.glue.dqdl.parser.DQDLParser().parse(text).getRules()
    return [str(rule.toString()) for rule in rules]


def judge(rows: DataFrame, rules: Sequence[str], others: dict[str, DataFrame]) -> list[bool]:
    """Tell for each rule, in order, whether Deequ's evaluation of DQDL passes rows.

    Deequ leaves it to its caller to name the rows `primary` for `CustomSql`, as Glue does itself;
    `others` are additional data sources by name. A rule that cannot be evaluated fails the test.
    """
    spark = rows.sparkSession
    for name, frame in {"primary": rows, **others}.items():
        frame.createOrReplaceTempView(name)
    document = f"Rules = [ {', '.join(rules)} ]"
    evaluate = spark._jvm.com.amazon.deequ.dqdl.EvaluateDataQuality  # type: ignore[union-attr]
    answers = DataFrame(evaluate.process(rows._jdf, document), spark).collect()
    outcomes = {row["Rule"]: row for row in answers}
    for row in answers:
        assert row["FailureReason"] is None or "does not meet" in row["FailureReason"], row
    return [outcomes[rule]["Outcome"] == "Passed" for rule in parse(spark, document)]
