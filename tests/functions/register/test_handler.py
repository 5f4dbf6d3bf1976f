import json

import pytest

from tests.functions.support.contracts import dataset_contract, default_bundle
from tests.functions.support.resources import GOOD


def test_a_new_file_waits_and_starts_one_run(lake):
    # Given a file that a contract claims
    version = lake.upload("flights/a.csv")
    # When its event arrives
    assert lake.register(lake.event(version)) == []
    # Then it waits, with everything a run needs to find it, and a run was started
    assert lake.waiting() == [version.arrival_id]
    arrival = lake.arrival(version)
    assert (arrival["status"], arrival["attempts"], arrival["size"]) == ("waiting", 0, len(GOOD))
    assert (arrival["key"], arrival["version_id"]) == (version.key, version.version_id)
    assert len(lake.executions()) == 1
    assert lake.executions()[0].startswith("flights-")


def test_the_execution_is_told_the_dataset_and_nothing_random(lake):
    lake.arrive("flights/a.csv")
    (execution,) = lake.sfn.list_executions(stateMachineArn=lake.machine)["executions"]
    described = lake.sfn.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == {"dataset": "flights", "trigger": "on_arrival"}


def test_the_same_event_twice_is_one_arrival_and_one_run(lake):
    version = lake.upload("flights/a.csv")
    assert lake.register(lake.event(version), lake.event(version)) == []
    assert lake.waiting() == [version.arrival_id]
    assert len(lake.executions()) == 1
    assert lake.open(lake.executions()[0])["claims"] == 1
    assert lake.register(lake.event(version)) == []
    assert len(lake.executions()) == 1


def test_an_event_that_comes_again_after_the_file_was_published_starts_nothing(lake):
    version, other = lake.upload("flights/a.csv"), lake.upload("flights/b.csv", b"")
    lake.register(lake.event(version), lake.event(other))
    lake.publish_run()
    started = lake.executions()
    assert lake.register(lake.event(version)) == []
    assert lake.status(version) == "published"
    assert lake.waiting() == []
    assert lake.executions() == started


def test_a_crash_between_the_marker_and_the_start_is_mended_by_the_next_delivery(lake, monkeypatch):
    # Given a delivery that wrote the marker but could not start the run
    version = lake.upload("flights/a.csv")
    monkeypatch.setenv("INGEST_STATE_MACHINE_ARN", f"{lake.machine}-gone")
    assert lake.register(lake.event(version)) == ["0"]
    assert lake.waiting() == [version.arrival_id]
    # When the message is delivered again
    monkeypatch.setenv("INGEST_STATE_MACHINE_ARN", lake.machine)
    assert lake.register(lake.event(version)) == []
    # Then the run starts
    assert len(lake.executions()) == 1


def test_a_run_that_cannot_start_fails_only_the_messages_that_asked_for_it(lake, monkeypatch):
    monkeypatch.setenv("INGEST_STATE_MACHINE_ARN", f"{lake.machine}-gone")
    scheduled, arriving = lake.upload("airlines/a.csv"), lake.upload("flights/a.csv")
    assert lake.register(lake.event(scheduled), lake.event(arriving)) == ["1"]


def test_many_files_of_one_batch_start_one_run_per_dataset(lake):
    bundle = default_bundle()
    bundle["datasets"]["weather"] = dataset_contract("weather")
    lake.deploy(bundle)
    keys = [f"flights/{n}.csv" for n in range(5)] + [f"weather/{n}.csv" for n in range(5)]
    assert lake.register(*(lake.event(lake.upload(key)) for key in keys)) == []
    assert [name.rsplit("-", 1)[0] for name in lake.executions()] == ["flights", "weather"]


def test_a_dataset_with_a_schedule_waits_for_it(lake):
    version = lake.upload("airlines/a.csv")
    lake.register(lake.event(version))
    assert lake.waiting("airlines") == [version.arrival_id]
    assert lake.executions() == []


def test_events_out_of_order_register_both_versions(lake):
    first, second = lake.upload("flights/a.csv", b"1"), lake.upload("flights/a.csv", b"2")
    lake.register(lake.event(second))
    lake.register(lake.event(first))
    assert set(lake.waiting()) == {first.arrival_id, second.arrival_id}


@pytest.mark.parametrize(
    "name", ["a b.csv", "a+b.csv", "100%.csv", "a%2Bb.csv", "month=1/é✈🛫.csv", "quote'\"&.csv"]
)
def test_a_key_with_any_characters_is_registered_as_it_is(lake, name):
    version = lake.arrive(f"flights/{name}")
    assert lake.arrival(version)["key"] == f"flights/{name}"


@pytest.mark.parametrize(
    "key", ["flights/", "flights/.hidden", "flights/_SUCCESS", "flights/a.tmp", "elsewhere/"]
)
def test_a_folder_marker_or_a_temporary_name_is_recorded_as_skipped_and_never_waits(lake, key):
    version = lake.upload(key, b"")
    assert lake.register(lake.event(version)) == []
    dataset = "flights" if key.startswith("flights/") else "_unclaimed"
    assert lake.status(version, dataset) == "skipped"
    assert lake.arrival(version, dataset)["reason"]
    assert lake.waiting() == []
    assert lake.executions() == []
    assert lake.keys(lake.quarantine) == []


def test_an_empty_file_is_registered_for_its_inspection_to_reject_it(lake):
    version = lake.arrive("flights/empty.csv", b"")
    assert lake.waiting() == [version.arrival_id]


def test_an_object_that_no_contract_claims_is_kept_and_told_and_never_deleted(lake):
    # Given an object outside every contract's prefix
    version = lake.upload("sales/a+b c.csv", b"1,2")
    # When its event arrives
    assert lake.register(lake.event(version)) == []
    # Then a copy is in quarantine, the ledger knows it, people are told, raw still has it
    assert lake.body(lake.quarantine, "unclaimed/sales/a+b c.csv") == b"1,2"
    arrival = lake.arrival(version, "_unclaimed")
    assert arrival["status"] == "unclaimed"
    assert arrival["quarantine_uri"].endswith("/unclaimed/sales/a+b c.csv")
    (notice,) = lake.notices()
    assert notice["notice"] == "object_unclaimed"
    assert notice["severity"] == "warning"
    assert "sales/a+b c.csv" in notice["reasons"][0]
    assert lake.keys(lake.raw) == ["sales/a+b c.csv"]
    assert lake.executions() == []


def test_an_unclaimed_object_whose_event_comes_twice_is_told_once(lake):
    version = lake.upload("sales/a.csv")
    lake.register(lake.event(version), lake.event(version))
    lake.register(lake.event(version))
    assert len(lake.notices()) == 1


def test_an_unclaimed_object_whose_notice_failed_is_told_by_the_next_delivery(lake, monkeypatch):
    version = lake.upload("sales/a.csv")
    monkeypatch.setenv("ALERT_TOPIC_ARN", f"{lake.topic}-gone")
    assert lake.register(lake.event(version)) == ["0"]
    monkeypatch.setenv("ALERT_TOPIC_ARN", lake.topic)
    assert lake.register(lake.event(version)) == []
    assert len(lake.notices()) == 1
    assert lake.status(version, "_unclaimed") == "unclaimed"


def test_an_unclaimed_object_that_is_gone_already_is_recorded_as_missing(lake):
    version = lake.upload("sales/a.csv")
    lake.s3.delete_object(Bucket=lake.raw, Key=version.key, VersionId=version.version_id)
    assert lake.register(lake.event(version)) == []
    assert lake.status(version, "_unclaimed") == "missing"


def test_an_unclaimed_object_with_the_longest_key_that_s3_allows_is_kept(lake):
    version = lake.upload("x/" + "k" * 1022, b"bytes")
    assert lake.register(lake.event(version)) == []
    (kept,) = lake.keys(lake.quarantine)
    assert lake.body(lake.quarantine, kept) == b"bytes"


def test_one_poisonous_message_among_ten_fails_alone(lake):
    # Given nine good events and a message that is no event
    versions = [lake.upload(f"flights/{n}.csv", b"%d" % n) for n in range(9)]
    events = [lake.event(version) for version in versions]
    events.insert(4, "{not json")
    # When they arrive as one batch
    failed = lake.register(*events)
    # Then that message alone goes back to the queue
    assert failed == ["4"]
    assert set(lake.waiting()) == {version.arrival_id for version in versions}
    assert len(lake.executions()) == 1


def test_a_batch_of_nothing_but_poison_fails_message_by_message(lake):
    assert lake.register("{", "{}") == ["0", "1"]
    assert lake.executions() == []


def test_a_ledger_that_is_down_fails_the_messages_and_loses_none(lake, monkeypatch):
    version = lake.upload("flights/a.csv")
    monkeypatch.setenv("LEDGER_TABLE", "no-such-table")
    assert lake.register(lake.event(version)) == ["0"]
    monkeypatch.setenv("LEDGER_TABLE", lake.ledger.name)
    assert lake.register(lake.event(version)) == []
    assert lake.waiting() == [version.arrival_id]


def test_arrivals_are_counted_as_metrics(lake, capsys):
    lake.register(lake.event(lake.upload("flights/a.csv")), lake.event(lake.upload("sales/a.csv")))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (metrics,) = [line for line in lines if "_aws" in line]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Strata"
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["environment"]]
    assert metrics["ArrivalsRegistered"] == [1.0]
    assert metrics["ObjectsUnclaimed"] == [1.0]
    assert metrics["ArrivalsFailed"] == [0.0]
