"""The emulated account that the stage job's small documents and its catalog live in."""

import json
import os
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from benchmarks.contenders.strata_parquet import (
    BUCKETS,
    DATASET,
    JOB_CONF,
    OPTIMIZER_ROLE,
)
from benchmarks.data import contract
from benchmarks.work import NEXT_RUN, RUN
from data_lake.spark_job import iceberg_conf
from strata.local.emulator import Emulator

HEADER_BYTES = 65_536
"""How much of the input the job reads through boto3, for its header."""


def prepare(emulator: Emulator, source: Path, changes: Mapping[str, Any]) -> dict[str, str]:
    """Empty the account, put a run's documents there, and give the job's environment.

    `changes` are made to the compiled contract.
    """
    request = urllib.request.Request(f"{emulator.endpoint}/_ministack/reset", method="POST")  # noqa: S310
    urllib.request.urlopen(request, timeout=60).close()  # noqa: S310 - on loopback
    environment = emulator.environment()
    session = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    objects = session.client("s3", endpoint_url=emulator.endpoint)
    catalog = session.client("glue", endpoint_url=emulator.endpoint)
    roles = session.client("iam", endpoint_url=emulator.endpoint)
    roles.create_role(RoleName=OPTIMIZER_ROLE, AssumeRolePolicyDocument="{}")
    for bucket in BUCKETS:
        objects.create_bucket(Bucket=bucket)
    for database in ("processed", "quarantine"):
        catalog.create_database(DatabaseInput={"Name": database})
    key = f"{DATASET}/{source.name}"
    with source.open("rb") as content:
        objects.put_object(Bucket="raw", Key=key, Body=content.read(HEADER_BYTES))
    documents = {
        "contracts.json": {"format": 1, "datasets": {DATASET: _compiled(changes)}, "products": {}},
        **{
            f"runs/{DATASET}/{run}/input.json": {"files": [arrival(key, source)]}
            for run in (RUN, NEXT_RUN)
        },
    }
    for name, document in documents.items():
        objects.put_object(Bucket="artifacts", Key=name, Body=json.dumps(document).encode())
    return os.environ | environment | {JOB_CONF: iceberg_conf("s3://processed/")}


def _compiled(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {**contract().compiled(), **changes}


def arrival(key: str, source: Path) -> dict[str, Any]:
    """Give a file of `input.json` as planning writes it, with all that the job goes by."""
    return {
        "arrival_id": "0" * 40,
        "key": key,
        "version_id": "1",
        "read_uri": f"s3://raw/{key}",
        "size": source.stat().st_size,
        "registered_at": "2026-01-01T00:00:00Z",
    }
