import gzip
import hashlib
import json

import pytest

from inspect_files.handler import handle
from lake_runtime.errors import ReportMissing
from tests.functions.support.contracts import dataset_contract, default_bundle
from tests.functions.support.lake import Context
from tests.functions.support.resources import GOOD, HEADER

OTHER = HEADER + b"2014,2,DL\n"


def _inspected(lake, run_id="run-1"):
    opened = lake.open(run_id)
    assert opened["status"] == "opened"
    lake.inspect(opened)
    return opened


def test_a_good_file_is_accepted_where_it_lies(lake):
    version = lake.arrive("flights/a b+c%.csv")
    _inspected(lake)
    found = lake.inspection(version)
    assert found["verdict"] == "accepted"
    assert found["read_uri"] == f"s3://{lake.raw}/flights/a b+c%.csv"
    assert found["in_place"] is True
    assert found["checksum"] == hashlib.sha256(GOOD).hexdigest()
    assert lake.status(version) == "claimed"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "empty_file"),
        (HEADER, "header_only"),
        (b"year,carrier,gate\n2013,UA,1\n", "header"),
        (b'{"year": 2013}\n', "format"),
        (gzip.compress(GOOD)[:-9], "format"),
    ],
)
def test_a_file_that_cannot_be_read_is_rejected_and_kept_with_its_reason(lake, body, rule):
    # Given a file that no row can be read from
    version = lake.arrive("flights/bad+file.csv", body)
    # When it is inspected
    _inspected(lake)
    # Then the verdict, the ledger and the quarantine all say why, and the bytes are kept
    assert lake.inspection(version)["rule"] == rule
    arrival = lake.arrival(version)
    assert (arrival["status"], arrival["rule"]) == ("rejected", rule)
    kept = f"files/flights/{version.arrival_id}/bad+file.csv"
    assert arrival["quarantine_uri"] == f"s3://{lake.quarantine}/{kept}"
    assert lake.body(lake.quarantine, kept) == body
    rejection = lake.body(lake.quarantine, f"rejections/flights/{version.arrival_id}.json")
    assert b"\n" not in rejection
    told = json.loads(rejection)
    assert told.pop("rejected_at").endswith("Z")
    assert told == {
        "dataset": "flights",
        "arrival_id": version.arrival_id,
        "bucket": lake.raw,
        "key": version.key,
        "version_id": version.version_id,
        "rule": rule,
        "reason": arrival["reason"],
        "run_id": "run-1",
        "quarantine_uri": arrival["quarantine_uri"],
        "size": len(body),
    }


def test_the_columns_that_are_missing_and_unexpected_are_in_the_reason(lake):
    version = lake.arrive("flights/a.csv", b"year,carrier,gate\n2013,UA,1\n")
    _inspected(lake)
    assert lake.inspection(version)["reason"] == "missing: 'month'; unexpected: 'gate'"


def test_the_same_bytes_twice_in_one_run_are_read_once(lake):
    first, second = lake.arrive("flights/a.csv"), lake.arrive("flights/b.csv")
    _inspected(lake)
    verdicts = {lake.inspection(version)["verdict"] for version in (first, second)}
    assert verdicts == {"accepted", "duplicate"}
    assert lake.inspection(second)["duplicate_of"] == first.arrival_id


def test_the_same_bytes_after_they_were_published_are_a_duplicate(lake):
    lake.arrive("flights/a.csv")
    lake.publish_run("run-1")
    again = lake.arrive("flights/a.csv")
    _inspected(lake, "run-2")
    assert lake.inspection(again, "run-2")["verdict"] == "duplicate"
    assert lake.status(again) == "duplicate"
    assert "flights/a.csv" in lake.arrival(again)["reason"]


@pytest.mark.parametrize("outcome", ["quarantined", "failed"])
def test_the_same_bytes_after_they_were_not_published_are_read(lake, outcome):
    # Given a file whose run did not publish it
    lake.arrive("flights/a.csv")
    lake.read_and_plan("run-1")
    lake.close("run-1", outcome)
    # When the same bytes arrive again
    lake.arrive("flights/b.csv")
    opened = _inspected(lake, "run-2")
    # Then exactly one file of the run is read
    assert lake.plan(opened)["accepted"] == 1


def test_a_duplicate_of_a_file_that_a_failed_run_left_is_not_lost_with_it(lake, monkeypatch):
    # Given two files with the same bytes, and a run over both that failed
    first, second = lake.arrive("flights/a.csv"), lake.arrive("flights/b.csv")
    lake.read_and_plan("run-1")
    lake.close("run-1", "failed")
    assert set(lake.waiting()) == {first.arrival_id, second.arrival_id}
    # When the first is deleted before the next run, which comes to the second before the first
    lake.s3.delete_object(Bucket=lake.raw, Key=first.key, VersionId=first.version_id)
    monkeypatch.setenv("FILES_PER_INSPECTION", "1")
    opened = lake.open("run-2")
    lake.inspect(opened | {"batches": opened["batches"][::-1]})
    # Then the second brings the bytes
    assert lake.inspection(first, "run-2")["verdict"] == "missing"
    assert lake.inspection(second, "run-2")["verdict"] == "accepted"


def test_where_each_run_replaces_the_table_going_back_to_older_bytes_is_no_duplicate(lake):
    # Given a dataset whose runs replace the table, published from A and then from B
    bundle = default_bundle()
    bundle["datasets"]["flights"] = dataset_contract(write_mode="replace")
    lake.deploy(bundle)
    lake.arrive("flights/a.csv", GOOD)
    lake.publish_run("run-1")
    lake.arrive("flights/a.csv", OTHER)
    lake.publish_run("run-2")
    # When B arrives again, and then A
    same = lake.arrive("flights/b.csv", OTHER)
    back = lake.arrive("flights/a.csv", GOOD)
    _inspected(lake, "run-3")
    # Then B is there already, and A is not
    assert lake.inspection(same, "run-3")["verdict"] == "duplicate"
    assert lake.inspection(back, "run-3")["verdict"] == "accepted"


def test_a_version_that_was_replaced_after_its_claim_is_read_from_a_copy(lake):
    # Given a claimed file that is replaced
    first = lake.arrive("flights/a+b c.csv", GOOD)
    opened = lake.open()
    lake.arrive("flights/a+b c.csv", OTHER)
    # When it is inspected
    lake.inspect(opened)
    # Then what was claimed is what is read, and the later version waits for the next run
    found = lake.inspection(first)
    key = f"runs/flights/run-1/input/{first.arrival_id}/a+b c.csv"
    assert (found["verdict"], found["in_place"]) == ("accepted", False)
    assert found["read_uri"] == f"s3://{lake.artifacts}/{key}"
    assert lake.body(lake.artifacts, key) == GOOD
    assert len(lake.waiting()) == 1


def test_a_version_below_a_delete_marker_is_read_from_a_copy(lake):
    version = lake.arrive("flights/a.csv")
    lake.s3.delete_object(Bucket=lake.raw, Key=version.key)
    _inspected(lake)
    found = lake.inspection(version)
    assert (found["verdict"], found["in_place"]) == ("accepted", False)


def test_a_version_that_was_deleted_is_missing_and_does_not_stop_the_others(lake):
    gone, there = lake.arrive("flights/a.csv"), lake.arrive("flights/b.csv", OTHER)
    lake.s3.delete_object(Bucket=lake.raw, Key=gone.key, VersionId=gone.version_id)
    _inspected(lake)
    assert lake.inspection(gone)["verdict"] == "missing"
    assert lake.status(gone) == "missing"
    assert lake.arrival(gone)["reason"]
    assert lake.inspection(there)["verdict"] == "accepted"


def test_a_repeated_inspection_gives_the_same_and_reads_nothing_again(lake):
    # Given an inspected batch of a good and a bad file
    good, bad = lake.arrive("flights/a.csv"), lake.arrive("flights/b.csv", b"")
    opened = _inspected(lake)
    before = [lake.inspection(version) for version in (good, bad)]
    # When it is inspected again, after the files are gone
    for version in (good, bad):
        lake.s3.delete_object(Bucket=lake.raw, Key=version.key, VersionId=version.version_id)
    lake.inspect(opened)
    # Then nothing changed
    assert [lake.inspection(version) for version in (good, bad)] == before
    assert lake.status(bad) == "rejected"


def test_an_inspection_that_was_cut_off_before_its_result_is_written_comes_to_the_same(lake):
    # Given inspections whose documents were lost, but whose marks in the ledger were not
    good, bad = lake.arrive("flights/a.csv"), lake.arrive("flights/b.csv", b"")
    opened = _inspected(lake)
    for version in (good, bad):
        key = f"runs/flights/run-1/inspections/{version.arrival_id}.json"
        lake.s3.delete_object(Bucket=lake.artifacts, Key=key)
    # When the batch is repeated
    lake.inspect(opened)
    # Then the good file is not taken for a duplicate of itself
    assert lake.inspection(good)["verdict"] == "accepted"
    assert lake.inspection(bad)["verdict"] == "rejected"


def test_a_giant_is_judged_by_its_beginning_and_known_by_what_s3_stored(lake, monkeypatch):
    monkeypatch.setattr("inspect_files.inspection.STREAMED_BYTES", 10)
    first, second = lake.arrive("flights/a.csv"), lake.arrive("flights/b.csv")
    other = lake.arrive("flights/c.csv", OTHER)
    bad = lake.arrive("flights/d.csv", b"year,carrier,gate\n2013,UA,1\n")
    _inspected(lake)
    verdicts = [lake.inspection(version)["verdict"] for version in (first, second, other, bad)]
    assert verdicts == ["accepted", "duplicate", "accepted", "rejected"]
    assert lake.inspection(first)["checksum"].endswith(f"-{len(GOOD)}")


def test_a_batch_that_was_never_written_is_an_error_that_names_it(lake):
    uri = f"s3://{lake.artifacts}/runs/flights/run-1/batches/0000.json"
    request = {
        "dataset": "flights",
        "run_id": "run-1",
        "run_prefix": "runs/flights/run-1/",
        "batch": {"uri": uri},
    }
    with pytest.raises(ReportMissing, match=r"batches/0000\.json: missing"):
        handle(request, Context())


def test_a_storage_error_is_an_error_and_no_verdict(lake, monkeypatch):
    version = lake.arrive("flights/a.csv", b"")
    opened = lake.open()
    monkeypatch.setenv("QUARANTINE_BUCKET", "no-such-bucket")
    with pytest.raises(lake.s3.exceptions.ClientError):
        lake.inspect(opened)
    assert lake.status(version) == "claimed"
