"""Strata's stage job, as Glue would start it, into the staging folder of a Parquet table.

The objects of `s3://` are local files to Spark, and the emulator's to the job's small documents.
"""

import os
from pathlib import Path

from pyspark.sql import SparkSession

import stage
from benchmarks.spark_session import SETTINGS
from benchmarks.work import contend
from strata.local.jars import ensure_jars
from strata.local.spark.configuration import local_settings, spark_settings

BUCKETS = ("raw", "processed", "quarantine", "artifacts")
DATASET = "lineitem"
RUN, NEXT_RUN = "benchmark", "benchmark-again"
OPTIMIZER_ROLE = "benchmark-optimizers"
JOB_CONF = "STRATA_JOB_CONF"
"""The variable that holds the `--conf` argument of the deployed job."""


def start_spark(target: Path, source: Path) -> SparkSession:
    """Start Spark with the deployed job's settings; buckets are folders of `target`.

    The raw zone has the input.
    """
    raw = target / "raw" / DATASET
    raw.mkdir(parents=True)
    (raw / source.name).symlink_to(source)
    settings = spark_settings({"--conf": os.environ[JOB_CONF]})
    settings |= local_settings(ensure_jars()) | SETTINGS
    settings["spark.hadoop.fs.s3.impl"] = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
    settings["spark.hadoop.fs.viewfs.overload.scheme.target.s3.impl"] = (
        "org.apache.hadoop.fs.s3a.S3AFileSystem"
    )
    for bucket in BUCKETS:
        folder = target / bucket
        folder.mkdir(parents=True, exist_ok=True)
        link = f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback"
        settings[link] = folder.as_uri()
    builder = SparkSession.builder.appName("benchmark")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def job_arguments(run: str) -> list[str]:
    """Give the arguments that the state machine would pass."""
    folder = f"runs/{DATASET}/{run}/"
    return [
        *("--dataset", DATASET, "--run_id", run, "--run_prefix", folder),
        *("--contracts_uri", "s3://artifacts/contracts.json"),
        *("--input_uri", f"s3://artifacts/{folder}input.json"),
        *("--artifacts_bucket", "artifacts", "--warehouse", "s3://processed/"),
        *("--processed_database", "processed", "--database", "processed"),
        *("--quarantine_bucket", "quarantine", "--quarantine_database", "quarantine"),
        # No column of the order lines is protected.
        *("--protection_secret", "none"),
        *("--optimizer_role", f"arn:aws:iam::000000000000:role/{OPTIMIZER_ROLE}"),
        *("--optimizers_enabled", "true", "--orphan_days", "7"),
        *("--snapshot_days", "30", "--snapshots_kept", "20"),
    ]


def work(source: Path, target: Path) -> None:
    """Write the run's folder in `processed/_staging/` and its folder in `quarantine/rows/`."""
    start_spark(target, source)
    stage.main(job_arguments(RUN))


if __name__ == "__main__":
    contend(work)
