"""Bad rows kept where people can query them: what they broke, why, and where they came from."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.catalog import drop_partition, parquet_storage, put_partitions, put_table
from lake_spark.inputs import InputFile
from lake_spark.lines import FirstLine
from lake_spark.replays import FILE_ORIGIN, RECORD_ORIGIN, read_origins
from lake_spark.sql import POSITION
from lake_spark.storage import delete_prefix

COLUMNS = (
    ("raw_record", "string", "The record as it arrived; a product's row as JSON"),
    ("rule_ids", "array<string>", "The rules that the row broke"),
    ("reasons", "array<string>", "Why, for each of the rules"),
    ("source_key", "string", "The key of the raw file; null for products"),
    ("source_line", "bigint", "The line of the raw file, or the number of the record, from 1"),
    ("source_lines", "bigint", "How many lines the record takes"),
    ("source_version", "string", "The version of the raw file"),
    ("arrival_id", "string", "The arrival in the ledger"),
    ("quarantined_at", "timestamp", "When the row was put here"),
    ("origin_key", "string", "Of a replayed row: the raw file in which it first came"),
    ("origin_version", "string", "The version of that file"),
    ("origin_line", "bigint", "The line of that file on which the record begins, from 1"),
    ("origin_run_id", "string", "The run that first put the row into quarantine"),
)


@dataclass(frozen=True)
class Quarantine:
    """Where a run's bad rows go."""

    bucket: str
    database: str
    dataset: str
    run_id: str

    @property
    def table_uri(self) -> str:
        """The folder of all runs of the dataset."""
        return f"s3://{self.bucket}/rows/{self.dataset}/"

    @property
    def run_uri(self) -> str:
        """The folder of this run; writing replaces it, so that a repeated run counts once."""
        return f"{self.table_uri}run_id={self.run_id}/"


def write_bad_rows(
    checked: DataFrame,
    quarantine: Quarantine,
    files: Sequence[InputFile],
    first_lines: Sequence[FirstLine],
) -> None:
    """Write the rows of a checked frame that are not good, and register them in the catalog."""
    spark = checked.sparkSession
    bad = checked.filter(F.col("__broken").isNotNull()).select(
        F.col("__line").alias("raw_record"),
        F.col("__broken.rule").alias("rule_ids"),
        F.col("__broken.reason").alias("reasons"),
        F.col("__lines").alias("source_lines"),
        F.current_timestamp().alias("quarantined_at"),
        *POSITION,
    )
    rows = (
        bad.join(F.broadcast(_sources(spark, files)), "__file", "left")
        .join(F.broadcast(_blocks(spark, first_lines)), ["__file", "__block"], "left")
        .withColumn("source_line", F.col("__row") - F.col("__first_row") + F.col("__first_line"))
    )
    (
        _with_origins(rows, quarantine, files)
        .select(*(name for name, _, _ in COLUMNS))
        .write.mode("overwrite")
        # A marker file would be an object that no reader needs.
        .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
        .parquet(quarantine.run_uri)
    )
    _register(quarantine)


def _with_origins(rows: DataFrame, quarantine: Quarantine, files: Sequence[InputFile]) -> DataFrame:
    spark = rows.sparkSession
    whole, records = read_origins(quarantine.bucket, quarantine.dataset, files)
    linked = rows.join(
        F.broadcast(spark.createDataFrame(whole, FILE_ORIGIN)), "__file", "left"
    ).join(
        F.broadcast(spark.createDataFrame(records, RECORD_ORIGIN)),
        ["__file", "source_line"],
        "left",
    )
    same_line = F.when(F.col("file_key").isNotNull(), F.col("source_line"))
    return linked.select(
        "*",
        F.coalesce("record_key", "file_key").alias("origin_key"),
        F.coalesce("record_version", "file_version").alias("origin_version"),
        F.coalesce(F.col("record_line"), same_line).alias("origin_line"),
        F.coalesce("record_run", "file_run").alias("origin_run_id"),
    )


def _sources(spark: SparkSession, files: Sequence[InputFile]) -> DataFrame:
    return spark.createDataFrame(
        [
            (position, file.key, file.version_id, file.arrival_id)
            for position, file in enumerate(files)
        ],
        "__file int, source_key string, source_version string, arrival_id string",
    )


def _blocks(spark: SparkSession, first_lines: Sequence[FirstLine]) -> DataFrame:
    return spark.createDataFrame(
        [(first.file, first.block, first.row, first.number) for first in first_lines],
        "__file int, __block bigint, __first_row bigint, __first_line bigint",
    )


def _register(quarantine: Quarantine) -> None:
    put_table(
        quarantine.database,
        {
            "Name": quarantine.dataset,
            "Description": f"Rows of {quarantine.dataset} that broke a rule, by run.",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
            "PartitionKeys": [{"Name": "run_id", "Type": "string"}],
            "StorageDescriptor": parquet_storage(quarantine.table_uri, COLUMNS),
        },
    )
    storage = parquet_storage(quarantine.run_uri, COLUMNS)
    put_partitions(quarantine.database, quarantine.dataset, {(quarantine.run_id,): storage})


def forget_bad_rows(quarantine: Quarantine) -> None:
    """Remove what an earlier attempt of the run put into quarantine."""
    drop_partition(quarantine.database, quarantine.dataset, [quarantine.run_id])
    delete_prefix(quarantine.run_uri)
