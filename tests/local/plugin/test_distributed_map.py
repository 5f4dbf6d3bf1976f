"""Distributed Maps on the live emulator, as the ingest machine uses them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Client = Callable[[str], Any]
Execute = Callable[..., dict[str, Any]]
Make = Callable[[str], str]

PICKY = """
class Broken(Exception):
    pass

def handle(event, context):
    if event["item"]["bad"]:
        raise Broken(event["item"]["name"])
    return event
"""
VALUE = "{% $states.context.Map.Item.Value %}"


@pytest.fixture
def listing(client: Client, bucket: str) -> dict[str, str]:
    """Give bucket and key of a list of ten items, of which the third is bad."""
    items = [{"name": f"item-{number}", "bad": number == 2} for number in range(10)]
    client("s3").put_object(Bucket=bucket, Key="run/list.json", Body=json.dumps(items))
    return {"Bucket": bucket, "Key": "run/list.json"}


def each(arn: str, listing: dict[str, str], **rest: Any) -> dict[str, Any]:
    """Give a machine that calls a function for each item of a list in S3."""
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": arn, "Payload": "{% $states.input %}"},
        "End": True,
    }
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Call",
        "States": {"Call": call},
    }
    many = {
        "Type": "Map",
        "Label": "Many",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Arguments": {"Bucket": "{% $bucket %}", "Key": "{% $states.input.Key %}"},
        },
        "ItemSelector": {"item": VALUE, "from": "{% $bucket %}"},
        "MaxConcurrency": 3,
        "ToleratedFailurePercentage": 0,
        "ItemProcessor": processor,
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Arguments": {"Bucket": "{% $bucket %}", "Prefix": "{% 'run/' & 'results' %}"},
        },
        "Assign": {"manifest": "{% $states.result.ResultWriterDetails.Key %}"},
        "Next": "Tell",
    }
    remember = {"Type": "Pass", "Assign": {"bucket": listing["Bucket"]}, "Next": "Many"}
    tell = {"Type": "Pass", "Output": {"manifest": "{% $manifest %}"}, "End": True}
    return {
        "StartAt": "Remember",
        "States": {"Remember": remember, "Many": many | rest, "Tell": tell},
    }


def results(client: Client, listing: dict[str, str], key: str) -> dict[str, list[dict[str, Any]]]:
    """Give what a manifest of results lists, by outcome."""
    s3, bucket = client("s3"), listing["Bucket"]
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return {
        outcome: [
            item
            for file in files
            for item in json.loads(s3.get_object(Bucket=bucket, Key=file["Key"])["Body"].read())
        ]
        for outcome, files in manifest["ResultFiles"].items()
    }


def test_items_come_from_s3_and_results_go_there(
    client: Client, execute: Execute, function: Make, listing: dict[str, str]
) -> None:
    machine = each(function(PICKY), listing, ToleratedFailurePercentage="{% 5 * 2 %}")
    ended = execute(machine, listing)
    assert ended["status"] == "SUCCEEDED"
    found = results(client, listing, json.loads(ended["output"])["manifest"])
    assert len(found["SUCCEEDED"]) == 9
    (failed,) = found["FAILED"]
    assert json.loads(failed["Input"])["item"] == {"name": "item-2", "bad": True}
    assert json.loads(failed["Input"])["from"] == listing["Bucket"]
    assert failed["Error"] == "Broken"
    assert json.loads(failed["Cause"])["errorMessage"] == "item-2"


@pytest.mark.parametrize(
    "threshold",
    [{"ToleratedFailurePercentage": 9.9}, {"ToleratedFailureCount": 0}],
    ids=["percentage", "count"],
)
def test_more_failures_than_tolerated_fail_the_map_and_the_results_are_there_all_the_same(
    client: Client,
    execute: Execute,
    function: Make,
    listing: dict[str, str],
    threshold: dict[str, float],
) -> None:
    machine = each(function(PICKY), listing)
    del machine["States"]["Many"]["ToleratedFailurePercentage"]
    machine["States"]["Many"] |= threshold
    ended = execute(machine, listing)
    assert (ended["status"], ended["error"]) == (
        "FAILED",
        "States.ExceedToleratedFailureThreshold",
    )
    listed = client("s3").list_objects_v2(Bucket=listing["Bucket"], Prefix="run/results/")
    names = {entry["Key"].rsplit("/", 1)[-1] for entry in listed["Contents"]}
    assert names == {"manifest.json", "FAILED_0.json", "SUCCEEDED_0.json"}


def test_every_item_is_an_execution_of_its_own_that_the_map_run_lists(
    client: Client, execute: Execute, function: Make, listing: dict[str, str]
) -> None:
    machine = each(function(PICKY), listing, ToleratedFailureCount=1)
    ended = execute(machine, listing)
    states = client("stepfunctions")
    (run,) = states.list_map_runs(executionArn=ended["executionArn"])["mapRuns"]
    described = states.describe_map_run(mapRunArn=run["mapRunArn"])
    counts = described["itemCounts"]
    assert (counts["total"], counts["succeeded"], counts["failed"]) == (10, 9, 1)
    assert described["maxConcurrency"] == 3
    children = states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert len(children) == 10
    assert all("/Many:" in child["executionArn"] for child in children)


def test_an_item_does_not_know_the_variables_around_it(
    execute: Execute, function: Make, listing: dict[str, str]
) -> None:
    machine = each(function(PICKY), listing, ToleratedFailureCount=1)
    processor = machine["States"]["Many"]["ItemProcessor"]
    processor["States"]["Call"] = {"Type": "Pass", "Output": "{% $bucket %}", "End": True}
    ended = execute(machine, listing)
    assert ended["error"] == "States.ExceedToleratedFailureThreshold"


def test_express_items_are_in_no_list_of_executions(
    client: Client, execute: Execute, function: Make, listing: dict[str, str]
) -> None:
    machine = each(function(PICKY), listing, ToleratedFailureCount=1)
    machine["States"]["Many"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = "EXPRESS"
    ended = execute(machine, listing)
    states = client("stepfunctions")
    (run,) = states.list_map_runs(executionArn=ended["executionArn"])["mapRuns"]
    assert states.list_executions(mapRunArn=run["mapRunArn"])["executions"] == []
    counts = states.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]
    assert (counts["succeeded"], counts["failed"]) == (9, 1)


def test_a_list_that_is_not_there_fails_the_map(
    execute: Execute, function: Make, listing: dict[str, str]
) -> None:
    ended = execute(each(function(PICKY), listing), {"Key": "run/absent.json"})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.ItemReaderFailed")


def test_what_is_not_emulated_fails_instead_of_being_left_out(
    execute: Execute, function: Make, listing: dict[str, str]
) -> None:
    machine = each(function(PICKY), listing, ItemBatcher={"MaxItemsPerBatch": 5})
    ended = execute(machine, listing)
    assert ended["status"] == "FAILED"
    assert "ItemBatcher" in ended["cause"]


def test_a_wait_assigns_what_it_says(execute: Execute) -> None:
    wait = {"Type": "Wait", "Seconds": 1, "Assign": {"tries": "{% $tries + 1 %}"}, "Next": "Tell"}
    ended = execute(
        {
            "StartAt": "Remember",
            "States": {
                "Remember": {"Type": "Pass", "Assign": {"tries": 1}, "Next": "Pause"},
                "Pause": wait,
                "Tell": {"Type": "Pass", "Output": {"tries": "{% $tries %}"}, "End": True},
            },
        }
    )
    assert json.loads(ended["output"]) == {"tries": 2}
