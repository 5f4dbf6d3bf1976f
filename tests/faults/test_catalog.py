"""Faults of the catalog: crawlers that are busy or fail, and tables that somebody changed."""

from collections.abc import Callable

import pytest

from strata.local.faults import Fault
from tests.faults.feed import Feed, csv
from tests.faults.support import Ending, assert_survived

GetFeed = Callable[[str], Feed]
PUBLISHED = Ending("published", notice="run_published")


@pytest.mark.fault(35, by="injected")
def test_a_busy_crawler_is_waited_for(feed: GetFeed) -> None:
    orders = feed("crawled")
    busy = Fault(
        "state:StartCrawler", error="Glue.CrawlerRunningException", where=orders.name, times=3
    )
    with orders.faults.armed(busy):
        (run,) = orders.put_all(a_csv=csv((1, 1)))
    assert run["outcome"] == "published"
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(35, by="run")
def test_a_crawl_that_failed_fails_the_run_and_is_never_taken_for_a_success(
    feed: GetFeed,
) -> None:
    orders = feed("uncrawled")
    raw = orders.lake["RawBucketName"]
    refused = Fault("s3:ListBucket", error="AccessDenied", status=403, where=f"/{raw}?", times=0)
    with orders.faults.armed(refused):
        (run,) = orders.put_all(a_csv=csv((1, 1)))
    assert run["outcome"] == "failed"
    told = Ending("failed", notice="run_failed", says="CrawlerDidNotSucceed")
    assert_survived(orders, told, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(36, by="run")
def test_a_table_that_somebody_dropped_is_made_anew_and_what_it_lacks_is_told(
    feed: GetFeed,
) -> None:
    orders = feed("dropped")
    first = csv((1, 1), (2, 2))
    orders.put_all(a_csv=first)
    orders.lake.client("glue").delete_table(
        DatabaseName=orders.lake.database("processed"), Name=orders.name
    )
    assert orders.published() == []
    warned = "published_with_warnings"
    told = Ending(warned, notice=f"run_{warned}", says="was gone from the catalog")
    assert_survived(orders, told, rows=[])
    # The files are still there, with every record
    s3, bucket = orders.lake.client("s3"), orders.lake["RawBucketName"]
    kept = s3.get_object(Bucket=bucket, Key=f"{orders.name}/a.csv")["Body"].read()
    assert kept == first


@pytest.mark.fault(37, by="run")
@pytest.mark.parametrize(("name", "late"), [("cut_before_entry", False), ("cut_after_entry", True)])
def test_a_publish_that_dies_around_the_entry_of_a_partition_is_completed_and_once(
    feed: GetFeed, name: str, late: bool
) -> None:
    orders = feed(name)
    orders.put_all(a_csv=csv((1, 1), (2, 1)))
    entry = Fault("glue:BatchCreatePartition", kill=True, late=late, where=f'"{name}"')
    with orders.faults.armed(entry):
        run = orders.put_all(b_csv=csv((3, 1), (4, 1)))[-1]
    assert run["outcome"] == "published"
    assert_survived(orders, PUBLISHED, rows=[(1, 1), (2, 1), (3, 1), (4, 1)])
