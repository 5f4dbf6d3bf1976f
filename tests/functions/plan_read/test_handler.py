import pytest

from lake_runtime.errors import InspectionMissing
from tests.functions.support.contracts import default_bundle
from tests.functions.support.resources import one_row


def test_what_spark_reads_is_the_accepted_files_with_their_versions(lake):
    # Given a good file, a bad one, a duplicate and one that is gone
    good = lake.arrive("flights/a b+c.csv", one_row(1))
    bad = lake.arrive("flights/b.csv", b"")
    lake.arrive("flights/c.csv", one_row(1))
    gone = lake.arrive("flights/d.csv", one_row(2))
    lake.s3.delete_object(Bucket=lake.raw, Key=gone.key, VersionId=gone.version_id)
    opened = lake.open()
    lake.inspect(opened)
    # When the read is planned
    plan = lake.plan(opened)
    # Then each is counted, and those a person should look at are named
    counts = {name: plan[name] for name in ("accepted", "rejected", "duplicate", "skipped")}
    assert counts == {"accepted": 1, "rejected": 1, "duplicate": 1, "skipped": 1}
    assert plan["bytes"] == good.size
    assert {entry["key"]: entry["rule"] for entry in plan["rejections"]} == {
        bad.key: "empty_file",
        gone.key: "missing",
    }
    assert plan["input_uri"] == f"s3://{lake.artifacts}/runs/flights/run-1/input.json"
    given = lake.artifact("run-1", "input.json")
    assert (given["dataset"], given["run_id"]) == ("flights", "run-1")
    (file,) = given["files"]
    assert file["read_uri"] == f"s3://{lake.raw}/flights/a b+c.csv"
    assert (file["version_id"], file["etag"]) == (good.version_id, good.etag)
    assert (file["arrival_id"], file["in_place"]) == (good.arrival_id, True)


def test_files_are_read_oldest_first_whatever_order_their_events_had(lake):
    versions = [lake.upload(f"flights/{number}.csv", one_row(number)) for number in range(3)]
    times = ["2026-01-01T00:00:02Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"]
    for version, time in zip(versions, times, strict=True):
        lake.register(lake.event(version, time=time))
    lake.read_and_plan()
    files = lake.artifact("run-1", "input.json")["files"]
    assert [file["key"] for file in files] == ["flights/1.csv", "flights/2.csv", "flights/0.csv"]


def test_each_file_arrived_at_a_moment_of_its_own_whenever_it_was_registered(lake):
    # Given two versions of a key in one second, the later one registered first, and one that
    # claims to come from the future
    older, newer = (lake.upload("flights/a.csv", one_row(number)) for number in range(2))
    second = "2026-01-01T00:00:00Z"
    later, sooner = lake.event(newer, time=second), lake.event(older, time=second)
    later["detail"]["object"]["sequencer"] = "0063F3"
    lake.register(later)
    lake.register(sooner)
    future = lake.upload("flights/b.csv", one_row(2))
    lake.register(lake.event(future, time="2099-01-01T00:00:00Z"))
    # When their reading is planned
    lake.read_and_plan()
    # Then S3's order counts, and nothing arrived later than it was registered
    files = lake.artifact("run-1", "input.json")["files"]
    assert [file["version_id"] for file in files] == [
        version.version_id for version in (older, newer, future)
    ]
    assert [file["arrived_at"] for file in files[:2]] == [
        "2026-01-01T00:00:00.000000Z",
        "2026-01-01T00:00:00.000001Z",
    ]
    assert files[2]["arrived_at"] == files[2]["registered_at"]


def test_with_no_file_accepted_the_plan_says_so(lake):
    lake.arrive("flights/a.csv", b"")
    opened = lake.open()
    lake.inspect(opened)
    assert lake.plan(opened)["accepted"] == 0
    assert lake.artifact("run-1", "input.json")["files"] == []


def test_a_file_without_an_inspection_fails_the_plan_and_is_named(lake):
    # Given a batch of which no result exists
    lake.arrive("flights/a.csv", one_row(1))
    opened = lake.open()
    # When the read is planned
    with pytest.raises(InspectionMissing, match=r"1 of 1 claimed files .*'flights/a\.csv'"):
        lake.plan(opened)
    # Then Spark is given nothing to read
    assert "runs/flights/run-1/input.json" not in lake.keys(lake.artifacts)


def test_inspections_are_found_one_by_one_where_a_batch_was_cut_off(lake):
    lake.arrive("flights/a.csv", one_row(1))
    opened = lake.open()
    lake.inspect(opened)
    key = "runs/flights/run-1/inspections/batch-0000.json"
    lake.s3.delete_object(Bucket=lake.artifacts, Key=key)
    assert lake.plan(opened)["accepted"] == 1


def test_a_count_that_does_not_match_the_claims_is_refused(lake):
    lake.arrive("flights/a.csv", one_row(1))
    opened = lake.open()
    lake.inspect(opened)
    with pytest.raises(InspectionMissing, match="lists 1 files, but opening the run claimed 2"):
        lake.plan(opened | {"claims": 2})


def test_a_duplicate_of_a_file_that_is_not_read_after_all_fails_the_plan(lake):
    # Given two files with the same bytes, of which the first turned out missing
    first = lake.arrive("flights/a.csv", one_row(1))
    lake.arrive("flights/b.csv", one_row(1))
    opened = lake.open()
    lake.inspect(opened)
    found = lake.inspection(first) | {"verdict": "missing"}
    batch = lake.artifact("run-1", "inspections/batch-0000.json")
    lake.write("flights", "run-1", "inspections/batch-0000.json", [found, batch[1]])
    # When the read is planned
    with pytest.raises(InspectionMissing, match="taken for a duplicate"):
        lake.plan(opened)


def test_planning_twice_gives_the_same(lake):
    lake.arrive("flights/a.csv", one_row(1))
    opened = lake.open()
    lake.inspect(opened)
    first = lake.plan(opened)
    given = lake.artifact("run-1", "input.json")
    assert lake.plan(opened) == first
    assert lake.artifact("run-1", "input.json") == given


def test_the_job_is_sized_by_the_bytes_that_will_be_read(lake):
    bundle = default_bundle()
    bundle["datasets"]["flights"]["engine"] = {
        "workers": "auto",
        "max_workers": 5,
        "bytes_per_worker": 40,
    }
    lake.deploy(bundle)
    for number in range(3):
        lake.arrive(f"flights/{number}.csv", one_row(number))
    opened = lake.open()
    lake.inspect(opened)
    plan = lake.plan(opened)
    assert plan["bytes"] == 3 * len(one_row(0)) == 84
    assert (plan["engine"]["workers"], plan["engine"]["worker_type"]) == (4, "G.1X")
    lake.stage("run-1")
    lake.publish("run-1")
    lake.close("run-1", "published")
    assert lake.record("run-1")["engine"] == "4 G.1X, 60 minutes"
