import json

import pytest

from lake_runtime.errors import ReportMissing
from tests.functions.support.resources import one_row

CHANGED = {"Error": "SourceChanged", "Cause": json.dumps({"errorMessage": "1 of 1 files"})}
BUG = {"Error": "AttributeError", "Cause": json.dumps({"errorMessage": "'Jane Doe' is not"})}


def _message(closed):
    return json.loads(closed["notice"]["message"])


def test_a_failed_run_gives_its_claims_back_and_starts_nothing_by_itself(lake):
    # Given a run that failed over a bug
    version = lake.arrive("flights/a.csv")
    lake.read_and_plan()
    # When it is closed
    closed = lake.close("run-1", "failed", error=BUG)
    # Then the file waits again with its attempt counted, and no run follows at once
    assert lake.waiting() == [version.arrival_id]
    arrival = lake.arrival(version)
    assert (arrival["status"], arrival["attempts"]) == ("waiting", 1)
    assert "run_id" not in arrival
    assert closed["more_waiting"] is False
    assert lake.items("LOCK") == []
    record = lake.record("run-1")
    assert (record["outcome"], record["error_class"]) == ("failed", "code")
    message = _message(closed)
    assert (message["notice"], message["severity"]) == ("run_failed", "critical")
    assert message["reasons"] == ["AttributeError"]
    assert "Jane" not in closed["notice"]["message"]


def test_a_failure_that_passes_is_a_warning(lake):
    lake.arrive("flights/a.csv")
    lake.open()
    error = {"Error": "Glue.ConcurrentRunsExceededException", "Cause": ""}
    closed = lake.close("run-1", "failed", error=error)
    assert _message(closed)["severity"] == "warning"
    assert lake.record("run-1")["error_class"] == "throttling"


def test_a_run_whose_source_changed_is_followed_by_another_at_once(lake):
    # Given a run that failed because a file was replaced while it was read
    lake.arrive("flights/a.csv")
    lake.read_and_plan()
    lake.arrive("flights/a.csv", one_row(2))
    # When it is closed
    closed = lake.close("run-1", "failed", error=CHANGED)
    # Then the next run takes both versions
    assert closed["more_waiting"] is True
    assert len(lake.waiting()) == 2


def test_a_rejected_file_stays_rejected_though_its_run_fails(lake):
    bad = lake.arrive("flights/a.csv", b"")
    good = lake.arrive("flights/b.csv", one_row(1))
    lake.read_and_plan()
    closed = lake.close("run-1", "failed", error=BUG)
    assert lake.status(bad) == "rejected"
    assert lake.waiting() == [good.arrival_id]
    assert "flights/a.csv: empty_file: the file has no bytes" in _message(closed)["reasons"]


def test_after_as_many_failed_runs_as_the_contract_allows_a_file_is_parked(lake):
    # Given a file whose runs fail, and a contract that allows three
    lake.change_contract(retry={"max_attempts": 3})
    version = lake.arrive("flights/a.csv")
    error = {"Error": "Glue.ThrottlingException", "Cause": ""}
    for number in (1, 2):
        lake.open(f"run-{number}")
        lake.close(f"run-{number}", "failed", error=error)
        assert lake.waiting() == [version.arrival_id]
    # When the third fails
    lake.open("run-3")
    closed = lake.close("run-3", "failed", error=CHANGED)
    # Then it is parked: no run takes it again by itself, and a person is told
    arrival = lake.arrival(version)
    assert (arrival["status"], arrival["attempts"]) == ("parked", 3)
    assert "run run-3: SourceChanged" in arrival["reason"]
    assert lake.waiting() == []
    assert closed["more_waiting"] is False
    message = _message(closed)
    assert (message["severity"], message["counts"]["files_parked"]) == ("critical", 1)
    assert "parked" in message["next_step"]
    assert lake.open("run-4")["status"] == "nothing_waiting"


def test_a_contract_that_says_nothing_allows_five_attempts(lake):
    version = lake.arrive("flights/a.csv")
    for number in range(1, 6):
        assert lake.status(version) == "waiting"
        lake.open(f"run-{number}")
        lake.close(f"run-{number}", "failed", error=CHANGED)
    assert (lake.status(version), lake.arrival(version)["attempts"]) == ("parked", 5)


def test_a_run_keeps_the_limit_that_it_was_opened_with_though_its_contract_changes(lake):
    # Given a run that was opened when one attempt was allowed
    lake.change_contract(retry={"max_attempts": 1})
    version = lake.arrive("flights/a.csv")
    lake.open("run-1")
    # When the contract allows more before it fails
    lake.change_contract(retry={"max_attempts": 9})
    lake.close("run-1", "failed", error=CHANGED)
    # Then the file is parked as that run was told, and the record says what that was
    assert lake.status(version) == "parked"
    assert lake.record("run-1")["limits"]["max_attempts"] == 1


def test_a_run_that_fails_after_it_published_counts_as_published(lake):
    # Given a run that published and then failed
    version = lake.arrive("flights/a.csv")
    lake.read_and_plan()
    lake.stage("run-1")
    lake.publish("run-1")
    # When it is closed as failed
    closed = lake.close("run-1", "failed", error=BUG)
    # Then its file is not read again: readers already see its rows
    assert closed["outcome"] == "published_with_warnings"
    assert closed["event"]["run_id"] == "run-1"
    assert lake.status(version) == "published"
    assert lake.waiting() == []
    assert lake.items("STATE")[0]["last_published_run"] == "run-1"


@pytest.mark.parametrize("missing", ["stage", "publish"])
def test_a_run_said_to_be_published_without_its_reports_is_an_error(lake, missing):
    version = lake.arrive("flights/a.csv")
    lake.read_and_plan()
    if missing == "stage":
        lake.publish("run-1")
    else:
        lake.stage("run-1")
    with pytest.raises(ReportMissing, match=f"{missing}.json: missing"):
        lake.close("run-1", "published")
    assert lake.status(version) == "claimed"


def test_a_failed_run_is_closed_whatever_its_reports_look_like(lake):
    version = lake.arrive("flights/a.csv")
    lake.read_and_plan()
    for name in ("stage.json", "publish.json"):
        lake.write("flights", "run-1", name, {"run_id": "another"})
    closed = lake.close("run-1", "failed", error=BUG)
    assert closed["outcome"] == "failed"
    assert lake.waiting() == [version.arrival_id]
    assert lake.items("LOCK") == []


def test_a_run_that_failed_to_open_is_recorded_all_the_same(lake):
    error = {"Error": "ContractMissing", "Cause": json.dumps({"errorMessage": "no dataset"})}
    closed = lake.close("run-1", "failed", "weather", error=error)
    record = lake.record("run-1", "weather")
    assert (record["status"], record["outcome"]) == ("closed", "failed")
    assert record["started_at"] == record["ended_at"]
    assert record["owner_scope"] == "us-east-1#strata-local"
    assert _message(closed)["reasons"] == ["ContractMissing: no dataset"]


def test_a_failure_without_an_error_or_a_prefix_is_closed(lake):
    lake.arrive("flights/a.csv")
    lake.open()
    closed = lake.close("run-1", "failed", run_prefix=None, error=None)
    assert _message(closed)["reasons"] == ["unknown error"]
    assert lake.items("LOCK") == []
