"""`strata redrive` starts what the functions open again, once, and refuses everything else."""

import json

import pytest

from data_lake.contracts import ContractSet
from strata.errors import StrataError
from strata.redriving import redrive_run
from tests.functions.support.deployed import Recorder, deployed_lake


class Product:
    """A product as far as redriving looks at it."""

    inputs = ("flights",)


CONTRACTS = ContractSet(
    datasets=dict.fromkeys(("flights", "airlines")), products={"daily": Product()}
)


@pytest.fixture
def deployed(lake, emulator):
    """Give the lake as the command line finds it, its machines with their alias."""
    for machine in (lake.machine, lake.curate):
        version = lake.sfn.publish_state_machine_version(stateMachineArn=machine)
        lake.sfn.create_state_machine_alias(
            name="live",
            routingConfiguration=[
                {"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}
            ],
        )
    return deployed_lake(lake, emulator)


def set_record(lake, run_id, **values):
    """Change a run's audit record."""
    record = lake.record(run_id) | values
    lake.audit.put_item(Item=record)


def execution(lake, arn):
    """Give what an execution was told."""
    return json.loads(lake.sfn.describe_execution(executionArn=arn)["input"])


def test_a_run_that_failed_gets_a_new_execution_for_its_id(lake, deployed):
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    done = redrive_run(deployed, CONTRACTS, "flights")
    assert execution(lake, done.execution_arn) == {
        "dataset": "flights",
        "trigger": "redrive",
        "run_id": "run-1",
    }
    assert done.execution_arn.endswith(":run-1-redrive-1")
    assert redrive_run(deployed, CONTRACTS, "flights", "run-1").run_id == "run-1"


def test_a_redrive_whose_execution_opened_nothing_can_be_repeated(lake, deployed):
    # Given a redrive that found the dataset busy, which the machine here, that does nothing, is
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    first = redrive_run(deployed, CONTRACTS, "flights")
    _ended(lake, first.execution_arn)
    # Then the next one gets a name of its own
    assert redrive_run(deployed, CONTRACTS, "flights").execution_arn != first.execution_arn


def _ended(lake, arn):
    while lake.sfn.describe_execution(executionArn=arn)["status"] == "RUNNING":
        continue


def test_a_run_that_published_is_refused(lake, deployed):
    lake.arrive("flights/a.csv")
    lake.publish_run("run-1")
    with pytest.raises(StrataError, match=r"run-1 ended as published; only .* nothing was changed"):
        redrive_run(deployed, CONTRACTS, "flights")
    assert lake.executions() == [name for name in lake.executions() if "redrive" not in name]


def test_a_run_that_goes_on_is_refused(lake, deployed):
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    deployed.given["stepfunctions"] = states = _States("RUNNING")
    with pytest.raises(StrataError, match=r"run run-1 goes on \(running\); nothing was changed"):
        redrive_run(deployed, CONTRACTS, "flights")
    assert [name for name, _ in states.calls] == ["describe_execution"]


class _States(Recorder):
    """Step Functions, in which every execution stands the same."""

    def __init__(self, status):
        super().__init__({"describe_execution": {"status": status}})

    class exceptions:  # noqa: N801 - boto3 calls it so
        """The exceptions of the service."""

        class ExecutionDoesNotExist(Exception):  # noqa: N818 - boto3 calls it so
            """No such execution."""


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
def test_an_execution_that_was_stopped_is_gone_on_with_by_the_service(lake, deployed, status):
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    deployed.given["stepfunctions"] = states = _States(status)
    done = redrive_run(deployed, CONTRACTS, "flights")
    assert "goes on where it stopped" in done.how
    assert states.calls[-1] == ("redrive_execution", {"executionArn": "arn:run-1"})


def test_a_stopped_execution_whose_files_another_run_took_over_is_left_alone(lake, deployed):
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.expire_lock()
    lake.open("run-2")
    set_record(lake, "run-1", status="running")
    deployed.given["stepfunctions"] = states = _States("ABORTED")
    with pytest.raises(StrataError, match="run-1 is not the dataset's any more"):
        redrive_run(deployed, CONTRACTS, "flights", "run-1")
    assert [name for name, _ in states.calls] == ["describe_execution"]


def test_a_redrive_beside_a_run_that_goes_is_refused(lake, deployed):
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    lake.open("run-2")
    with pytest.raises(StrataError, match="run run-2 is going and may take the same files"):
        redrive_run(deployed, CONTRACTS, "flights", "run-1")


def test_a_redrive_under_an_open_circuit_says_how_to_close_it(lake, deployed):
    lake.change_contract(circuit={"failures": 1, "cool_down_minutes": 60})
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    with pytest.raises(StrataError, match=r"its circuit is open until 20.*strata circuit close fl"):
        redrive_run(deployed, CONTRACTS, "flights")


@pytest.mark.parametrize(
    ("dataset", "run_id", "message"),
    [
        ("flihgts", None, "no contract is named flihgts; did you mean flights"),
        ("airlines", None, "airlines has had no run yet; nothing to redrive"),
        ("flights", "run-9", "flights has no run run-9; the last that failed: run-1"),
    ],
)
def test_what_there_is_not_is_refused(lake, deployed, dataset, run_id, message):
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    with pytest.raises(StrataError, match=message):
        redrive_run(deployed, CONTRACTS, dataset, run_id)


def test_a_product_is_built_anew_from_what_it_reads(lake, deployed):
    for dataset in ("flights", "airlines"):
        lake.arrive(f"{dataset}/a.csv")
        lake.publish_run(f"run-of-{dataset}", dataset)
    lake.fail("build-1", "daily")
    done = redrive_run(deployed, CONTRACTS, "daily")
    assert execution(lake, done.execution_arn) == {"dataset": "flights", "trigger": "redrive"}
    # And opening it finds that the last try failed
    assert lake.open("build-2", "daily")["status"] == "opened"
