"""Raw files to checked rows: one scan, whatever order each file has its columns in."""

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import Contract
from lake_spark.inputs import Header
from lake_spark.lines import read_lines
from lake_spark.parsing import parse_csv, parse_json
from lake_spark.validation import check_records

SESSION_SETTINGS = {
    # Times without a zone are UTC, whatever the machine's own zone is.
    "spark.sql.session.timeZone": "UTC",
    # With Spark's default, a text that its old parser read otherwise would end the job.
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # A rule or a query that divides by zero gives null, not the end of the job.
    "spark.sql.ansi.enabled": "false",
}


def prepare_session(spark: SparkSession) -> None:
    """Set what typing relies on; all of it may change in a running session."""
    for name, value in SESSION_SETTINGS.items():
        spark.conf.set(name, value)


def read_records(
    spark: SparkSession, contract: Contract, files: Mapping[str, tuple[int, Header]]
) -> DataFrame:
    """Read and check files, given by URI with their position in the run and their header.

    The columns are those of `validation`.
    """
    groups: dict[Header, dict[str, int]] = {}
    for uri, (position, header) in files.items():
        groups.setdefault(header, {})[uri] = position
    parsed = [_read_group(spark, contract, header, uris) for header, uris in groups.items()]
    return check_records(reduce(DataFrame.unionByName, parsed), contract)


def _read_group(
    spark: SparkSession, contract: Contract, header: Header, uris: Mapping[str, int]
) -> DataFrame:
    raw = contract.raw
    assert raw is not None  # noqa: S101 - products have no files
    lines = read_lines(spark, uris, raw)
    if header.line is not None:
        # A repeated header, as in files that were concatenated, is no record either.
        lines = lines.filter(F.col("__line") != header.line)
    if raw.format == "jsonl":
        return parse_json(lines, contract)
    return parse_csv(lines, header.names, contract)
