"""Faults around one run: failing branches, rivals, many files, and executions that are stopped."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from data_lake.contracts import load_contracts
from strata.errors import StrataError
from strata.iceberg import load_table
from strata.local.faults import Fault
from strata.redriving import redrive_run
from tests.faults.feed import BROKEN, Feed, csv
from tests.faults.support import Ending, assert_survived

GetFeed = Callable[[str], Feed]
PUBLISHED = Ending("published", notice="run_published")
FAILED = Ending("failed", notice="run_failed")


@pytest.mark.fault(30, by="injected")
@pytest.mark.parametrize(
    ("name", "state"), [("branch_fails", "GetCrawler"), ("item_fails", "InspectBatch")]
)
def test_a_failing_branch_or_item_fails_the_run_and_readers_see_what_they_saw(
    feed: GetFeed, name: str, state: str
) -> None:
    orders = feed(name)
    orders.put_all(a_csv=csv((1, 1)))
    with orders.faults.armed(Fault(f"state:{state}", error=BROKEN, where=orders.name)):
        run = orders.put_all(b_csv=csv((2, 1)))[-1]
    assert run["outcome"] == "failed"
    assert orders.published() == [(1, 1)]
    assert_survived(orders, FAILED, PUBLISHED, rows=[(1, 1), (2, 1)])


@pytest.mark.fault(30, by="injected")
def test_what_fails_after_publishing_is_a_warning_of_a_published_run(feed: GetFeed) -> None:
    orders = feed("warned")
    with orders.faults.armed(Fault("state:CloseRun", error="Broken", where=orders.name)):
        (run,) = orders.put_all(a_csv=csv((1, 1)))
    assert run["outcome"] == "published_with_warnings"
    told = Ending("published_with_warnings", notice="run_published_with_warnings", says="Broken")
    assert_survived(orders, told, rows=[(1, 1)])


@pytest.mark.fault(31, by="run")
def test_of_runs_that_start_together_one_publishes(feed: GetFeed) -> None:
    orders = feed("two_runs")
    with orders.faults.armed(Fault("state:OpenRun", seconds=1, times=0, where=f'"{orders.name}"')):
        orders.put("a.csv", csv((1, 1)))
        for number in range(2):
            orders.start(f"by-hand-{number}")
        runs = orders.settle()
    assert [run["outcome"] for run in runs] == ["published"]
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(31, by="run")
def test_a_file_that_arrives_at_any_state_is_taken_by_the_run_that_closing_starts(
    feed: GetFeed,
) -> None:
    orders = feed("any_state")
    states = [
        *("OpenRun", "InspectBatch", "PlanRead", "StageRows", "StartCrawler", "Judge"),
        *("PublishRows", "CloseRun", "Notify"),
    ]
    held = [Fault(f"state:{name}", seconds=1.5, where=f'"{orders.name}"') for name in states]
    with orders.faults.armed(*held):
        orders.put("first.csv", csv((0, 1)))
        for number, state in enumerate(states, start=1):
            orders.wait_for_state(state)
            orders.put(f"{state}.csv", csv((number, 1)))
        orders.settle()
    rows = [(number, 1) for number in range(len(states) + 1)]
    assert orders.published() == rows
    assert_survived(orders, PUBLISHED, rows=rows)


@pytest.mark.fault(31, by="injected")
def test_a_file_that_arrives_while_a_run_fails_is_loaded_with_nobodys_help(feed: GetFeed) -> None:
    orders = feed("failing_meanwhile")
    held = Fault("state:PlanRead", seconds=2, where=f'"{orders.name}"')
    broken = Fault("state:Judge", error=BROKEN, where=f'"{orders.name}"')
    with orders.faults.armed(held, broken):
        orders.put("first.csv", csv((1, 1)))
        orders.wait_for_state("PlanRead")
        orders.put("second.csv", csv((2, 1)))
        runs = orders.settle()
    assert [run["outcome"] for run in runs] == ["failed", "published"]
    assert orders.published() == [(1, 1), (2, 1)]
    failed = Ending("failed", notice="run_failed", says=BROKEN)
    assert_survived(orders, failed, PUBLISHED, rows=[(1, 1), (2, 1)])


@pytest.mark.fault(32, by="run")
def test_another_writers_commit_between_audit_and_publish_is_kept(feed: GetFeed) -> None:
    orders = feed("committed")
    orders.put_all(a_csv=csv((1, 1)))
    with orders.faults.armed(Fault("state:PublishRows", seconds=2, where=orders.name)):
        orders.put("b.csv", csv((2, 2)))
        orders.wait_for_state("PublishRows")
        table = load_table(orders.lake, "processed", orders.name)
        schema = table.schema().as_arrow()
        values = {"id": 7, "amount": 7, "note": "by hand"}
        row = pa.Table.from_pylist(
            [{field.name: values.get(field.name) for field in schema}], schema=schema
        )
        table.append(row)
        orders.settle()
    assert_survived(orders, PUBLISHED, rows=[(1, 1), (2, 2), (7, 7)])


def largest_document(feed: Feed) -> tuple[int, int]:
    """Give the size of the largest input or output of the dataset's states, and of the history."""
    sfn = feed.lake.client("stepfunctions")
    largest = longest = 0
    for run in feed.runs():
        pages = sfn.get_paginator("get_execution_history").paginate(
            executionArn=run["execution_arn"]
        )
        events: list[Any] = [event for page in pages for event in page["events"]]
        documents = [json.dumps(event, default=str) for event in events]
        largest = max(largest, *(len(document.encode()) for document in documents))
        longest = max(longest, len(events))
    return largest, longest


@pytest.mark.fault(10, by="run")
@pytest.mark.fault(39, by="run")
def test_many_files_of_one_run_leave_its_state_and_history_small(feed: GetFeed) -> None:
    orders = feed("many")
    names = {f"{'n' * 100}{number}_csv": csv((number, 1)) for number in range(150)}
    runs = orders.put_all(**names)
    largest, longest = largest_document(orders)
    assert max(run["files_claimed"] for run in runs) >= 75
    assert largest < 8 * 1024
    assert longest < 2_500
    assert_survived(orders, PUBLISHED, rows=[(number, 1) for number in range(150)])


@pytest.mark.fault(40, by="run")
def test_an_execution_that_is_stopped_by_hand_is_taken_over_and_its_name_is_used_up(
    feed: GetFeed,
) -> None:
    orders = feed("stopped")
    sfn = orders.lake.client("stepfunctions")
    with orders.faults.armed(Fault("state:PlanRead", seconds=1, where=orders.name)):
        orders.put("a.csv", csv((1, 1)))
        arn = orders.wait_for_state("PlanRead")
        sfn.stop_execution(executionArn=arn, cause="by hand")
        orders.settle()
        time.sleep(1)
    orders.sweep()
    orders.settle()
    name = arn.rpartition(":")[2]
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        orders.start(name.removeprefix(f"{orders.name}-"))
    told = Ending("failed", says="took over")
    assert_survived(orders, told, Ending(notice="lake_swept", of="_all"), rows=[(1, 1)])


@pytest.mark.fault(40, by="run")
def test_a_failed_run_that_is_redriven_is_done_again_once_under_its_own_id(
    feed: GetFeed, fault_contracts: Path
) -> None:
    orders, contracts = feed("redone"), load_contracts(fault_contracts)
    orders.fail("a.csv", csv((1, 1)))
    (failed,) = orders.runs()
    redriven = redrive_run(orders.lake, contracts, orders.name)
    orders.settle()
    (run,) = orders.runs()
    assert (redriven.run_id, run["run_id"]) == (failed["run_id"], failed["run_id"])
    assert run["outcome"] == "published"
    with pytest.raises(StrataError):
        redrive_run(orders.lake, contracts, orders.name)
    assert_survived(orders, Ending(notice="run_failed"), PUBLISHED, rows=[(1, 1)])
