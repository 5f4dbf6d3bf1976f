import pytest

from lake_runtime.errors import RunAlreadyClosed
from open_run.handler import handle as open_run
from tests.functions.support.batches import MANIFEST, PLANES, arrive, batch_lake, manifest
from tests.functions.support.lake import Context
from tests.functions.support.resources import one_row


def redrive(lake, run_id="run-1", dataset="flights", execution="arn:again"):
    """Open a run again as the execution of a redrive does."""
    request = {"dataset": dataset, "trigger": "redrive", "run_id": run_id}
    return open_run(request | {"execution_arn": execution}, Context())


def test_a_run_that_failed_opens_again_under_its_id_with_what_it_had_claimed(lake):
    # Given a run that failed over two files
    versions = [lake.arrive(f"flights/{name}.csv", one_row(ord(name))) for name in "ab"]
    lake.fail("run-1")
    # When it is redriven
    opened = redrive(lake)
    # Then it has both again, and its record goes on and keeps how it had ended
    assert (opened["status"], opened["run_id"], opened["claims"]) == ("opened", "run-1", 2)
    assert [lake.status(version) for version in versions] == ["claimed", "claimed"]
    record = lake.record("run-1")
    assert (record["status"], record["redrives"], record["execution_arn"]) == (
        "running",
        1,
        "arn:again",
    )
    (earlier,) = record["earlier"]
    assert (earlier["outcome"], earlier["execution_arn"]) == ("failed", "arn:run-1")
    assert "outcome" not in record
    # And when it publishes, everything is as after any run
    lake.inspect(opened)
    lake.plan(opened)
    lake.stage("run-1")
    lake.publish("run-1")
    assert lake.close("run-1", "published")["outcome"] == "published"
    assert [lake.status(version) for version in versions] == ["published", "published"]
    assert lake.items("LOCK") == []
    assert lake.record("run-1")["outcome"] == "published"


def test_a_redrive_that_is_repeated_by_the_machine_changes_nothing(lake):
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    first = redrive(lake)
    assert redrive(lake) == first
    assert lake.record("run-1")["redrives"] == 1
    assert len(lake.record("run-1")["earlier"]) == 1


def test_a_run_that_published_is_not_redriven(lake):
    lake.arrive("flights/a.csv")
    lake.publish_run("run-1")
    with pytest.raises(RunAlreadyClosed, match="run run-1 was closed before"):
        redrive(lake)
    assert lake.record("run-1")["outcome"] == "published"


def test_files_that_another_run_has_loaded_meanwhile_are_not_loaded_again(lake):
    # Given a run that failed, whose file the next run published
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    lake.publish_run("run-2")
    before = lake.record("run-1")
    # When the first is redriven
    opened = redrive(lake)
    # Then there is nothing to do, and its record says still that it failed
    assert opened["status"] == "nothing_waiting"
    assert lake.record("run-1") == before
    assert lake.items("LOCK") == []


def test_a_file_whose_bytes_another_run_has_loaded_meanwhile_is_found_to_be_a_duplicate(lake):
    # Given a run that accepted a file and failed
    version = lake.arrive("flights/a.csv")
    opened = lake.read_and_plan("run-1")
    assert opened["status"] == "opened"
    error = {"Error": "Glue.ThrottlingException", "Cause": ""}
    lake.close("run-1", "failed", error=error)
    # And another arrival of the same bytes that was published while the first was held back
    marker = lake.items("WAITING#")[0]
    key = {name: marker[name] for name in ("scope", "item")}
    lake.ledger.delete_item(Key=key)
    lake.arrive("flights/again.csv")
    lake.publish_run("run-2")
    lake.ledger.put_item(Item=marker)
    # When the first run is redriven
    lake.inspect(redrive(lake))
    # Then its file is inspected anew and left out
    assert lake.inspection(version)["verdict"] == "duplicate"


def test_files_that_the_failure_parked_are_taken_out_of_there(lake):
    lake.change_contract(retry={"max_attempts": 1})
    version = lake.arrive("flights/a.csv")
    lake.fail("run-1")
    assert lake.status(version) == "parked"
    assert redrive(lake)["claims"] == 1
    assert lake.status(version) == "claimed"
    assert lake.arrival(version)["attempts"] == 1


def test_a_redrive_waits_for_no_other_run(lake):
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    assert lake.open("run-2")["status"] == "opened"
    assert redrive(lake)["status"] == "busy"
    assert lake.record("run-1")["status"] == "closed"


def test_an_open_circuit_refuses_a_redrive(lake):
    lake.change_contract(circuit={"failures": 1, "cool_down_minutes": 60})
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    assert redrive(lake)["status"] == "circuit_open"
    assert lake.record("run-1")["status"] == "closed"
    assert lake.items("LOCK") == []


def test_a_redrive_that_fails_counts_again_and_one_that_succeeds_forgets_the_failures(lake):
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    redrive(lake)
    error = {"Error": "Glue.ThrottlingException", "Cause": ""}
    lake.close("run-1", "failed", error=error)
    assert lake.circuit()["failures"] == 2
    opened = redrive(lake)
    lake.inspect(opened)
    lake.plan(opened)
    lake.stage("run-1")
    lake.publish("run-1")
    lake.close("run-1", "published")
    assert lake.circuit()["failures"] == 0
    assert lake.record("run-1")["redrives"] == 2


def test_the_run_that_follows_a_redriven_one_has_a_name_of_its_own(lake):
    lake.arrive("flights/a.csv")
    assert lake.open("run-1")["status"] == "opened"
    error = {"Error": "Glue.ThrottlingException", "Cause": ""}
    first = lake.close("run-1", "failed", error=error)
    redrive(lake)
    assert lake.close("run-1", "failed", error=error)["next_name"] != first["next_name"]


def test_a_batch_is_redriven_whole(lake):
    batch_lake(lake)
    files = [arrive(lake, f"planes/{name}.csv", one_row(ord(name))) for name in "ab"]
    listing = arrive(lake, MANIFEST, manifest("a.csv", "b.csv"))
    lake.fail("run-1", PLANES)
    opened = redrive(lake, dataset=PLANES)
    assert (opened["status"], opened["claims"]) == ("opened", 2)
    assert [lake.status(one, PLANES) for one in [*files, listing]] == ["claimed"] * 3
