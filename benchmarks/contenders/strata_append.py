"""Strata's stage and publish jobs into an empty Iceberg table, whose files the emulator keeps."""

from pathlib import Path

from pyspark.sql import SparkSession

import publish
import stage
from benchmarks.contenders.strata_parquet import DATASET, job_arguments, start_spark
from benchmarks.work import COLUMNS, RUN, contend


def run(name: str) -> None:
    """Stage and publish a run of the input."""
    stage.main(job_arguments(name))
    publish.main(job_arguments(name))


def work(source: Path, target: Path) -> None:
    """Publish the input."""
    start_spark(target, source)
    run(RUN)


def export(_: Path, target: Path) -> None:
    """Write what readers of the table see where it can be compared."""
    spark = SparkSession.builder.getOrCreate()
    rows = spark.table(f"glue_catalog.processed.{DATASET}").select(*COLUMNS)
    rows.write.parquet((target / "good").as_uri())


if __name__ == "__main__":
    contend(work, after=export)
