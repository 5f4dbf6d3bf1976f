"""Faults of clocks, and of people who delete, publish and start the wrong thing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_lake.contracts import load_contracts
from strata.rollback.rolling_back import RollbackWork
from tests.faults.feed import Feed, csv
from tests.faults.support import Ending, assert_survived

GetFeed = Callable[[str], Feed]
PUBLISHED = Ending("published", notice="run_published")


@pytest.mark.fault(43, by="run")
def test_an_event_from_the_future_does_not_hold_back_what_comes_after_it(feed: GetFeed) -> None:
    orders = feed("skewed")
    version = orders.put("a.csv", csv("1,1,1900-01-01,a century late"))
    orders.put_at[version] = "2099-01-01T00:00:00Z"
    orders.tell("a.csv", version)
    orders.settle()
    orders.put("a.csv", csv("1,2,1900-01-01,mended"))
    orders.settle()
    assert_survived(orders, PUBLISHED, rows=[(1, 2)])


@pytest.mark.fault(44, by="run")
def test_what_waited_over_several_missed_ticks_is_taken_by_one_run(feed: GetFeed) -> None:
    orders = feed("ticking")
    for number in range(3):
        orders.put(f"{number}.csv", csv((number, 1)))
    orders.settle()
    assert orders.published() == []
    orders.start("first-tick-after")
    orders.start("tick-after-that")
    runs = orders.settle()
    assert [run["outcome"] for run in runs] == ["published"]
    orders.put("next.csv", csv((3, 1)))
    orders.settle()
    orders.start("next-tick")
    orders.settle()
    assert orders.published() == [(number, 1) for number in range(4)]
    assert [one["notice"] for one in orders.notices()] == ["run_published"] * 2


@pytest.mark.fault(45, by="run")
def test_an_object_deleted_by_mistake_changes_no_table_and_is_there_again_as_it_was(
    feed: GetFeed,
) -> None:
    orders = feed("mistaken")
    s3, bucket = orders.lake.client("s3"), orders.lake["RawBucketName"]
    content = csv((1, 1), (2, 2))
    orders.put_all(a_csv=content)
    key = f"{orders.name}/a.csv"
    marker = s3.delete_object(Bucket=bucket, Key=key)["VersionId"]
    orders.settle()
    assert orders.published() == [(1, 1), (2, 2)]
    s3.delete_object(Bucket=bucket, Key=key, VersionId=marker)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == content
    assert_survived(orders, PUBLISHED, rows=[(1, 1), (2, 2)])


@pytest.mark.fault(45, by="run")
def test_wrong_but_valid_data_is_rolled_back_and_the_next_file_goes_on_from_there(
    feed: GetFeed, fault_contracts: Path
) -> None:
    orders = feed("mispublished")
    (good,) = orders.put_all(a_csv=csv((1, 1), (2, 2)))
    orders.put_all(b_csv=csv((1, 100), (3, 300)))
    assert orders.published() == [(1, 100), (2, 2), (3, 300)]
    work = RollbackWork(orders.lake, load_contracts(fault_contracts), orders.name)
    work.roll_back(good["run_id"], who="Ada", why="cents for euros")
    assert orders.published() == [(1, 1), (2, 2)]
    told = Ending("rolled_back", notice="rolled_back", says="cents for euros")
    assert_survived(orders, told, PUBLISHED, rows=[(1, 1), (2, 2)])
