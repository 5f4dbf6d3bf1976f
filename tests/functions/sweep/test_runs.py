"""What the sweep does about runs that died and about work that no run has taken."""

import pytest

from lake_runtime import clients
from lake_runtime.errors import SweepIncomplete


@pytest.fixture
def ended(lake):
    """Give a function that says an execution of the emulator, which has ended, holds the lock."""

    def hand_over(dataset="flights"):
        started = lake.sfn.start_execution(stateMachineArn=lake.machine, name="dead")
        lake.ledger.update_item(
            Key={"scope": lake.scope(dataset), "item": "LOCK"},
            UpdateExpression="SET execution_arn = :arn",
            ExpressionAttributeValues={":arn": started["executionArn"]},
        )
        while lake.sfn.describe_execution(executionArn=started["executionArn"])["status"] == (
            "RUNNING"
        ):
            pass

    return hand_over


def test_a_run_whose_execution_ended_without_closing_it_is_taken_over_long_before_its_lease(
    lake, ended
):
    # Given a run with a claim in its hands whose execution is over, though its lease is not
    version = lake.arrive("flights/a.csv")
    started_before = len(lake.executions())
    lake.open("run-1")
    ended()
    # When the lake is swept
    assert lake.sweep() == {"died": 1, "started": 1, "unheard": 0}
    # Then a run is started, which has the claim and closes the record of the dead one
    assert len(lake.executions()) == started_before + 2
    assert lake.open("run-2")["claims"] == 1
    assert (lake.arrival(version)["run_id"], lake.arrival(version)["attempts"]) == ("run-2", 2)
    record = lake.record("run-1")
    assert (record["status"], record["outcome"]) == ("closed", "failed")
    # And people are told what was mended
    (notice,) = lake.notices()
    assert (notice["notice"], notice["severity"]) == ("lake_swept", "warning")
    assert notice["counts"]["runs_died"] == 1
    assert "run run-1 died: its execution ended as SUCCEEDED" in notice["reasons"][0]


def test_a_run_whose_lease_ran_out_is_taken_over(lake):
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.expire_lock()
    assert lake.sweep()["died"] == 1
    assert "its lease ran out" in lake.notices()[0]["reasons"][0]
    assert lake.open("run-2")["claims"] == 1


def test_a_run_that_has_just_ended_gets_time_to_stop_its_job(lake, ended, monkeypatch):
    monkeypatch.setenv("GRACE_MINUTES", "15")
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    ended()
    assert lake.sweep() == {"died": 0, "started": 0, "unheard": 0}
    assert lake.open("run-2")["status"] == "busy"


def test_a_run_that_is_going_is_left_alone(lake, monkeypatch):
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.arrive("flights/b.csv", b"year,month,carrier\n2014,1,UA\n")
    before = lake.executions()
    running = {"status": "RUNNING"}
    monkeypatch.setattr(clients.stepfunctions(), "describe_execution", lambda **_: running)
    assert lake.sweep() == {"died": 0, "started": 0, "unheard": 0}
    assert lake.executions() == before
    assert lake.notices() == []


def test_what_a_failed_run_left_waiting_gets_a_run(lake):
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    before = lake.executions()
    assert lake.sweep()["started"] == 1
    assert len(lake.executions()) == len(before) + 1
    assert "flights/a.csv has waited for" in lake.notices()[0]["reasons"][0]


def test_what_has_only_just_arrived_is_left_to_the_run_that_its_event_starts(lake, monkeypatch):
    monkeypatch.setenv("GRACE_MINUTES", "15")
    lake.arrive("flights/a.csv")
    assert lake.sweep()["started"] == 0


def test_what_waits_for_its_schedule_goes_on_waiting(lake):
    lake.arrive("airlines/a.csv")
    assert lake.sweep()["started"] == 0


def test_a_product_that_nobody_told_of_its_inputs_is_built(lake):
    # Given inputs that were published, and no event that would have started the product
    for dataset in ("flights", "airlines"):
        lake.arrive(f"{dataset}/a.csv")
        lake.publish_run(f"run-{dataset}", dataset)
    # When the lake is swept
    assert lake.sweep()["started"] == 1
    # Then the curate machine is started with a dataset that leads to it
    (name,) = lake.executions(lake.curate)
    assert name.startswith("airlines-")
    lake.build("run-daily", "daily")
    assert lake.sweep()["started"] == 0


def test_a_micro_batch_starts_a_run_only_when_something_waits_and_none_is_going(lake):
    lake.change_contract(trigger={"mode": "micro_batch", "every_minutes": 5})
    look = {"dataset": "flights", "trigger": "micro_batch"}
    assert lake.sweep(**look) == {"started": False}
    lake.arrive("flights/a.csv")
    assert lake.executions() == []
    assert lake.sweep(**look) == {"started": True}
    assert len(lake.executions()) == 1
    lake.open("run-1")
    lake.arrive("flights/b.csv", b"year,month,carrier\n2014,1,UA\n")
    assert lake.sweep(**look) == {"started": False}


def test_what_cannot_be_swept_does_not_hide_the_rest_and_is_an_error_in_the_end(lake, monkeypatch):
    # Given a raw zone that cannot be listed, and a file that waits without a run
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    monkeypatch.setenv("RAW_BUCKET", "no-such-bucket")
    # When the lake is swept, then the run is started and told of before the sweep fails
    before = lake.executions()
    with pytest.raises(SweepIncomplete, match="the raw zone could not be swept"):
        lake.sweep()
    assert len(lake.executions()) == len(before) + 1
    (notice,) = lake.notices()
    assert notice["severity"] == "critical"
    assert notice["counts"]["runs_started"] == 1


def test_a_notice_that_cannot_be_sent_is_kept_in_the_error(lake, monkeypatch):
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    monkeypatch.setenv("ALERT_TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:no-such-topic")
    with pytest.raises(SweepIncomplete, match=r"the notice was not sent: .*flights/a\.csv"):
        lake.sweep()
