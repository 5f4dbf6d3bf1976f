"""One row for each primary key of a run: the newest."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import Contract
from lake_spark.sql import POSITION, quoted


def newest_rows(rows: DataFrame, contract: Contract) -> DataFrame:
    """Keep, for each primary key, the row that arrived last; without a key, keep every row.

    Files count in the order of their arrival, rows in their order inside the file.
    """
    if not contract.primary_key:
        return rows
    newest_first = Window.partitionBy(*(quoted(name) for name in contract.primary_key)).orderBy(
        *(F.col(name).desc() for name in POSITION)
    )
    ranked = rows.withColumn("__rank", F.row_number().over(newest_first))
    return ranked.filter(F.col("__rank") == 1).drop("__rank")
