"""A run of many files: state stays small, and what nobody could look at is not lost."""

import json

import boto3
import pytest

from lake_runtime.environment import Environment
from lake_runtime.errors import InspectionMissing, ServiceRefused, ServiceThrottled
from lake_runtime.records import Claim, Inspection, Verdict
from tests.functions.support.contracts import default_bundle
from tests.functions.support.resources import one_row

MOST_BYTES = 256 * 1024
"""What a state may hold: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""
FILES = 10_000
EXCEEDED = {"Error": "States.ExceedToleratedFailureThreshold", "Cause": "exceeded"}


def claims(lake, number):
    """Give so many claims as registering would write them."""
    return [
        Claim(
            arrival_id=f"{index:032x}",
            bucket=lake.raw,
            key=f"flights/{index:05}.csv",
            version_id=f"v{index}",
            etag=f"{index:032x}",
            size=100,
            registered_at=f"2026-01-01T00:00:00.{index:06}Z",
            event_time="2026-01-01T00:00:00Z",
            sequencer=f"{index:x}",
        )
        for index in range(number)
    ]


def wait(lake, arrivals):
    """Write arrivals and their markers into the ledger, many at a time."""
    scope = Environment.read().scope("flights")
    table = boto3.resource("dynamodb", endpoint_url=lake.s3.meta.endpoint_url).Table(
        lake.ledger.name
    )
    with table.batch_writer() as batch:
        for claim in arrivals:
            given = claim.model_dump() | {"scope": scope}
            batch.put_item(
                Item=given
                | {"item": f"ARRIVAL#{claim.arrival_id}", "status": "waiting", "attempts": 0}
            )
            marker = f"WAITING#{claim.registered_at}#{claim.arrival_id}"
            batch.put_item(Item=given | {"item": marker})


def accepted(claim):
    """Give the inspection of a file without fault."""
    return Inspection(
        arrival_id=claim["arrival_id"],
        key=claim["key"],
        version_id=claim["version_id"],
        size=claim["size"],
        verdict=Verdict.ACCEPTED,
        read_uri=f"s3://{claim['bucket']}/{claim['key']}",
        checksum=claim["etag"],
    ).model_dump(mode="json")


def test_ten_thousand_files_in_one_run_leave_only_references_in_the_state(lake, monkeypatch):
    # Given ten thousand files that wait
    monkeypatch.setenv("FILES_PER_RUN", str(FILES))
    monkeypatch.setenv("FILES_PER_INSPECTION", "50")
    wait(lake, claims(lake, FILES))
    # When a run takes, reads and publishes them
    opened = lake.open()
    assert opened["claims"] == FILES
    index = lake.artifact("run-1", "batches.json")
    assert len(index) == FILES / 50
    for number, batch in enumerate(index):
        taken = lake.artifact("run-1", f"batches/{number:04}.json")
        assert batch["uri"].endswith(f"batches/{number:04}.json")
        lake.write(
            "flights",
            "run-1",
            f"inspections/batch-{number:04}.json",
            [accepted(claim) for claim in taken],
        )
    plan = lake.plan(opened)
    lake.stage("run-1")
    lake.publish("run-1")
    closed = lake.close("run-1", "published")
    # Then Spark reads all of them, the books are closed, and no answer holds a list of files
    assert plan["accepted"] == FILES
    assert len(lake.artifact("run-1", "input.json")["files"]) == FILES
    assert lake.record("run-1")["files_accepted"] == FILES
    assert lake.waiting() == []
    sizes = {
        name: len(json.dumps(answer))
        for name, answer in {"open": opened, "plan": plan, "close": closed}.items()
    }
    assert max(sizes.values()) < MOST_BYTES / 100, sizes


def failed_result(lake, opened, number, error, message):
    """Write what a distributed Map tells of a batch that it could not have inspected."""
    batch = lake.artifact("run-1", "batches.json")[number]
    given = {name: opened[name] for name in ("dataset", "run_id", "run_prefix")} | {"batch": batch}
    item = {
        "Input": json.dumps(given),
        "Error": error,
        "Cause": json.dumps({"errorType": error, "errorMessage": message}),
        "Status": "FAILED",
    }
    lake.write("flights", "run-1", "inspections/results/a-map-run/FAILED_0.json", [item])


@pytest.fixture
def tolerant(lake):
    """Give a lake whose contract lets a fifth of the inspections fail."""
    bundle = default_bundle()
    bundle["datasets"]["flights"]["retry"] = {
        "max_attempts": 2,
        "tolerated_failure_percent": 20,
    }
    lake.deploy(bundle)
    return lake


def open_with_one_batch_uninspected(lake):
    """Open a run of three batches and inspect all but the last, of two files."""
    versions = [lake.arrive(f"flights/{number}.csv", one_row(number)) for number in range(6)]
    opened = lake.open()
    assert opened["index"] == {"bucket": lake.artifacts, "key": "runs/flights/run-1/batches.json"}
    assert opened["tolerated_failure_percent"] == 20
    named = lake.artifact("run-1", "batches.json")
    lake.inspect(opened | {"batches": named[:2]})
    failed_result(lake, opened, 2, "ServiceRefused", "role may not read the file")
    return opened, versions


def test_what_may_fail_to_be_inspected_waits_for_the_next_run_and_is_told(tolerant):
    # Given a run of which one batch in three could not be inspected
    opened, versions = open_with_one_batch_uninspected(tolerant)
    # When it publishes the others
    plan = tolerant.plan(opened)
    tolerant.stage("run-1")
    tolerant.publish("run-1")
    closed = tolerant.close("run-1", "published")
    # Then record and notice name what was left, with the reason, and it waits again
    assert (plan["accepted"], plan["uninspected"]) == (4, 2)
    assert [tolerant.status(version) for version in versions] == ["published"] * 4 + ["waiting"] * 2
    assert closed["outcome"] == "published_with_warnings"
    assert closed["more_waiting"] is True
    record = tolerant.record("run-1")
    assert record["files_uninspected"] == 2
    message = json.loads(closed["notice"]["message"])
    for text in (record["reason"], " ".join(message["reasons"])):
        assert "'flights/5.csv' was not inspected and waits" in text
        assert "ServiceRefused: role may not read the file" in text
    assert message["counts"]["files_uninspected"] == 2


def test_what_is_never_inspected_is_parked_after_the_contracts_limit(tolerant):
    opened, versions = open_with_one_batch_uninspected(tolerant)
    tolerant.plan(opened)
    tolerant.stage("run-1")
    tolerant.publish("run-1")
    tolerant.close("run-1", "published")
    assert tolerant.arrival(versions[5])["attempts"] == 1
    tolerant.fail("run-2")
    assert tolerant.status(versions[5]) == "parked"


def test_a_duplicate_of_a_file_that_was_not_inspected_is_left_with_it(tolerant):
    original = tolerant.arrive("flights/0.csv", one_row(0))
    copy = tolerant.arrive("flights/1.csv", one_row(0))
    others = [tolerant.arrive(f"flights/{number}.csv", one_row(number)) for number in range(2, 6)]
    opened = tolerant.open()
    tolerant.inspect(opened)
    first = tolerant.artifact("run-1", "batches/0000.json")
    kept = {entry["arrival_id"] for entry in first}
    for name in ("inspections/batch-0000.json", f"inspections/{original.arrival_id}.json"):
        tolerant.s3.delete_object(Bucket=tolerant.artifacts, Key=f"runs/flights/run-1/{name}")
    assert kept == {original.arrival_id, copy.arrival_id}
    failed_result(tolerant, opened, 0, "Sandbox.Timedout", "timed out")
    assert tolerant.plan(opened)["uninspected"] == 2
    tolerant.stage("run-1")
    tolerant.publish("run-1")
    tolerant.close("run-1", "published")
    assert {tolerant.status(one) for one in (original, copy)} == {"waiting"}
    assert {tolerant.status(one) for one in others} == {"published"}


def test_without_a_word_in_the_contract_one_file_that_nobody_looked_at_fails_the_run(lake):
    for number in range(4):
        lake.arrive(f"flights/{number}.csv", one_row(number))
    opened = lake.open()
    lake.inspect(opened | {"batches": opened["batches"][:1]})
    with pytest.raises(InspectionMissing, match="2 of 4"):
        lake.plan(opened)


def test_too_many_failed_inspections_fail_the_run_by_their_own_class_and_name_the_files(tolerant):
    opened, versions = open_with_one_batch_uninspected(tolerant)
    closed = tolerant.close(opened["run_id"], "failed", error=EXCEEDED)
    record = tolerant.record("run-1")
    assert record["error_class"] == "permission"
    told = " ".join(json.loads(closed["notice"]["message"])["reasons"])
    for text in (record["reason"], told):
        assert "'flights/4.csv', 'flights/5.csv' failed: ServiceRefused" in text
    assert {tolerant.status(version) for version in versions} == {"waiting"}


@pytest.mark.parametrize(
    ("code", "raised", "inspected"),
    [("AccessDenied", ServiceRefused, 2), ("SlowDown", ServiceThrottled, 1)],
)
def test_one_file_that_cannot_be_read_keeps_no_other_from_being_inspected_unless_it_passes(
    lake, monkeypatch, code, raised, inspected
):
    # Given three files in one batch, of which S3 does not give the second
    monkeypatch.setenv("FILES_PER_INSPECTION", "3")
    versions = [lake.arrive(f"flights/{number}.csv", one_row(number)) for number in range(3)]
    refuse(monkeypatch, "flights/1.csv", code)
    opened = lake.open()
    # When they are inspected
    with pytest.raises(raised):
        lake.inspect(opened)
    # Then the others were, unless the whole batch is tried again anyway
    found = {key.rpartition("/")[2] for key in lake.keys(lake.artifacts) if "/inspections/" in key}
    wanted = [versions[0], versions[2]][:inspected]
    assert found == {f"{one.arrival_id}.json" for one in wanted}


def refuse(monkeypatch, key, code):
    """Let reading one object fail with an error of S3."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    from inspect_files import inspection  # noqa: PLC0415

    def open_version(claim, original=inspection.open_version):
        if claim.key == key:
            answer = {"Error": {"Code": code, "Message": "no"}}
            raise ClientError(answer, "GetObject")
        return original(claim)

    monkeypatch.setattr(inspection, "open_version", open_version)
