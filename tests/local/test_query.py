"""Queries see what readers see, and say clearly what they cannot answer."""

import io

import pytest
from pyarrow import parquet

from strata.errors import StrataError
from strata.local.lake import LocalLake
from strata.query import query, tables
from tests.local.conftest import BESIDE_THE_SAMPLE


def test_a_replaced_snapshot_is_not_seen_although_its_files_are_still_there(
    tried: LocalLake,
) -> None:
    glue, s3 = tried.client("glue"), tried.client("s3")
    table = glue.get_table(DatabaseName=tried.database("curated"), Name="delay_by_weather")
    location = table["Table"]["StorageDescriptor"]["Location"].removeprefix("s3://")
    bucket, _, prefix = location.partition("/")
    files = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix.rstrip('/')}/data/")["Contents"]
    stored = sum(
        parquet.read_table(
            io.BytesIO(s3.get_object(Bucket=bucket, Key=file["Key"])["Body"].read())
        ).num_rows
        for file in files
    )
    seen = query(tried, "SELECT * FROM curated.delay_by_weather").num_rows
    assert 0 < seen < stored


def test_an_unknown_table_is_answered_with_the_nearest_one(tried: LocalLake) -> None:
    with pytest.raises(StrataError, match=r"no table processed\.flight; did you mean processed\.f"):
        query(tried, "SELECT * FROM processed.flight")


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE processed.flights", "SELECT 1; SELECT 2", "COPY (SELECT 1) TO 'x.csv'"],
)
def test_anything_but_one_select_is_refused(tried: LocalLake, statement: str) -> None:
    with pytest.raises(StrataError, match="one SELECT"):
        query(tried, statement)


def test_a_query_cannot_read_files_of_the_machine(tried: LocalLake) -> None:
    with pytest.raises(StrataError):
        query(tried, "SELECT * FROM read_csv('/etc/passwd')")


def test_sql_that_is_not_understood_says_where(tried: LocalLake) -> None:
    with pytest.raises(StrataError, match="the query was not understood"):
        query(tried, "SELECT nothing_like_this FROM processed.airlines")


def test_the_books_can_be_asked_too(tried: LocalLake) -> None:
    counted = query(
        tried,
        "SELECT status, COUNT(*) AS files FROM lake.arrivals "
        f"WHERE dataset NOT IN {BESIDE_THE_SAMPLE} GROUP BY ALL ORDER BY ALL",
    ).to_pylist()
    assert {row["status"]: row["files"] for row in counted} == {
        "duplicate": 1,
        "published": 12,
        "rejected": 5,
        "unclaimed": 1,
    }


def test_every_table_of_every_zone_is_offered(tried: LocalLake) -> None:
    assert {
        "raw.flights",
        "processed.airlines",
        "processed.flights",
        "curated.daily_punctuality",
        "quarantine.flights",
        "quarantine.rejected_files",
        "lake.runs",
    } <= set(tables(tried))
