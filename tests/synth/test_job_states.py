"""What both machines do when their Spark job fails: by the class of the error."""

import json

import pytest

from tests.synth.answers import LARGER, SIZE
from tests.synth.player import Player, TaskFailedError
from tests.synth.test_curate_states import ANSWERS as CURATE
from tests.synth.test_ingest_states import ANSWERS as INGEST

MACHINES = {
    "ingest": (INGEST, "StageRows", {"dataset": "flights", "trigger": "on_arrival"}),
    "curate": (CURATE, "BuildProduct", {"dataset": "flights"}),
}
DONE = {"JobRunState": "SUCCEEDED"}


def failed(message, state="FAILED"):
    """Give the failure of a job run as the integration reports it."""
    run = {"JobName": "stage", "Id": "jr_1", "JobRunState": state, "ErrorMessage": message}
    return TaskFailedError("States.TaskFailed", json.dumps(run, separators=(",", ":")))


@pytest.fixture(params=MACHINES)
def play(request, prod):
    """Give a function that plays a machine whose job answers like this."""
    answers, job, given = MACHINES[request.param]

    def play_with(first, second=DONE, **changed):
        jobs = {job: first, f"{job}WithMoreWorkers": second, "NotifyMoreWorkers": {}}
        changed = answers | jobs | changed
        return job, Player(prod.definition(request.param), changed).play(given)

    return play_with


@pytest.mark.parametrize(
    "failure",
    [
        failed("java.lang.OutOfMemoryError: Java heap space"),
        failed("ExecutorLostFailure (executor 3 exited)"),
        failed("No space left on device"),
        failed("the Spark process died with exit code -9"),
        failed("", state="TIMEOUT"),
    ],
    ids=["memory", "executor", "disk", "killed", "timeout"],
)
def test_a_job_that_lacks_resources_is_run_once_more_with_more_workers_and_that_is_told(
    play, failure
):
    job, played = play(failure)
    (larger,) = played.calls[f"{job}WithMoreWorkers"]
    assert larger["NumberOfWorkers"] == LARGER["workers"] > SIZE["NumberOfWorkers"]
    assert larger["ExecutionClass"] == "STANDARD"
    assert larger["Arguments"] == played.calls[job][0]["Arguments"]
    message = json.loads(played.calls["NotifyMoreWorkers"][0]["Message"])
    assert message["notice"] == "job_retried_with_more_workers"
    assert "first 7, now 14 G.2X workers" in message["reasons"]
    assert played.calls["CloseRun"][0]["Payload"]["more_workers"] is True
    assert "CloseFailed" not in played.calls


def test_a_run_whose_job_succeeds_at_once_says_so(play):
    job, played = play(DONE)
    assert f"{job}WithMoreWorkers" not in played.calls
    assert "NotifyMoreWorkers" not in played.calls
    assert played.calls["CloseRun"][0]["Payload"]["more_workers"] is False


def test_a_larger_job_that_fails_too_fails_the_run_with_its_own_error(play):
    job, played = play(failed("OutOfMemoryError"), second=failed("OutOfMemoryError again"))
    assert len(played.calls[f"{job}WithMoreWorkers"]) == 1
    closed = played.calls["CloseFailed"][0]["Payload"]
    assert "again" in closed["error"]["Cause"]
    assert "NotifyFailure" in played.calls


@pytest.mark.parametrize("message", ["SlowDown: reduce your rate", "ServiceUnavailable (503)"])
def test_a_job_that_failed_over_a_busy_service_is_run_again_after_a_while(play, message):
    job, played = play([failed(message), failed(message), DONE])
    assert len(played.calls[job]) == 3
    assert played.visited.count("HandleTransientError") == 2
    assert "CloseFailed" not in played.calls


def test_a_service_that_stays_busy_fails_the_run_in_the_end(play):
    job, played = play(failed("SlowDown"))
    assert len(played.calls[job]) == 3
    assert len(played.calls["CloseFailed"]) == 1


@pytest.mark.parametrize(
    "failure",
    [
        failed("NameError: name 'x' is not defined"),
        failed("AccessDenied when calling GetObject"),
        failed("java.lang.NumberFormatException"),
        TaskFailedError("Glue.EntityNotFoundException"),
        TaskFailedError("States.Timeout"),
    ],
    ids=["code", "permission", "data", "missing", "hung"],
)
def test_every_other_failure_of_a_job_is_handled_at_once_and_not_tried_again(play, failure):
    job, played = play(failure)
    assert len(played.calls[job]) == 1
    assert f"{job}WithMoreWorkers" not in played.calls
    assert played.calls["CloseFailed"][0]["Payload"]["error"] == failure.output
    assert "NotifyFailure" in played.calls


def test_a_lost_notice_of_a_larger_job_does_not_keep_it_from_running(play):
    job, played = play(failed("OutOfMemoryError"), NotifyMoreWorkers=TaskFailedError("SNS.Down"))
    assert len(played.calls[f"{job}WithMoreWorkers"]) == 1
    assert "CloseFailed" not in played.calls
