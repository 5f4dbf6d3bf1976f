"""A dataset that fails again and again: its circuit opens, cools down, and is tried."""

import json

import pytest

from lake_runtime.ledger import Ledger
from lake_runtime.lock import DatasetLock
from tests.functions.support.resources import one_row


@pytest.fixture
def broken(lake):
    """Give a lake where two failed runs of flights, one after the other, open its circuit."""
    lake.change_contract(circuit={"failures": 2, "cool_down_minutes": 60})
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    return lake


@pytest.fixture
def lock(lake):
    """Give the lock of flights."""
    return DatasetLock(Ledger(lake.ledger.name, lake.scope("flights")))


def changes(lake):
    """Give the history of the circuit as pairs of states."""
    entries = lake.items("CIRCUIT#")
    return [(entry["from"], entry["to"]) for entry in entries]


def test_after_so_many_failures_no_run_is_opened_and_what_arrives_waits(broken):
    # Given a second failure
    closed = broken.fail("run-2")
    # Then closing tells at once that the circuit is open
    message = json.loads(closed["notice"]["message"])
    assert message["severity"] == "critical"
    assert "strata circuit close flights" in message["next_step"]
    # And the next run claims nothing, leaves no record, and frees the lock
    version = broken.arrive("flights/b.csv", one_row(2))
    refused = broken.open("run-3")
    assert (refused["status"], refused["claims"]) == ("circuit_open", 0)
    assert broken.status(version) == "waiting"
    assert broken.record("run-3") == {}
    assert broken.items("LOCK") == []
    assert broken.circuit()["state"] == "open"


def test_the_first_refused_run_tells_people_and_the_others_do_not(broken):
    broken.fail("run-2")
    message = json.loads(broken.open("run-3")["notice"]["message"])
    assert (message["notice"], message["severity"]) == ("circuit_open", "critical")
    assert "Glue.ThrottlingException" in message["reasons"][0]
    assert broken.open("run-4")["notice"] is None


def test_other_datasets_are_untouched(broken):
    broken.fail("run-2")
    broken.arrive("airlines/a.csv")
    broken.publish_run("run-1", "airlines")
    assert broken.record("run-1", "airlines")["outcome"] == "published"


def test_after_the_cool_down_one_run_is_tried_and_closes_the_circuit_if_it_ends_well(broken):
    broken.fail("run-2")
    broken.cool_down()
    opened = broken.open("run-3")
    assert opened["status"] == "opened"
    assert broken.circuit()["state"] == "half_open"
    broken.inspect(opened)
    broken.plan(opened)
    broken.stage("run-3")
    broken.publish("run-3")
    broken.close("run-3", "published")
    assert broken.circuit()["state"] == "closed"
    assert changes(broken) == [
        ("closed", "open"),
        ("open", "half_open"),
        ("half_open", "closed"),
    ]
    assert [entry["by"] for entry in broken.items("CIRCUIT#")] == ["run run-2"] + ["run run-3"] * 2


def test_a_trial_that_fails_opens_the_circuit_again_at_its_first_failure(broken):
    broken.fail("run-2")
    broken.cool_down()
    broken.fail("run-3")
    assert broken.circuit()["state"] == "open"
    refused = broken.open("run-4")
    assert refused["status"] == "circuit_open"
    assert refused["notice"] is not None


def test_a_trial_that_died_counts_as_failed(broken):
    broken.fail("run-2")
    broken.cool_down()
    broken.open("run-3")
    broken.expire_lock()
    assert broken.open("run-4")["status"] == "circuit_open"
    assert broken.record("run-3")["outcome"] == "failed"
    assert broken.items("LOCK") == []


def test_a_trial_that_never_came_to_an_end_leaves_the_trial_to_the_next_run(broken):
    # Given a trial that was given to a run which then found nothing to do
    broken.fail("run-2")
    broken.cool_down()
    broken.ledger.update_item(
        Key={"scope": broken.scope("flights"), "item": "CIRCUIT"},
        UpdateExpression="SET #state = :half_open, trial = :run",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":half_open": "half_open", ":run": "run-3"},
    )
    # When another run opens, then it is the trial
    assert broken.open("run-4")["status"] == "opened"
    assert broken.circuit()["trial"] == "run-4"


def test_a_run_that_ends_well_starts_the_count_anew(broken):
    broken.publish_run("run-2")
    broken.arrive("flights/b.csv", one_row(2))
    broken.fail("run-3")
    assert broken.open("run-4")["status"] == "opened"


def test_a_run_that_is_closed_twice_counts_once(broken):
    for _ in range(3):
        broken.close("run-1", "failed", error={"Error": "B", "Cause": ""})
    assert broken.open("run-2")["status"] == "opened"


def test_a_batch_that_was_not_good_enough_is_no_failure_of_the_machine(broken):
    broken.open("run-2")
    broken.close("run-2", "rejected")
    assert broken.circuit()["failures"] == 0


def open_by_hand(lake):
    """Open the circuit of flights as a person does."""
    key = {"scope": lake.scope("flights"), "item": "CIRCUIT"}
    version = lake.circuit().get("version", 0) + 1
    item = {"state": "open", "failures": 0, "retry_at": "", "version": version, "why": "a move"}
    lake.ledger.put_item(Item=key | item)


def test_a_circuit_that_a_person_opened_waits_for_a_person(lake):
    lake.arrive("flights/a.csv")
    open_by_hand(lake)
    refused = lake.open("run-1")
    assert refused["status"] == "circuit_open"
    assert "until a person closes it" in refused["notice"]["message"]
    assert lake.sweep()["started"] == 0


def test_a_run_that_was_going_when_a_person_opened_the_circuit_goes_on_and_does_not_close_it(lake):
    lake.arrive("flights/a.csv")
    opened = lake.open("run-1")
    open_by_hand(lake)
    assert lake.open("run-1")["status"] == "opened"
    lake.inspect(opened)
    lake.plan(opened)
    lake.stage("run-1")
    lake.publish("run-1")
    lake.close("run-1", "published")
    assert lake.circuit()["state"] == "open"


def test_the_sweep_tries_the_circuit_only_when_it_has_cooled_down(broken):
    broken.fail("run-2")
    assert broken.sweep()["started"] == 0
    broken.cool_down()
    assert broken.sweep()["started"] == 1
    assert broken.open("run-3")["status"] == "opened"


@pytest.mark.parametrize(("failures", "state"), [(5, "closed"), (4, "open")])
def test_runs_that_failed_before_they_were_open_count_by_the_contracts_own_limit(
    lake, lock, failures, state
):
    lake.change_contract(circuit={"failures": failures, "cool_down_minutes": 60})
    lake.arrive("flights/a.csv")
    error = {"Error": "Runtime.ExitError", "Cause": "the function died"}
    for number in range(4):
        lock.acquire(f"run-{number}", "arn", 60)
        lake.close(f"run-{number}", "failed", error=error)
    assert lake.circuit().get("state", "closed") == state


def test_runs_that_never_held_the_lock_say_nothing_of_the_dataset(lake):
    # Given a run that goes on, and others beside it that fail before they find it busy
    lake.change_contract(circuit={"failures": 1, "cool_down_minutes": 60})
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    error = {"Error": "Runtime.ExitError", "Cause": "the function died"}
    for number in range(2, 5):
        # A call of the function is tried again
        lake.close(f"run-{number}", "failed", error=error)
        lake.close(f"run-{number}", "failed", error=error)
    # Then they are told and recorded, and the circuit stays closed
    assert lake.record("run-4")["outcome"] == "failed"
    assert lake.circuit() == {}


@pytest.mark.parametrize(
    "bundle", [{"format": 1, "datasets": {}, "products": {}}, {"format": 1, "datasets": 7}]
)
def test_a_run_whose_contract_is_gone_is_closed_by_the_limits_of_one_that_says_nothing(
    lake, lock, bundle
):
    lake.deploy(bundle)
    for number in range(3):
        lock.acquire(f"run-{number}", "arn", 60)
        lake.close(f"run-{number}", "failed", error={"Error": "ContractMissing", "Cause": ""})
    assert lake.record("run-2")["status"] == "closed"
    assert lake.circuit()["state"] == "open"
