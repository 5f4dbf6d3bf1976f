"""A crawl reads the real files and leaves a table with their columns."""

import gzip
import io
import time
import uuid
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd

Client = Callable[[str], Any]


@pytest.fixture
def database(client: Client) -> str:
    """Give an empty database."""
    name = f"crawled_{uuid.uuid4().hex[:8]}"
    client("glue").create_database(DatabaseInput={"Name": name})
    return name


def crawl(client: Client, role: str, bucket: str, database: str, **more: Any) -> dict[str, Any]:
    """Crawl a bucket to the end and give what the crawler says of itself."""
    name = f"crawler-{uuid.uuid4().hex[:8]}"
    targets = {"S3Targets": [{"Path": f"s3://{bucket}/"}]}
    settings = {"Targets": targets} | more
    client("glue").create_crawler(Name=name, Role=role, DatabaseName=database, **settings)
    client("glue").start_crawler(Name=name)
    while client("glue").get_crawler(Name=name)["Crawler"]["State"] != "READY":
        time.sleep(0.05)
    found: dict[str, Any] = client("glue").get_crawler(Name=name)["Crawler"]
    return found


def columns(client: Client, database: str, table: str) -> dict[str, str]:
    """Give a table's columns and types."""
    found = client("glue").get_table(DatabaseName=database, Name=table)["Table"]
    return {column["Name"]: column["Type"] for column in found["StorageDescriptor"]["Columns"]}


def test_each_folder_becomes_a_table_with_the_columns_of_its_files(
    client: Client, role: str, bucket: str, database: str
) -> None:
    s3 = client("s3")
    s3.put_object(Bucket=bucket, Key="air lines/a.csv", Body=b"code,seats,since\nUA,3,2013-01-01\n")
    s3.put_object(Bucket=bucket, Key="events/a.jsonl", Body=b'{"id": 1, "share": 0.5}\n')
    crawler = crawl(client, role, bucket, database)
    assert crawler["LastCrawl"]["Status"] == "SUCCEEDED"
    assert columns(client, database, "air_lines") == {
        "code": "string",
        "seats": "bigint",
        "since": "date",
    }
    assert columns(client, database, "events") == {"id": "bigint", "share": "double"}


def test_packed_files_are_looked_into_where_glue_s_classifiers_do_and_passed_over_elsewhere(
    client: Client, role: str, bucket: str, database: str
) -> None:
    memory = io.BytesIO()
    pq.write_table(pa.table({"id": [1], "share": [0.5]}), memory)
    packed = zstd.compress(b"code,seats\nUA,3\n")
    for key, body in {
        "zipped/a.csv": gzip.compress(b"code,seats\nUA,3\n"),
        "columnar/a": memory.getvalue(),
        "packed/a.csv": packed,
        "mixed/a.csv": b"code\nUA\n",
        "mixed/b.csv": packed,
        "wide/a.csv": "code\nUA\n".encode("utf-16"),
    }.items():
        client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    crawl(client, role, bucket, database)
    assert columns(client, database, "zipped") == {"code": "string", "seats": "bigint"}
    assert columns(client, database, "columnar") == {"id": "bigint", "share": "double"}
    assert columns(client, database, "mixed") == {"code": "string"}
    found = client("glue").get_tables(DatabaseName=database)["TableList"]
    assert {table["Name"] for table in found} == {"zipped", "columnar", "mixed"}


def test_files_that_the_crawler_excludes_leave_no_columns(
    client: Client, role: str, bucket: str, database: str
) -> None:
    s3 = client("s3")
    s3.put_object(Bucket=bucket, Key="planes/2013/a.csv", Body=b"tailnum\nN10156\n")
    s3.put_object(Bucket=bucket, Key="planes/2013/a.manifest.json", Body=b'{"files": []}')
    target = {"Path": f"s3://{bucket}/", "Exclusions": ["**manifest.json"]}
    crawl(client, role, bucket, database, Targets={"S3Targets": [target]})
    assert columns(client, database, "planes") == {"tailnum": "string"}


def test_a_second_crawl_changes_the_table_unless_the_crawler_may_only_log(
    client: Client, role: str, bucket: str, database: str
) -> None:
    client("s3").put_object(Bucket=bucket, Key="codes/a.csv", Body=b"code\nUA\n")
    crawl(client, role, bucket, database)
    client("s3").put_object(Bucket=bucket, Key="codes/b.csv", Body=b"code,name\nUA,United\n")
    crawl(client, role, bucket, database, SchemaChangePolicy={"UpdateBehavior": "LOG"})
    assert columns(client, database, "codes") == {"code": "string"}
    crawl(client, role, bucket, database)
    assert columns(client, database, "codes") == {"code": "string", "name": "string"}


def test_a_file_of_another_format_does_not_change_the_table(
    client: Client, role: str, bucket: str, database: str
) -> None:
    client("s3").put_object(Bucket=bucket, Key="codes/a.csv", Body=b"code\nUA\n")
    client("s3").put_object(Bucket=bucket, Key="codes/b.csv", Body=b'[{"carrier": "UA"}]\n')
    crawl(client, role, bucket, database)
    assert columns(client, database, "codes") == {"code": "string"}


def test_a_crawler_that_cannot_read_its_target_fails_and_says_why(
    client: Client, role: str, database: str
) -> None:
    crawler = crawl(client, role, "no-such-bucket", database)
    assert crawler["LastCrawl"]["Status"] == "FAILED"
    assert "NoSuchBucket" in crawler["LastCrawl"]["ErrorMessage"]


def test_a_running_crawler_refuses_a_second_start(
    client: Client, role: str, bucket: str, database: str
) -> None:
    for number in range(40):
        client("s3").put_object(Bucket=bucket, Key=f"t{number}/a.csv", Body=b"code\nUA\n")
    glue = client("glue")
    glue.create_crawler(
        Name="busy",
        Role=role,
        DatabaseName=database,
        Targets={"S3Targets": [{"Path": f"s3://{bucket}/"}]},
    )
    glue.start_crawler(Name="busy")
    with pytest.raises(glue.exceptions.CrawlerRunningException):
        glue.start_crawler(Name="busy")
