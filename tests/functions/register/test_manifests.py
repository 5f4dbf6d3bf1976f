"""A batch is complete when its manifest and every file it lists have arrived, in any order."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from lake_runtime import batches
from tests.functions.support.batches import MANIFEST, PLANES, arrive, batch_lake, manifest, statuses
from tests.functions.support.resources import one_row

BATCH = {
    "planes/a.csv": one_row(1),
    "planes/b.csv": one_row(2),
    MANIFEST: manifest("a.csv", "b.csv"),
}


@pytest.fixture
def lake(lake):
    return batch_lake(lake)


def test_a_file_without_a_manifest_is_held_and_starts_nothing(lake):
    version = arrive(lake, "planes/a.csv", one_row(1))
    assert statuses(lake, version) == ["held"]
    assert lake.waiting(PLANES) == []
    assert lake.executions() == []
    assert lake.open("run-1", PLANES)["status"] == "nothing_waiting"


@pytest.mark.parametrize("order", list(itertools.permutations(BATCH)))
def test_one_run_starts_when_the_last_part_arrives_in_whichever_order(lake, order):
    # Given all parts of a batch but one
    for key in order[:-1]:
        arrive(lake, key, BATCH[key])
    assert lake.executions() == []
    assert lake.waiting(PLANES) == []
    # When the last one arrives
    arrive(lake, order[-1], BATCH[order[-1]])
    # Then the manifest alone waits for a run, which was started once
    (arrival,) = lake.items("WAITING#", PLANES)
    assert arrival["key"] == MANIFEST
    assert len(lake.executions()) == 1


def test_parts_of_one_delivery_start_one_run(lake):
    versions = [lake.upload(key, body) for key, body in BATCH.items()]
    assert lake.register(*(lake.event(version) for version in versions)) == []
    assert len(lake.waiting(PLANES)) == 1
    assert len(lake.executions()) == 1


@pytest.mark.parametrize("attempt", range(4))
def test_parts_that_are_registered_at_the_same_time_miss_nothing(lake, attempt):
    names = [f"{number}.csv" for number in range(5)]
    bodies = {f"planes/{name}": one_row(number) for number, name in enumerate(names)}
    bodies |= {MANIFEST: manifest(*names)}
    versions = [lake.upload(key, body) for key, body in bodies.items()]
    events = [lake.event(version) for version in versions]
    with ThreadPoolExecutor(len(events)) as pool:
        failed = list(pool.map(lake.register, events[attempt:] + events[:attempt]))
    assert failed == [[]] * len(events)
    assert len(lake.waiting(PLANES)) == 1
    assert len(lake.executions()) == 1


def test_a_batch_of_more_files_than_an_item_holds_is_complete_with_the_last(lake, monkeypatch):
    monkeypatch.setattr(batches, "FILES_PER_ITEM", 3)
    names = [f"{number}.csv" for number in range(7)]
    arrive(lake, MANIFEST, manifest(*names))
    for number, name in enumerate(reversed(names)):
        assert lake.waiting(PLANES) == []
        arrive(lake, f"planes/{name}", one_row(number))
    assert len(lake.waiting(PLANES)) == 1


def test_the_same_events_again_change_nothing(lake):
    versions = [lake.upload(key, body) for key, body in BATCH.items()]
    for _ in range(2):
        assert lake.register(*(lake.event(version) for version in versions)) == []
        if not lake.items("LOCK", PLANES):
            assert len(lake.waiting(PLANES)) == 1
            lake.open("run-1", PLANES)
    assert lake.waiting(PLANES) == []
    assert len(lake.executions()) == 1
    lake.publish_run("run-1", PLANES)
    started = lake.executions()
    assert lake.register(*(lake.event(version) for version in versions)) == []
    assert statuses(lake, *versions) == ["published"] * 3
    assert lake.waiting(PLANES) == []
    assert lake.executions() == started


@pytest.mark.parametrize("last", BATCH)
def test_a_crash_before_the_start_is_mended_by_the_next_delivery(lake, monkeypatch, last):
    for key in BATCH.keys() - {last}:
        arrive(lake, key, BATCH[key])
    version = lake.upload(last, BATCH[last])
    monkeypatch.setenv("INGEST_STATE_MACHINE_ARN", f"{lake.machine}-gone")
    assert lake.register(lake.event(version)) == ["0"]
    monkeypatch.setenv("INGEST_STATE_MACHINE_ARN", lake.machine)
    assert lake.register(lake.event(version)) == []
    assert len(lake.executions()) == 1


def test_the_same_manifest_again_changes_nothing(lake):
    versions = [arrive(lake, key, body) for key, body in BATCH.items()]
    lake.publish_run("run-1", PLANES)
    again = arrive(lake, MANIFEST, BATCH[MANIFEST])
    assert statuses(lake, *versions, again) == ["published"] * 3 + ["duplicate"]
    assert MANIFEST in lake.arrival(again, PLANES)["reason"]
    assert lake.open("run-2", PLANES)["status"] == "nothing_waiting"


def test_a_manifest_that_came_again_takes_files_that_arrive_anew(lake):
    # Given a producer who uses the same names each time and sends the manifest first
    for key, body in BATCH.items():
        arrive(lake, key, body)
    lake.publish_run("run-1", PLANES)
    again = arrive(lake, MANIFEST, BATCH[MANIFEST])
    # When the files of the next delivery arrive
    arrive(lake, "planes/a.csv", one_row(3))
    assert lake.waiting(PLANES) == []
    arrive(lake, "planes/b.csv", one_row(4))
    # Then they are a batch
    assert lake.waiting(PLANES) == [again.arrival_id]


def test_the_same_manifest_while_its_batch_is_loaded_loads_nothing_twice(lake):
    for key, body in BATCH.items():
        arrive(lake, key, body)
    opened = lake.read_and_plan("run-1", PLANES)
    again = arrive(lake, MANIFEST, BATCH[MANIFEST])
    lake.stage("run-1", PLANES)
    lake.judge(opened)
    lake.publish("run-1", PLANES)
    lake.close("run-1", "published", PLANES)
    assert lake.open("run-2", PLANES)["status"] == "nothing_waiting"
    assert statuses(lake, again) == ["duplicate"]
    assert lake.waiting(PLANES) == []
    assert lake.items("LOCK", PLANES) == []


def test_a_later_version_of_a_manifest_takes_the_place_of_one_that_is_not_complete(lake):
    # Given a manifest that was corrected before its files arrived
    old = arrive(lake, MANIFEST, manifest("a.csv"))
    new = arrive(lake, MANIFEST, manifest("a.csv", "b.csv"))
    assert statuses(lake, old, new) == ["skipped", "held"]
    # When the files arrive
    arrive(lake, "planes/a.csv", one_row(1))
    assert lake.waiting(PLANES) == []
    arrive(lake, "planes/b.csv", one_row(2))
    # Then the corrected one is the batch
    assert lake.waiting(PLANES) == [new.arrival_id]


def test_a_file_that_two_manifests_list_is_loaded_by_one_of_them(lake):
    first = arrive(lake, "planes/1.manifest.json", manifest("a.csv", "b.csv"))
    second = arrive(lake, "planes/2.manifest.json", manifest("b.csv", "c.csv"))
    for number, name in enumerate("abc"):
        arrive(lake, f"planes/{name}.csv", one_row(number))
    lake.publish_run("run-1", PLANES)
    assert lake.open("run-2", PLANES)["status"] == "nothing_waiting"
    assert statuses(lake, first, second) == ["published", "held"]
    # And the other is complete once the file arrives anew
    arrive(lake, "planes/b.csv", one_row(9))
    assert lake.waiting(PLANES) == [second.arrival_id]


def test_a_manifest_that_is_gone_already_is_recorded_as_missing(lake):
    version = lake.upload(MANIFEST, BATCH[MANIFEST])
    lake.s3.delete_object(Bucket=lake.raw, Key=version.key, VersionId=version.version_id)
    assert lake.register(lake.event(version)) == []
    assert statuses(lake, version) == ["missing"]
    assert lake.executions() == []


def test_a_malformed_manifest_gets_a_run_that_rejects_it(lake):
    version = arrive(lake, MANIFEST, json.dumps({"files": [{"name": 3}]}).encode())
    assert lake.waiting(PLANES) == [version.arrival_id]
    assert len(lake.executions()) == 1
