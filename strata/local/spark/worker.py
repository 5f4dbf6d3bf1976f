"""The Spark process: reads jobs from standard input, runs each as `__main__`, reports on a pipe.

A job is what Glue would get: the deployed script, its arguments, and the Spark configuration and
libraries that the job's own arguments name. Only the endpoints are local.
"""

import json
import os
import runpy
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import boto3
from pyspark.sql import SparkSession

from strata.local.jars import ensure_jars
from strata.local.spark.configuration import local_settings, spark_settings

_session: dict[str, Any] = {}


def main() -> None:
    """Serve jobs until standard input closes."""
    with os.fdopen(int(sys.argv[1]), "w", buffering=1) as answers:
        for line in sys.stdin:
            job = json.loads(line)
            if job.get("warm"):
                _use_session(spark_settings(job["arguments"]))
            else:
                answers.write(json.dumps(_run(job)) + "\n")


def _run(job: dict[str, Any]) -> dict[str, Any]:
    arguments: dict[str, str] = job["arguments"]
    kept_arguments, kept_modules, kept_path = sys.argv, set(sys.modules), list(sys.path)
    try:
        _use_session(spark_settings(arguments))
        sys.path[:0] = [
            _fetched(uri) for uri in arguments.get("--extra-py-files", "").split(",") if uri
        ]
        sys.argv = [job["script"], *(part for pair in arguments.items() for part in pair)]
        runpy.run_path(job["script"], run_name="__main__")
    except SystemExit as exit_:
        if exit_.code not in (None, 0):
            return {"ok": False, "error": f"SystemExit: {exit_.code}"}
    except BaseException as error:  # noqa: BLE001 - a job may fail in any way; the worker goes on
        traceback.print_exc()
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}
    finally:
        sys.argv = kept_arguments
        sys.path[:] = kept_path
        # The next job brings its own version of the libraries that this one brought.
        for name in set(sys.modules) - kept_modules:
            if name.split(".")[0] == "lake_spark":
                del sys.modules[name]
        sys.stdout.flush()
    return {"ok": True}


def _use_session(settings: dict[str, str]) -> None:
    """Have a session with exactly these settings; a job with others gets a new one."""
    if _session.get("settings") == settings:
        return
    if "spark" in _session:
        _session["spark"].stop()
    builder = SparkSession.builder.appName("strata")
    for name, value in (settings | local_settings(ensure_jars())).items():
        builder = builder.config(name, value)
    _session.update(spark=builder.getOrCreate(), settings=settings)
    _session["spark"].sparkContext.setLogLevel("ERROR")


def _fetched(uri: str) -> str:
    """Bring a library from S3, once for each of its (content-addressed) names."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    target = Path(tempfile.gettempdir()) / f"strata-{os.getpid()}" / key.replace("/", "_")
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        boto3.client("s3").download_file(bucket, key, str(target))
    return str(target)


if __name__ == "__main__":
    main()
