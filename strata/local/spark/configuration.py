"""Spark's configuration for one job: what the deployed job says, plus the local endpoints."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

TINY_DATA: Mapping[str, str] = MappingProxyType(
    {
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
)
"""Settings that save what pays for itself with many rows only: compiling each query."""


def spark_settings(arguments: dict[str, str]) -> dict[str, str]:
    """Read the settings out of a Glue job's `--conf` argument.

    Glue takes one `--conf` only, so several settings are chained in its value as
    `a=1 --conf b=2`. Returns them by name; raises `ValueError` for a part without `=`.
    """
    settings = {}
    for part in arguments.get("--conf", "").split(" --conf "):
        name, separator, value = part.strip().partition("=")
        if part.strip() and not separator:
            raise ValueError(f"--conf: {part.strip()!r} is not of the form name=value")
        if name:
            settings[name] = value
    return settings


def local_settings(jars: list[Path]) -> dict[str, str]:
    """Give what differs on a laptop: libraries that Glue has built in, endpoints, and sizes.

    `STRATA_SPARK_SETTINGS` adds more of them, as JSON.
    """
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    catalog = "spark.sql.catalog.glue_catalog"
    return {
        "spark.master": "local[2]",
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.jars": ",".join(str(jar) for jar in jars),
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": endpoint,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
        f"{catalog}.glue.endpoint": endpoint,
        f"{catalog}.s3.endpoint": endpoint,
        f"{catalog}.s3.path-style-access": "true",
        # On Glue each run starts without remembering tables; here one process serves them all.
        f"{catalog}.cache.expiration-interval-ms": "1000",
        **json.loads(os.environ.get("STRATA_SPARK_SETTINGS", "{}")),
    }
