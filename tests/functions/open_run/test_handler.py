import threading

import pytest
from pydantic import ValidationError

from lake_runtime.errors import ContractMissing, RunAlreadyClosed
from open_run.handler import handle
from tests.functions.support.lake import Context


def test_a_run_opens_with_what_waits_in_batches(lake):
    # Given three waiting files and two files per inspection
    versions = [lake.arrive(f"flights/{n}.csv", b"%d" % n) for n in range(3)]
    # When a run opens
    opened = lake.open()
    # Then it holds all of them, in two batches, and says how good it must become
    prefix = "runs/flights/run-1/"
    uris = [f"s3://{lake.artifacts}/{prefix}batches/{n:04}.json" for n in range(2)]
    assert opened == {
        "status": "opened",
        "run_id": "run-1",
        "dataset": "flights",
        "kind": "dataset",
        "run_prefix": prefix,
        "claims": 3,
        "bytes": 3,
        "batches": [{"uri": uri} for uri in uris],
        "threshold": 0.95,
        "engine": {
            "worker_type": "G.1X",
            "workers": 3,
            "auto_scaling": "false",
            "execution_class": "STANDARD",
            "timeout_minutes": 60,
        },
        "larger": {
            "worker_type": "G.1X",
            "workers": 6,
            "auto_scaling": "false",
            "execution_class": "STANDARD",
            "timeout_minutes": 60,
        },
        "index": None,
        "tolerated_failure_percent": 0,
        "notice": None,
    }
    batches = [lake.artifact("run-1", f"batches/{n:04}.json") for n in range(2)]
    assert [len(batch) for batch in batches] == [2, 1]
    assert batches[0] + batches[1] == lake.artifact("run-1", "claims.json")
    assert {entry["version_id"] for entry in batches[0] + batches[1]} == {
        version.version_id for version in versions
    }


def test_claiming_takes_the_arrivals_out_of_the_waiting_and_counts_the_attempt(lake):
    version = lake.arrive("flights/a.csv")
    lake.open()
    assert lake.waiting() == []
    arrival = lake.arrival(version)
    assert (arrival["status"], arrival["run_id"], arrival["attempts"]) == ("claimed", "run-1", 1)


def test_the_audit_record_says_that_the_run_is_running(lake):
    lake.arrive("flights/a.csv")
    lake.open()
    record = lake.record("run-1")
    assert record["status"] == "running"
    assert record["owner_scope"] == "us-east-1#strata-local"
    assert (record["kind"], record["trigger"]) == ("dataset", "on_arrival")
    assert record["contract_version"] == "1.0.0"
    assert record["started_at"].endswith("Z")


def test_with_nothing_waiting_nothing_is_locked_or_audited(lake):
    opened = lake.open()
    assert (opened["status"], opened["claims"], opened["batches"]) == ("nothing_waiting", 0, [])
    assert lake.items("LOCK") == []
    assert lake.record("run-1") == {}


def test_a_second_run_finds_the_dataset_busy_and_claims_nothing(lake):
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    later = lake.arrive("flights/b.csv")
    assert lake.open("run-2")["status"] == "busy"
    assert lake.waiting() == [later.arrival_id]
    assert lake.record("run-2") == {}


def test_of_two_runs_at_once_exactly_one_opens(lake):
    versions = [lake.arrive(f"flights/{n}.csv", b"%d" % n) for n in range(3)]
    answers = []
    threads = [
        threading.Thread(
            target=lambda run_id: answers.append(lake.open(run_id)), args=(f"run-{n}",)
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    opened = [answer for answer in answers if answer["status"] == "opened"]
    assert [answer["claims"] for answer in opened] == [3]
    assert all(lake.arrival(version)["attempts"] == 1 for version in versions)


def test_a_repeated_opening_gives_the_same_claims_though_more_arrived(lake):
    version = lake.arrive("flights/a.csv")
    first = lake.open()
    later = lake.arrive("flights/b.csv")
    assert lake.open() == first
    assert lake.arrival(version)["attempts"] == 1
    assert lake.waiting() == [later.arrival_id]


def test_an_opening_that_was_cut_off_before_it_claimed_claims_when_repeated(lake):
    # Given a run whose opening wrote down what it wants and then died
    first = lake.arrive("flights/a.csv")
    opened = lake.open()
    lake.ledger.update_item(
        Key={"scope": lake.scope("flights"), "item": f"ARRIVAL#{first.arrival_id}"},
        UpdateExpression="SET #status = :waiting, attempts = :none REMOVE run_id",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":waiting": "waiting", ":none": 0},
    )
    # When it is repeated
    assert lake.open() == opened
    # Then the arrival is the run's
    assert lake.status(first) == "claimed"


def test_more_files_than_one_run_takes_are_left_for_the_next_oldest_first(lake, monkeypatch):
    monkeypatch.setenv("FILES_PER_RUN", "2")
    versions = [lake.arrive(f"flights/{n}.csv", b"%d" % n) for n in range(3)]
    assert lake.open()["claims"] == 2
    assert [lake.status(version) for version in versions] == ["claimed", "claimed", "waiting"]


def test_a_hundred_files_are_claimed_in_one_run(lake):
    events = [lake.event(lake.upload(f"flights/{n}.csv", b"%d" % n)) for n in range(100)]
    for start in range(0, 100, 10):
        lake.register(*events[start : start + 10])
    opened = lake.open()
    assert opened["claims"] == 100
    assert opened["batches"] == []
    assert len(lake.artifact("run-1", "batches.json")) == 50
    assert lake.waiting() == []


def test_the_id_of_a_run_that_was_closed_is_refused(lake):
    lake.arrive("flights/a.csv")
    lake.publish_run("run-1")
    lake.arrive("flights/b.csv", b"year,month,carrier\n1,1,B\n")
    with pytest.raises(RunAlreadyClosed, match="start a new execution"):
        lake.open("run-1")
    assert lake.items("LOCK") == []


def test_a_marker_whose_arrival_no_longer_waits_is_cleared_away(lake):
    # Given a marker left beside an arrival that was published
    version = lake.arrive("flights/a.csv")
    (marker,) = lake.items("WAITING#")
    lake.publish_run("run-1")
    lake.ledger.put_item(Item=marker)
    # When a run opens
    opened = lake.open("run-2")
    # Then there is nothing to do, and no run will be started for the marker again
    assert opened["status"] == "nothing_waiting"
    assert lake.waiting() == []
    assert lake.status(version) == "published"
    assert lake.items("LOCK") == []
    assert lake.record("run-2") == {}


def test_a_dataset_without_a_contract_is_refused_with_the_nearest_name(lake):
    with pytest.raises(ContractMissing, match="did you mean 'flights'"):
        lake.open("run-1", "flight")


def test_a_field_that_the_state_machine_misspells_is_refused(lake):
    request = {"dataset": "flights", "trigger": "x", "run_id": "r", "executionArn": "arn"}
    with pytest.raises(ValidationError, match="executionArn"):
        handle(request, Context())
