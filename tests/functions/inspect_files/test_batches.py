"""A batch with a file that is not what its manifest says is not loaded at all."""

import hashlib
import json

import pytest

from tests.functions.support.batches import (
    MANIFEST,
    PLANES,
    arrive,
    batch_lake,
    manifest,
    statuses,
)
from tests.functions.support.resources import GOOD, one_row


@pytest.fixture
def lake(lake):
    return batch_lake(lake)


def _sha256(body):
    return hashlib.sha256(body).hexdigest()


def _run(lake, run_id="run-1"):
    """Take a run to its plan and close it if there is nothing to read."""
    opened = lake.open(run_id, PLANES)
    lake.inspect(opened)
    plan = lake.plan(opened)
    if plan["accepted"]:
        return plan, None
    return plan, lake.close(run_id, "rejected", PLANES)


def _listing(**sha256):
    files = [{"name": f"{name}.csv", "sha256": value} for name, value in sha256.items()]
    return json.dumps({"files": files}).encode()


def test_checksums_that_agree_are_accepted_in_either_case(lake):
    for name in "ab":
        arrive(lake, f"planes/{name}.csv", one_row(ord(name)))
    sums = {name: _sha256(one_row(ord(name))) for name in "ab"}
    arrive(lake, MANIFEST, _listing(a=sums["a"].upper(), b=sums["b"]))
    plan, _ = _run(lake)
    assert (plan["accepted"], plan["rejected"]) == (2, 0)


def test_a_wrong_checksum_rejects_the_file_and_nothing_of_the_batch_is_read(lake):
    # Given a batch in which one file is not the one that was listed
    good, bad = arrive(lake, "planes/a.csv", one_row(1)), arrive(lake, "planes/b.csv", one_row(2))
    listing = arrive(lake, MANIFEST, _listing(a=_sha256(one_row(1)), b=_sha256(b"other")))
    # When it is inspected
    plan, closed = _run(lake)
    # Then nothing is to be read, and people are told of the file and of the batch
    assert (plan["accepted"], plan["rejected"]) == (0, 1)
    assert statuses(lake, good, bad, listing) == ["held", "rejected", "rejected"]
    assert lake.arrival(bad, PLANES)["rule"] == "checksum"
    assert _sha256(one_row(2)) in lake.arrival(bad, PLANES)["reason"]
    assert "loaded whole or not at all" in lake.arrival(listing, PLANES)["reason"]
    message = json.loads(closed["notice"]["message"])
    assert (message["notice"], message["severity"]) == ("files_rejected", "warning")
    assert any("planes/b.csv: checksum" in reason for reason in message["reasons"])
    assert any(MANIFEST in reason for reason in message["reasons"])
    # And the file is in quarantine
    kept = lake.arrival(bad, PLANES)["quarantine_uri"].removeprefix(f"s3://{lake.quarantine}/")
    assert lake.body(lake.quarantine, kept) == one_row(2)


@pytest.mark.parametrize("manifest_first", [True, False])
def test_a_mended_file_and_the_manifest_again_load_the_whole_batch(lake, manifest_first):
    good = arrive(lake, "planes/a.csv", one_row(1))
    arrive(lake, "planes/b.csv", b"wrong\n")
    listing = manifest("a.csv", "b.csv")
    arrive(lake, MANIFEST, listing)
    _run(lake)
    if manifest_first:
        again = arrive(lake, MANIFEST, listing)
        assert lake.waiting(PLANES) == []
    mended = arrive(lake, "planes/b.csv", one_row(2))
    if not manifest_first:
        again = arrive(lake, MANIFEST, listing)
    lake.publish_run("run-2", PLANES)
    assert statuses(lake, good, mended, again) == ["published"] * 3


def test_a_file_that_was_deleted_leaves_the_batch_unread(lake):
    good, gone = arrive(lake, "planes/a.csv", one_row(1)), arrive(lake, "planes/b.csv", one_row(2))
    listing = arrive(lake, MANIFEST, manifest("a.csv", "b.csv"))
    lake.s3.delete_object(Bucket=lake.raw, Key=gone.key, VersionId=gone.version_id)
    plan, _ = _run(lake)
    assert plan["accepted"] == 0
    assert statuses(lake, good, gone, listing) == ["held", "missing", "rejected"]


def test_a_batch_of_bytes_that_were_loaded_before_is_a_duplicate(lake):
    arrive(lake, "planes/a.csv", one_row(1))
    arrive(lake, "planes/1.manifest.json", manifest("a.csv"))
    lake.publish_run("run-1", PLANES)
    same = arrive(lake, "planes/b.csv", one_row(1))
    listing = arrive(lake, "planes/2.manifest.json", manifest("b.csv"))
    plan, closed = _run(lake, "run-2")
    assert (plan["accepted"], plan["duplicate"]) == (0, 1)
    assert statuses(lake, same, listing) == ["duplicate", "duplicate"]
    assert json.loads(closed["notice"]["message"])["severity"] == "info"


def test_a_repeated_file_in_a_batch_that_is_not_loaded_is_still_there_for_the_next(lake):
    # Given a batch of which one file repeats what was loaded and one is bad
    arrive(lake, "planes/a.csv", one_row(1))
    arrive(lake, "planes/1.manifest.json", manifest("a.csv"))
    lake.publish_run("run-1", PLANES)
    same, _ = arrive(lake, "planes/b.csv", one_row(1)), arrive(lake, "planes/c.csv", b"")
    arrive(lake, "planes/2.manifest.json", manifest("b.csv", "c.csv"))
    _run(lake, "run-2")
    assert statuses(lake, same) == ["held"]
    # When the bad one is mended
    mended = arrive(lake, "planes/c.csv", one_row(3))
    arrive(lake, "planes/2.manifest.json", manifest("b.csv", "c.csv"))
    lake.publish_run("run-3", PLANES)
    # Then the batch is complete
    assert statuses(lake, same, mended) == ["duplicate", "published"]


def test_a_batch_that_replaces_the_table_is_read_whole_though_a_file_was_in_the_one_before(lake):
    batch_lake(lake, write_mode="replace")
    arrive(lake, "planes/a.csv", one_row(1))
    arrive(lake, "planes/1.manifest.json", manifest("a.csv"))
    lake.publish_run("run-1", PLANES)
    arrive(lake, "planes/a.csv", one_row(1))
    arrive(lake, "planes/b.csv", one_row(2))
    arrive(lake, "planes/2.manifest.json", manifest("a.csv", "b.csv"))
    plan, _ = _run(lake, "run-2")
    assert (plan["accepted"], plan["duplicate"]) == (2, 0)


def test_a_checksum_of_a_file_too_large_to_be_read_whole_is_refused_and_says_why(lake, monkeypatch):
    monkeypatch.setattr("inspect_files.inspection.STREAMED_BYTES", 10)
    arrive(lake, "planes/a.csv", GOOD)
    arrive(lake, MANIFEST, _listing(a=_sha256(GOOD)))
    plan, _ = _run(lake)
    assert "leave its sha256 out" in plan["rejections"][0]["reason"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "content: must be a JSON document {\"files\": [...]} in UTF-8: got '{'"),
        (b"\xff\xfe", "content: must be a JSON document"),
        (b"[" * 100_000, "content: must be a JSON document"),
        (b"[]", "content: must be an object in braces: got []"),
        (b'{"files": [1]}', "files[0]: must be an object in braces: got 1"),
        (b"{}", "files: is required: got nothing"),
        (b'{"files": []}', "files: must list at least one file: got []"),
        (b'{"files": [{"name": 3}]}', "files[0].name: must be a valid string: got 3"),
        (b'{"files": [{}]}', "files[0]: must have either name or key: got neither"),
        (
            b'{"files": [{"name": "a.csv", "key": "planes/a.csv"}]}',
            "files[0]: must have either name or key: got both",
        ),
        (
            b'{"files": [{"name": "a.csv"}, {"key": "planes/a.csv"}]}',
            "files[1]: must name each file once: got 'planes/a.csv' again",
        ),
        (
            b'{"files": [{"name": "a.csv", "sha265": "0"}]}',
            "files[0].sha265: is not a known field; did you mean 'sha256'?",
        ),
        (
            b'{"files": [{"name": "a.csv", "sha256": "abc"}]}',
            "files[0].sha256: must be 64 hexadecimal digits: got 'abc'",
        ),
        (
            b'{"files": [{"name": "a.csv", "rows": -1}]}',
            "files[0].rows: must be greater than or equal to 0: got -1",
        ),
        (
            b'{"files": [{"key": "flights/a.csv"}]}',
            "files[0].key: must lie under planes/: got 'flights/a.csv'",
        ),
        (b'{"files": [{"name": "../a.csv"}]}', "files[0].name: must lie under planes/: got"),
        (
            b'{"files": [{"name": "all.manifest.json"}]}',
            "files[0].name: must be a file, not a manifest: got 'all.manifest.json'",
        ),
        (b'{"files": [{"name": "_SUCCESS"}]}', "it is a hidden name"),
        (b" " * (1024**2 + 1), "size: must be at most 1048576 bytes: got 1048577"),
    ],
)
def test_a_malformed_manifest_is_kept_in_quarantine_with_field_rule_and_value(
    lake, content, reason
):
    version = arrive(lake, MANIFEST, content)
    plan, closed = _run(lake)
    (told,) = plan["rejections"]
    assert (told["key"], told["rule"]) == (MANIFEST, "manifest")
    assert reason in told["reason"]
    assert statuses(lake, version) == ["rejected"]
    kept = lake.arrival(version, PLANES)["quarantine_uri"].removeprefix(f"s3://{lake.quarantine}/")
    assert lake.body(lake.quarantine, kept) == content
    message = json.loads(closed["notice"]["message"])
    assert any(MANIFEST in told and reason in told for told in message["reasons"])
