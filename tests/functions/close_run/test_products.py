import pytest

from open_run.work import InputWork
from tests.functions.support.resources import HEADER


@pytest.fixture
def opened(lake):
    """Give an opened run of the product, whose inputs have been published."""
    for dataset in ("flights", "airlines"):
        _publish(lake, dataset, f"{dataset}-1")
    return lake.open("p-1", "daily")


def _publish(lake, dataset, run_id):
    lake.arrive(f"{dataset}/{run_id}.csv", HEADER + b"2013,1," + run_id.encode() + b"\n")
    lake.publish_run(run_id, dataset)


def _publish_product(lake):
    lake.stage("p-1", "daily")
    lake.publish("p-1", "daily")
    return lake.close("p-1", "published", "daily")


def test_a_published_product_remembers_what_it_was_built_from(lake, opened):
    closed = _publish_product(lake)
    (state,) = lake.items("STATE", "daily")
    assert state["inputs"] == {"airlines": "airlines-1", "flights": "flights-1"}
    assert closed["event"]["kind"] == "product"
    assert closed["more_waiting"] is False
    assert lake.record("p-1", "daily")["kind"] == "product"


def test_a_product_whose_input_was_published_meanwhile_is_built_again(lake, opened):
    _publish(lake, "flights", "flights-2")
    closed = _publish_product(lake)
    assert closed["more_waiting"] is True
    assert lake.items("STATE", "daily")[0]["inputs"]["flights"] == "flights-1"
    assert lake.open(closed["next_name"], "daily")["status"] == "opened"


def test_a_product_that_is_not_good_enough_is_not_built_again_from_the_same_inputs(lake, opened):
    lake.stage("p-1", "daily", rows_in=10, rows_good=1, rows_quarantined=9, score=0.1)
    closed = lake.close("p-1", "quarantined", "daily")
    assert closed["more_waiting"] is False
    assert closed["event"] is None
    assert lake.items("STATE", "daily") == []


def test_a_product_that_failed_is_tried_again_when_an_input_is_published(lake, opened):
    closed = lake.close("p-1", "failed", "daily", error={"Error": "States.TaskFailed"})
    assert closed["more_waiting"] is False
    assert lake.open("p-2", "daily")["status"] == "opened"


def test_a_product_that_fails_while_an_input_is_published_is_built_again_once(lake, opened):
    # Given a publish whose own execution finds the product busy
    _publish(lake, "flights", "flights-2")
    assert lake.open("p-other", "daily")["status"] == "busy"
    # When the run fails, then the next one has it; if that fails, too, none follows
    error = {"Error": "States.TaskFailed"}
    closed = lake.close("p-1", "failed", "daily", error=error)
    assert closed["more_waiting"] is True
    assert lake.open("p-2", "daily")["status"] == "opened"
    assert lake.artifact("p-2", "input.json", "daily")["inputs"]["flights"]["run_id"] == "flights-2"
    assert lake.close("p-2", "failed", "daily", error=error)["more_waiting"] is False


def test_a_product_that_fails_before_it_knows_its_inputs_is_tried_again(lake, monkeypatch):
    for dataset in ("flights", "airlines"):
        _publish(lake, dataset, f"{dataset}-1")

    def die(_work):
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(InputWork, "take", die)
        lake.open("p-1", "daily")
    closed = lake.close("p-1", "failed", "daily", error={"Error": "RuntimeError"})
    assert closed["more_waiting"] is True


def test_a_product_with_nothing_new_is_recorded_as_skipped_and_told_to_nobody(lake, opened):
    lake.stage("p-1", "daily", rows_in=0, rows_good=0, unchanged="no partition was touched")
    judged = lake.judge(opened)
    assert (judged["decision"], judged["reason"]) == ("unchanged", "no partition was touched")
    closed = lake.close("p-1", "skipped", "daily")
    assert (closed["outcome"], closed["event"], closed["more_waiting"]) == ("skipped", None, False)
    record = lake.record("p-1", "daily")
    assert (record["outcome"], record["reason"]) == ("skipped", "no partition was touched")
    assert lake.open("p-2", "daily")["status"] == "nothing_waiting"


def test_a_product_of_the_same_snapshots_is_skipped_with_that_reason(lake, opened):
    _publish_product(lake)
    lake.arrive("flights/again.csv", HEADER + b"2013,2,AA\n")
    lake.publish_run("flights-2", "flights", snapshot_id="snapshot-of-flights-1")
    assert lake.open("p-2", "daily")["status"] == "unchanged"
    lake.close("p-2", "skipped", "daily")
    assert lake.record("p-2", "daily")["reason"] == (
        "every input is the snapshot that the product was built from"
    )
    assert lake.open("p-3", "daily")["status"] == "nothing_waiting"


def test_partitions_that_have_no_rows_any_more_are_published_as_empty(lake, opened):
    told = {"build": "1 partitions: touched in flights", "emptied": True}
    lake.stage("p-1", "daily", rows_in=0, rows_good=0, **told)
    assert lake.judge(opened)["decision"] == "publish"
    lake.publish("p-1", "daily")
    lake.close("p-1", "published", "daily")
    assert lake.record("p-1", "daily")["build"] == "1 partitions: touched in flights"


def test_partitions_whose_rows_are_all_bad_are_not_emptied(lake, opened):
    counts = {"rows_in": 2, "rows_good": 0, "rows_quarantined": 2, "score": 0.0}
    lake.stage("p-1", "daily", emptied=True, **counts)
    assert lake.judge(opened)["decision"] == "quarantine"
