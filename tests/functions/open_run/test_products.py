def _publish(lake, dataset, run_id):
    body = b"year,month,carrier\n2013,1," + run_id.encode() + b"\n"
    lake.arrive(f"{dataset}/{run_id}.csv", body)
    lake.publish_run(run_id, dataset)


def test_a_product_opens_only_when_all_its_inputs_are_published(lake):
    assert lake.open("p-1", "daily")["status"] == "nothing_waiting"
    _publish(lake, "flights", "f-1")
    assert lake.open("p-1", "daily")["status"] == "nothing_waiting"
    _publish(lake, "airlines", "a-1")
    opened = lake.open("p-1", "daily")
    assert (opened["status"], opened["kind"], opened["batches"]) == ("opened", "product", [])
    assert lake.artifact("p-1", "input.json", "daily") == {
        "dataset": "daily",
        "run_id": "p-1",
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
