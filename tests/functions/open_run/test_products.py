from datetime import UTC, datetime

import pytest

from tests.functions.support.contracts import default_bundle, product_contract


def _publish(lake, dataset, run_id, **report):
    body = b"year,month,carrier\n2013,1," + run_id.encode() + b"\n"
    lake.arrive(f"{dataset}/{run_id}.csv", body)
    lake.publish_run(run_id, dataset, **report)


def test_a_product_opens_only_when_all_its_inputs_are_published(lake):
    assert lake.open("p-1", "daily")["status"] == "nothing_waiting"
    _publish(lake, "flights", "f-1")
    assert lake.open("p-1", "daily")["status"] == "nothing_waiting"
    _publish(lake, "airlines", "a-1")
    opened = lake.open("p-1", "daily")
    assert (opened["status"], opened["kind"], opened["batches"]) == ("opened", "product", [])
    given = lake.artifact("p-1", "input.json", "daily")
    assert datetime.fromisoformat(given.pop("started_at")) <= datetime.now(UTC)
    assert given == {
        "dataset": "daily",
        "run_id": "p-1",
        "fingerprint": "",
        "unchanged": False,
        "engine": "3 G.1X, 60 minutes",
        "larger": "6 G.1X, 60 minutes",
        "inputs": {
            "airlines": {
                "run_id": "a-1",
                "snapshot_id": "snapshot-of-a-1",
                "table": "glue_catalog.processed.airlines",
            },
            "flights": {
                "run_id": "f-1",
                "snapshot_id": "snapshot-of-f-1",
                "table": "glue_catalog.processed.flights",
            },
        },
    }


def test_a_product_opens_again_only_when_an_input_was_published_since(lake):
    _publish(lake, "flights", "f-1")
    _publish(lake, "airlines", "a-1")
    lake.open("p-1", "daily")
    lake.stage("p-1", "daily")
    lake.publish("p-1", "daily")
    lake.close("p-1", "published", "daily")
    assert lake.open("p-2", "daily")["status"] == "nothing_waiting"
    _publish(lake, "flights", "f-2")
    assert lake.open("p-2", "daily")["status"] == "opened"


def test_a_repeated_opening_of_a_product_is_built_from_the_same_inputs(lake):
    _publish(lake, "flights", "f-1")
    _publish(lake, "airlines", "a-1")
    first = lake.open("p-1", "daily")
    given = lake.artifact("p-1", "input.json", "daily")
    _publish(lake, "flights", "f-2")
    assert lake.open("p-1", "daily") == first
    assert lake.artifact("p-1", "input.json", "daily") == given


DIAMOND = {
    "left": ["flights"],
    "right": ["flights", "airlines"],
    "top": ["left", "right"],
}


@pytest.fixture
def diamond(lake):
    """A lake with two products of datasets and one of both products, all built once."""
    bundle = default_bundle()
    bundle["products"] = {name: product_contract(name, reads) for name, reads in DIAMOND.items()}
    lake.deploy(bundle)
    _publish(lake, "flights", "f-1")
    _publish(lake, "airlines", "a-1")
    for name in DIAMOND:
        lake.build(f"{name}-1", name)
    return lake


def test_a_product_is_not_built_while_an_input_product_is_behind_its_own_inputs(diamond):
    _publish(diamond, "flights", "f-2")
    diamond.build("left-2", "left")
    assert diamond.open("top-2", "top")["status"] == "nothing_waiting"
    diamond.build("right-2", "right")
    assert diamond.open("top-2", "top")["status"] == "opened"
    inputs = diamond.artifact("top-2", "input.json", "top")["inputs"]
    assert {name: source["run_id"] for name, source in inputs.items()} == {
        "left": "left-2",
        "right": "right-2",
    }


def test_an_input_product_that_was_not_good_enough_keeps_nobody_waiting(diamond):
    _publish(diamond, "flights", "f-2")
    diamond.build("left-2", "left")
    diamond.open("right-2", "right")
    diamond.stage("right-2", "right", rows_in=10, rows_good=1, rows_quarantined=9, score=0.1)
    diamond.close("right-2", "quarantined", "right")
    assert diamond.open("top-2", "top")["status"] == "opened"
    inputs = diamond.artifact("top-2", "input.json", "top")["inputs"]
    assert inputs["right"]["run_id"] == "right-1"


def test_a_product_that_was_not_good_enough_is_tried_again_only_from_something_else(diamond):
    _publish(diamond, "flights", "f-2")
    diamond.open("left-2", "left")
    diamond.stage("left-2", "left", rows_in=10, rows_good=1, rows_quarantined=9, score=0.1)
    diamond.close("left-2", "quarantined", "left")
    assert diamond.open("left-3", "left")["status"] == "nothing_waiting"
    _publish(diamond, "flights", "f-3")
    assert diamond.open("left-3", "left")["status"] == "opened"


def test_a_product_is_built_again_once_what_it_computes_has_changed(diamond):
    assert diamond.open("left-2", "left")["status"] == "nothing_waiting"
    bundle = default_bundle()
    bundle["products"] = {name: product_contract(name, reads) for name, reads in DIAMOND.items()}
    bundle["products"]["left"]["fingerprint"] = "another"
    diamond.deploy(bundle)
    assert diamond.open("top-2", "top")["status"] == "nothing_waiting"
    assert diamond.open("left-2", "left")["status"] == "opened"


def test_a_product_whose_inputs_are_the_same_snapshots_is_unchanged(diamond):
    _publish(diamond, "flights", "f-2", snapshot_id="snapshot-of-f-1")
    opened = diamond.open("left-2", "left")
    assert opened["status"] == "unchanged"
    assert diamond.artifact("left-2", "input.json", "left")["unchanged"] is True
