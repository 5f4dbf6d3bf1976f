"""One row for each primary key of a run: the newest."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.columns import ARRIVED
from lake_spark.contract import Contract
from lake_spark.inputs import InputFile
from lake_spark.sql import POSITION, literal, quoted


def newest_rows(rows: DataFrame, contract: Contract) -> DataFrame:
    """Keep, for each primary key, the newest row; without a key, keep every row.

    The contract's version column tells which is newer. Where it does not, the row that arrived
    last is: files count in the order of their arrival, rows in their order inside the file.
    """
    if not contract.primary_key:
        return rows
    newest_first = [F.col(name).desc() for name in POSITION]
    if contract.version_column:
        newest_first.insert(0, F.col(quoted(contract.version_column)).desc_nulls_last())
    keys = [quoted(name) for name in contract.primary_key]
    window = Window.partitionBy(*keys).orderBy(*newest_first)
    ranked = rows.withColumn("__rank", F.row_number().over(window))
    return ranked.filter(F.col("__rank") == 1).drop("__rank")


def with_arrival(rows: DataFrame, contract: Contract, files: Sequence[InputFile]) -> DataFrame:
    """Add when the file of each row arrived, for tables that keep it."""
    if not contract.merges_by_arrival:
        return rows
    # One literal, however many files there are.
    moments = literal(" ".join(file.arrived_at for file in files))
    moment = f"element_at(split({moments}, ' '), __file + 1)"
    return rows.withColumn(ARRIVED, F.expr(f"CAST({moment} AS timestamp)"))
