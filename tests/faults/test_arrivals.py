"""Faults on the way of a file into the books."""

import hashlib
import json
from collections.abc import Callable

import pytest

from strata.local.faults import Fault
from strata.notices import notices
from tests.faults.feed import Feed, csv
from tests.faults.losing import no_events
from tests.faults.support import Ending, assert_survived

GetFeed = Callable[[str], Feed]
PUBLISHED = Ending("published", notice="run_published")
BURST = 120


@pytest.mark.fault(1, by="run")
def test_an_event_that_is_delivered_three_times_loads_its_file_once(feed: GetFeed) -> None:
    orders = feed("told_twice")
    version = orders.put("a.csv", csv((1, 1)))
    orders.tell("a.csv", version)
    orders.settle()
    orders.tell("a.csv", version)
    orders.settle()
    assert len(orders.arrivals()) == 1
    assert sum(run["files_claimed"] for run in orders.runs()) == 1
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(2, by="run")
def test_the_same_bytes_again_are_known_by_their_checksum(feed: GetFeed) -> None:
    orders = feed("sent_again")
    orders.put("a.csv", csv((1, 1)))
    orders.settle()
    orders.put("a.csv", csv((1, 1)))
    orders.put("copy of a.csv", csv((1, 1)))
    orders.settle()
    found = sorted(one["status"] for one in orders.arrivals())
    assert found == ["duplicate", "duplicate", "published"]
    told = Ending("rejected", notice="files_rejected", says="duplicate")
    assert_survived(orders, told, rows=[(1, 1)])


@pytest.mark.fault(3, by="run")
@pytest.mark.fault(9, by="run")
def test_a_file_that_is_replaced_while_it_is_read_is_read_again_and_the_later_wins(
    feed: GetFeed,
) -> None:
    orders = feed("replaced")
    with orders.faults.armed(Fault("state:Judge", seconds=2, where=orders.name)):
        orders.put("a.csv", csv((1, 1), (2, 2)))
        orders.wait_for_state("Judge")
        orders.put("a.csv", csv((1, 10), (3, 3)))
        orders.settle()
    told = Ending("failed", notice="run_failed", says="SourceChanged")
    assert_survived(orders, told, PUBLISHED, rows=[(1, 10), (2, 2), (3, 3)])


@pytest.mark.fault(4, by="run")
def test_events_in_the_wrong_order_and_of_what_is_gone_change_nothing(feed: GetFeed) -> None:
    orders = feed("out_of_order")
    s3, bucket = orders.lake.client("s3"), orders.lake["RawBucketName"]
    with no_events(orders.lake):
        older = orders.put("a.csv", csv((1, 1)))
        newer = orders.put("a.csv", csv((1, 2)))
        gone = orders.put("gone.csv", csv((5, 5)))
        s3.delete_object(Bucket=bucket, Key=f"{orders.name}/gone.csv", VersionId=gone)
    for name, version in (("gone.csv", gone), ("a.csv", newer), ("a.csv", older)):
        orders.tell(name, version)
        orders.settle()
    told = Ending(status="missing", notice="files_rejected", says="deleted before it was read")
    assert_survived(orders, told, PUBLISHED, rows=[(1, 2)])


@pytest.mark.fault(5, by="run")
def test_a_file_whose_event_never_comes_is_found_by_the_sweep_and_told(feed: GetFeed) -> None:
    orders = feed("unheard")
    with no_events(orders.lake):
        orders.put("a.csv", csv((1, 1)))
        orders.settle()
    assert orders.arrivals() == []
    orders.sweep()
    orders.settle()
    told = Ending("published", notice="lake_swept", of="_all")
    assert_survived(orders, told, PUBLISHED, rows=[(1, 1)])
    swept = [one for one in notices(orders.lake) if one["notice"] == "lake_swept"]
    assert "unheard/a.csv was not in the ledger" in json.dumps(swept)


@pytest.mark.fault(6, by="run")
def test_names_with_every_kind_of_character_go_through_whole(feed: GetFeed) -> None:
    orders = feed("odd_names")
    names = [
        "a b+c%20d=e&f.csv",
        "'single' \"double\".csv",
        "déjà vu 🛩.csv",
        "x" * (1024 - len("odd_names/.csv")) + ".csv",
    ]
    for number, name in enumerate(names):
        orders.put(name, csv((number, 1)))
    orders.put("bad 🛩+%2B.csv", b"other,header\n1,2\n")
    orders.settle()
    assert {one["key"] for one in orders.arrivals() if one["status"] == "published"} == {
        f"odd_names/{name}" for name in names
    }
    told = Ending(status="rejected", says="bad 🛩+%2B.csv")
    rows = [(number, 1) for number in range(len(names))]
    assert_survived(orders, told, PUBLISHED, rows=rows)
    assert "bad 🛩+%2B.csv: header" in json.dumps(orders.notices(), ensure_ascii=False)


@pytest.mark.fault(7, by="run")
def test_an_object_that_no_contract_claims_is_kept_and_told(feed: GetFeed) -> None:
    orders = feed("beside")
    orders.put_object("nobodys/guests.csv", b"name\nAda\n")
    orders.settle()
    kept = orders.lake.client("s3").get_object(
        Bucket=orders.lake["QuarantineBucketName"], Key="unclaimed/nobodys/guests.csv"
    )
    assert kept["Body"].read() == b"name\nAda\n"
    stranger = Feed(orders.lake, "_unclaimed")
    assert [one["status"] for one in stranger.arrivals()] == ["unclaimed"]
    told = json.dumps(stranger.notices())
    assert "object_unclaimed" in told
    assert "nobodys/guests.csv" in told
    assert_survived(orders)


@pytest.mark.fault(8, by="run")
def test_what_is_no_file_to_load_is_skipped_or_rejected_with_its_reason(feed: GetFeed) -> None:
    orders = feed("not_files")
    for name in ("", "_temporary", ".hidden.csv", "empty.csv"):
        orders.put(name, b"")
    orders.settle()
    found = {one["key"].partition("/")[2]: one["status"] for one in orders.arrivals()}
    assert found == {
        "": "skipped",
        "_temporary": "skipped",
        ".hidden.csv": "skipped",
        "empty.csv": "rejected",
    }
    told = Ending("rejected", notice="files_rejected", says="empty_file")
    assert_survived(orders, Ending(status="skipped"), rows=[])
    assert "empty.csv: empty_file" in json.dumps(orders.notices())
    assert told.outcome in {run["outcome"] for run in orders.runs()}


@pytest.mark.fault(9, by="run")
def test_a_file_in_parts_arrives_when_it_is_whole_and_one_that_goes_is_recorded(
    feed: GetFeed,
) -> None:
    orders = feed("reading")
    s3, bucket = orders.lake.client("s3"), orders.lake["RawBucketName"]
    key = f"{orders.name}/parts.csv"
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    part = s3.upload_part(
        Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=csv((1, 1), (2, 2))
    )
    orders.settle()
    assert orders.arrivals() == []
    s3.complete_multipart_upload(
        Bucket=bucket,
        Key=key,
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    orders.settle()
    assert orders.published() == [(1, 1), (2, 2)]
    with orders.faults.armed(Fault("state:InspectBatch", seconds=2, where=orders.name)):
        version = orders.put("going.csv", csv((3, 3)))
        orders.wait_for_state("InspectBatch")
        s3.delete_object(Bucket=bucket, Key=f"{orders.name}/going.csv", VersionId=version)
        orders.settle()
    told = Ending(status="missing", notice="files_rejected", says="deleted before it was read")
    assert_survived(orders, told, PUBLISHED, rows=[(1, 1), (2, 2)])


@pytest.mark.fault(10, by="run")
def test_a_burst_of_files_becomes_few_runs(feed: GetFeed) -> None:
    orders = feed("burst")
    with orders.faults.armed(Fault("state:OpenRun", seconds=3, where=orders.name)):
        for number in range(BURST):
            orders.put(f"{number}.csv", csv((number, 1)))
        runs = orders.settle()
    assert sum(run["files_claimed"] for run in runs) == BURST
    assert len(runs) <= 5
    assert_survived(orders, PUBLISHED, rows=[(number, 1) for number in range(BURST)])


def manifest(**files: bytes) -> bytes:
    """Give a manifest of files by name, with their checksums."""
    listed = [
        {"name": f"{name}.csv", "sha256": hashlib.sha256(content).hexdigest(), "rows": 1}
        for name, content in files.items()
    ]
    return json.dumps({"files": listed}).encode()


@pytest.mark.fault(11, by="run")
def test_a_batch_is_loaded_when_it_is_whole_and_never_in_part(feed: GetFeed) -> None:
    orders = feed("batched")
    first, second, third = (csv((number, 1)) for number in (1, 2, 3))
    # Given a batch whose manifest comes before its files, and one after
    orders.put("1.manifest.json", manifest(a=first, b=second))
    orders.put("a.csv", first)
    orders.settle()
    assert orders.published() == []
    orders.put("b.csv", second)
    orders.settle()
    assert orders.published() == [(1, 1), (2, 1)]
    # And one whose file is not what the manifest says
    orders.put("c.csv", third)
    orders.put("2.manifest.json", manifest(c=csv((3, 30))))
    orders.settle()
    assert orders.published() == [(1, 1), (2, 1)]
    # And one whose file never comes
    orders.put("3.manifest.json", manifest(never=third))
    orders.settle()
    orders.grow_old("held")
    orders.sweep()
    # When the next whole batch comes
    last = csv((4, 1))
    orders.put("4.manifest.json", manifest(d=last))
    orders.put("d.csv", last)
    runs = orders.settle()
    # Then each was taken whole, or not at all, and all of it was told
    assert orders.published() == [(1, 1), (2, 1), (4, 1)]
    assert [run["outcome"] for run in runs] == ["published", "rejected", "published"]
    told = json.dumps(orders.notices())
    assert "c.csv: checksum" in told
    overdue = [one for one in notices(orders.lake) if one["notice"] == "batch_overdue"]
    assert "there is no batched/never.csv" in json.dumps(overdue)
