"""Faults of what computes: services that refuse, jobs and executions that die, and bugs."""

import time
from collections.abc import Callable

import pytest

from strata.local.faults import Fault
from tests.faults.feed import Feed, csv
from tests.faults.support import Ending, assert_survived

GetFeed = Callable[[str], Feed]
PUBLISHED = Ending("published", notice="run_published")
FAILED = Ending("failed", notice="run_failed")


@pytest.mark.fault(21, by="injected")
def test_a_job_without_a_free_run_is_waited_for(feed: GetFeed) -> None:
    orders = feed("concurrent")
    busy = "Glue.ConcurrentRunsExceededException"
    with orders.faults.armed(
        Fault("state:StageRows", error=busy, where=orders.name, times=3),
        Fault("state:PublishRows", error=busy, where=orders.name, times=3),
    ):
        (run,) = orders.put_all(a_csv=csv((1, 1)))
    assert run["outcome"] == "published"
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(22, by="injected")
def test_throttling_by_any_service_is_waited_out(feed: GetFeed) -> None:
    orders = feed("throttled")
    artifacts = orders.lake["ArtifactsBucketName"]
    mine = {"where": orders.name, "times": 2}
    throttled, no_capacity = "ThrottlingException", "ProvisionedThroughputExceededException"
    with orders.faults.armed(
        Fault("state:PlanRead", error="Lambda.TooManyRequestsException", **mine),
        Fault("state:StartCrawler", error=f"Glue.{throttled}", where=orders.name),
        Fault("state:StageRows", error=f"Glue.{throttled}", **mine),
        Fault("dynamodb:TransactWriteItems", error=no_capacity, **mine),
        Fault("dynamodb:UpdateItem", error=throttled, **mine),
        Fault("s3:PutObject", error="SlowDown", status=503, where=f"/{artifacts}/runs/throttled"),
        Fault("states:StartExecution", error=throttled, where=orders.name),
        Fault("glue:UpdateTable", error=throttled, where=f'"{orders.name}"'),
    ):
        orders.put("a.csv", csv((1, 1)))
        (run,) = orders.settle()
    assert run["outcome"] == "published"
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(23, by="run")
def test_a_job_whose_spark_process_is_killed_while_it_writes_runs_once_more_and_larger(
    feed: GetFeed,
) -> None:
    orders = feed("worker_lost")
    files = f"/{orders.lake['ProcessedBucketName']}/{orders.name}/"
    with orders.faults.armed(Fault("s3:PutObject", kill=True, where=files)):
        orders.put("a.csv", csv((1, 1)))
        (run,) = orders.settle()
    assert run["outcome"] == "published"
    assert "; then " in run["engine"]
    told = {one["notice"] for one in orders.notices()}
    assert "job_retried_with_more_workers" in told
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(24, by="run")
@pytest.mark.fault(40, by="run")
def test_a_run_that_dies_between_writing_and_publishing_is_closed_and_done_again(
    feed: GetFeed,
) -> None:
    orders = feed("killed_late")
    with orders.faults.armed(Fault("state:Judge", kill=True, where=orders.name)):
        orders.put("a.csv", csv((1, 1)))
        (run,) = orders.settle()
    assert run["status"] == "running"
    assert orders.published() == []
    orders.sweep()
    orders.settle()
    told = Ending("failed", says="took over")
    assert_survived(orders, told, Ending(notice="lake_swept", of="_all"), rows=[(1, 1)])


@pytest.mark.fault(24, by="run")
def test_a_run_that_dies_after_publishing_is_closed_as_published_and_not_done_again(
    feed: GetFeed,
) -> None:
    orders = feed("killed_later")
    with orders.faults.armed(Fault("state:CloseRun", kill=True, where=orders.name)):
        orders.put("a.csv", csv((1, 1)))
        (run,) = orders.settle()
    assert run["status"] == "running"
    assert orders.published() == [(1, 1)]
    orders.sweep()
    orders.settle()
    told = Ending("published_with_warnings", says="took over")
    assert_survived(orders, told, Ending(notice="lake_swept", of="_all"), rows=[(1, 1)])
    assert orders.arrival("a.csv")["attempts"] == 1


@pytest.mark.fault(24, by="run")
@pytest.mark.parametrize(
    ("name", "late"), [("killed_before_commit", False), ("killed_after_commit", True)]
)
def test_a_publish_job_that_is_killed_around_its_commit_is_repeated_and_publishes_once(
    feed: GetFeed, name: str, late: bool
) -> None:
    orders = feed(name)
    commit = Fault("glue:UpdateTable", kill=True, late=late, where=f'"{orders.name}"')
    with orders.faults.armed(Fault("state:PublishRows", seconds=2, where=orders.name)):
        orders.put("a.csv", csv((1, 1)))
        orders.wait_for_state("PublishRows")
        number = orders.faults.arm(commit)
        run = orders.settle()[-1]
        assert orders.faults.hits(number) == 1
    assert run["outcome"] == "published"
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(25, by="injected")
def test_a_task_that_takes_too_long_is_ended_and_its_files_are_free_again(feed: GetFeed) -> None:
    orders = feed("timeouts")
    with orders.faults.armed(Fault("state:StageRows", error="States.Timeout", where=orders.name)):
        (run,) = orders.put_all(a_csv=csv((1, 1)))
    assert (run["outcome"], run["error_class"]) == ("failed", "resources")
    assert orders.arrival("a.csv")["status"] == "waiting"
    assert_survived(orders, FAILED, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(26, by="injected")
@pytest.mark.fault(29, by="injected")
@pytest.mark.parametrize(
    ("name", "error"),
    [("forbidden", "AccessDenied"), ("sealed", "KMS.DisabledException")],
)
def test_what_may_not_be_written_is_not_tried_again_and_needs_a_person(
    feed: GetFeed, name: str, error: str
) -> None:
    orders = feed(name)
    files = f"/{orders.lake['ProcessedBucketName']}/{orders.name}/"
    with orders.faults.armed(Fault("s3:PutObject", error=error, status=403, where=files, times=0)):
        (run,) = orders.put_all(a_csv=csv((1, 1)))
    assert (run["outcome"], run["error_class"]) == ("failed", "permission")
    (notice,) = [one for one in orders.notices() if one["notice"] == "run_failed"]
    assert notice["severity"] == "critical"
    assert orders.published() == []
    assert_survived(orders, FAILED, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(26, by="run")
def test_a_job_without_its_script_fails_once_and_needs_a_person(feed: GetFeed) -> None:
    orders = feed("shifted")
    s3 = orders.lake.client("s3")
    job = next(
        one["Command"]["ScriptLocation"]
        for one in orders.lake.client("glue").get_jobs()["Jobs"]
        if "--input_uri" in str(one) or "stage" in one["Name"].lower()
    )
    bucket, _, key = job.removeprefix("s3://").partition("/")
    script = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.delete_object(Bucket=bucket, Key=key)
    try:
        (run,) = orders.put_all(a_csv=csv((1, 1)))
    finally:
        s3.put_object(Bucket=bucket, Key=key, Body=script)
    assert (run["outcome"], run["error_class"]) == ("failed", "code")
    assert_survived(orders, FAILED, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(22, by="injected")
def test_a_service_that_is_slow_is_waited_for(feed: GetFeed) -> None:
    orders = feed("wide")
    started = time.monotonic()
    with orders.faults.armed(Fault("dynamodb:PutItem", seconds=2, where=orders.name)):
        (run,) = orders.put_all(a_csv=csv((1, 1)))
    assert time.monotonic() - started > 2
    assert run["outcome"] == "published"
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])
