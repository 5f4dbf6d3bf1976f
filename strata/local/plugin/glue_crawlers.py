"""Crawlers look at the files: one table per folder, with the columns that the files really have.

Left alone, the emulator's crawler changes state and creates nothing. What it samples and what it
calls a type is DuckDB's reading of the first part of the newest files; Glue's own classifiers may
call a type differently (a date may stay a string), which is why drift is judged by type families.
"""

import logging
import tempfile
import threading
import time
import zlib
from collections.abc import Callable
from contextvars import copy_context
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import boto3
import duckdb

from strata.local.plugin import events
from strata.local.plugin.hooks import Hook

SAMPLE_BYTES = 1_000_000
SAMPLED_FILES = 3
SNIFFED_BYTES = 1000
GZIP, PARQUET, ZSTANDARD = b"\x1f\x8b", b"PAR1", b"\x28\xb5\x2f\xfd"
PASSED_OVER = ""
"""Stands for a reader of what Glue's classifiers do not recognise, such as Zstandard."""
TYPES = {
    "BOOLEAN": "boolean",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "HUGEINT": "bigint",
    "DOUBLE": "double",
    "FLOAT": "float",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}
"""DuckDB's names to Glue's; what is not listed is a string."""
Column = dict[str, str]
Response = tuple[int, dict[str, str], bytes]
logger = logging.getLogger(__name__)


def _crawl_for_real(_original: Any) -> Callable[[dict[str, Any]], Response]:
    def start_crawler(data: dict[str, Any]) -> Response:
        from ministack.core.responses import error_response_json, json_response  # noqa: PLC0415
        from ministack.services import glue  # noqa: PLC0415

        def refuse(error: str, message: str) -> Response:
            refusal: Response = error_response_json(error, message, 400)
            return refusal

        name = data.get("Name")
        if name not in glue._crawlers:
            return refuse("EntityNotFoundException", f"Crawler {name} not found")
        crawler = glue._crawlers[name]
        if crawler["State"] != "READY":
            return refuse("CrawlerRunningException", f"Crawler {name} has already started")
        crawler |= {"State": "RUNNING", "CrawlElapsedTime": 0}
        threading.Thread(target=copy_context().run, args=(_crawl, crawler), daemon=True).start()
        accepted: Response = json_response({})
        return accepted

    return start_crawler


def _crawl(crawler: dict[str, Any]) -> None:
    started = time.time()
    try:
        for target in crawler["Targets"].get("S3Targets", []):
            _crawl_target(crawler, target["Path"], target.get("Exclusions", []))
        outcome: dict[str, Any] = {"Status": "SUCCEEDED"}
    except Exception as error:
        logger.exception("crawler %s failed", crawler["Name"])
        outcome = {"Status": "FAILED", "ErrorMessage": f"{type(error).__name__}: {error}"}
    crawler["LastCrawl"] = outcome | {"StartTime": int(started), "LogGroup": "/aws-glue/crawlers"}
    crawler |= {"State": "READY", "CrawlElapsedTime": int((time.time() - started) * 1000)}
    state = outcome["Status"].capitalize()
    events.publish(
        "aws.glue",
        "Glue Crawler State Change",
        {
            "crawlerName": crawler["Name"],
            "state": state,
            "message": outcome.get("ErrorMessage", ""),
        },
        [],
    )


def _crawl_target(crawler: dict[str, Any], path: str, exclusions: list[str]) -> None:
    bucket, _, prefix = path.removeprefix("s3://").partition("/")
    folders: dict[str, list[Any]] = {}
    pages = _client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for item in page.get("Contents", []):
            name = item["Key"].removeprefix(prefix)
            folder, slash, _ = name.partition("/")
            # Patterns that begin with `**` cross folders, which is how all of `*` does here.
            is_excluded = any(fnmatchcase(name, pattern) for pattern in exclusions)
            if slash and item["Size"] and not is_excluded:
                folders.setdefault(prefix + folder, []).append(item)
    for folder, items in folders.items():
        newest = sorted(items, key=lambda item: item["LastModified"])[-SAMPLED_FILES:]
        columns = _columns(bucket, [item["Key"] for item in newest])
        if columns:
            _put_table(crawler, f"s3://{bucket}/{folder}/", Path(folder).name, columns)


def _columns(bucket: str, keys: list[str]) -> list[Column]:
    """Read the samples' columns, in the order they are first seen; the newest file's types win.

    Files of another format than the first one are passed over, as a table has one format.
    """
    merged: dict[str, str] = {}
    reader = ""
    for key in keys:
        answer = _client("s3").get_object(
            Bucket=bucket, Key=key, Range=f"bytes=0-{SAMPLE_BYTES - 1}"
        )
        body: bytes = answer["Body"].read()
        if body.startswith(PARQUET):
            body = _client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        if body.startswith(GZIP):
            body = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, SAMPLE_BYTES)
        its_reader = _reader(body)
        reader = reader or its_reader
        if its_reader == reader != PASSED_OVER:
            is_cut = len(body) == SAMPLE_BYTES
            whole_lines = body[: body.rfind(b"\n") + 1] if is_cut else body
            merged |= _described(whole_lines, reader, key)
    return [{"Name": name, "Type": type_} for name, type_ in merged.items()]


def _reader(body: bytes) -> str:
    if body.startswith(PARQUET):
        return "read_parquet"
    if b"\0" in body[:SNIFFED_BYTES] or body.startswith(ZSTANDARD):
        return PASSED_OVER
    return "read_json_auto" if body.lstrip()[:1] in (b"{", b"[") else "read_csv_auto"


def _described(sample: bytes, reader: str, key: str) -> dict[str, str]:
    with tempfile.NamedTemporaryFile() as file, duckdb.connect() as connection:
        file.write(sample)
        file.flush()
        try:
            connection.execute(f"DESCRIBE SELECT * FROM {reader}(?)", [file.name])  # noqa: S608
        except duckdb.Error as error:
            # A classifier that does not recognise a file passes over it; inspection says why.
            logger.warning("crawler: %s is not recognised: %s", key, error)
            return {}
        return {row[0].lower(): TYPES.get(row[1], "string") for row in connection.fetchall()}


def _put_table(crawler: dict[str, Any], location: str, name: str, columns: list[Column]) -> None:
    glue = _client("glue")
    table_name = "".join(letter if letter.isalnum() else "_" for letter in name.lower())
    table: dict[str, Any] = {
        "Name": crawler.get("TablePrefix", "") + table_name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"UPDATED_BY_CRAWLER": crawler["Name"]},
        "StorageDescriptor": {"Location": location, "Columns": columns},
    }
    database = crawler["DatabaseName"]
    try:
        known = glue.get_table(DatabaseName=database, Name=table["Name"])["Table"]
    except glue.exceptions.EntityNotFoundException:
        glue.create_table(DatabaseName=database, TableInput=table)
        return
    may_update = crawler.get("SchemaChangePolicy", {}).get("UpdateBehavior") != "LOG"
    if may_update and known["StorageDescriptor"].get("Columns") != columns:
        glue.update_table(DatabaseName=database, TableInput=table)


def _client(service: str) -> Any:
    """Give a client in the account and region that the crawler belongs to."""
    from ministack.core import responses  # noqa: PLC0415 - reads its settings when imported

    return boto3.client(  # type: ignore[call-overload]
        service,
        region_name=responses.get_region(),
        aws_access_key_id=responses.get_account_id(),
        aws_secret_access_key="emulated",  # noqa: S106 - the emulator reads the access key only
    )


HOOKS = (
    Hook(
        "ministack.services.glue",
        "_start_crawler",
        "a crawler must read the files and report their columns",
        _crawl_for_real,
    ),
)
