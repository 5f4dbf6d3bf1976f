import pytest

from lake_runtime.objects import (
    KEY_BYTES,
    base_name,
    copy_version,
    is_current,
    key_below,
    version_exists,
)
from lake_runtime.records import Claim


def _claim(version):
    return Claim(
        arrival_id=version.arrival_id,
        bucket=version.bucket,
        key=version.key,
        version_id=version.version_id,
        etag=version.etag,
        size=version.size,
        registered_at="",
        event_time="",
        sequencer="",
    )


@pytest.mark.parametrize(
    "name", ["a b.csv", "a+b.csv", "100%.csv", "a%2Bb.csv", "k=v/é✈🛫.csv", "quote'\"&.csv"]
)
def test_a_version_is_copied_whatever_characters_its_key_has(lake, name):
    version = lake.upload(f"flights/{name}", b"bytes")
    uri = copy_version(_claim(version), lake.quarantine, f"copies/{name}")
    assert uri == f"s3://{lake.quarantine}/copies/{name}"
    assert lake.body(lake.quarantine, f"copies/{name}") == b"bytes"


def test_the_claimed_version_is_copied_even_after_it_was_replaced(lake):
    first = lake.upload("flights/a.csv", b"first")
    lake.upload("flights/a.csv", b"second")
    copy_version(_claim(first), lake.artifacts, "copy", metadata={"reason": "replaced"})
    assert lake.body(lake.artifacts, "copy") == b"first"
    head = lake.s3.head_object(Bucket=lake.artifacts, Key="copy")
    assert head["Metadata"] == {"reason": "replaced"}


def test_a_version_that_was_deleted_is_neither_there_nor_copied(lake):
    version = lake.upload("flights/a.csv")
    lake.s3.delete_object(Bucket=lake.raw, Key=version.key, VersionId=version.version_id)
    assert not version_exists(_claim(version))
    assert copy_version(_claim(version), lake.artifacts, "copy") is None


def test_a_version_below_a_delete_marker_is_there_but_not_current(lake):
    version = lake.upload("flights/a.csv")
    assert is_current(lake.raw, version.key, version.version_id)
    lake.s3.delete_object(Bucket=lake.raw, Key=version.key)
    assert version_exists(_claim(version))
    assert not is_current(lake.raw, version.key, version.version_id)


def test_a_name_that_fits_is_kept_and_one_that_does_not_keeps_its_end():
    assert key_below("unclaimed/", "a/b.csv") == "unclaimed/a/b.csv"
    longest = "é" * 508 + "file.csv"
    assert len(longest.encode()) == KEY_BYTES
    cut = key_below("unclaimed/", longest)
    assert len(cut.encode()) <= KEY_BYTES
    assert cut.endswith("éfile.csv")
    assert cut != key_below("unclaimed/", "é" * 507 + "èfile.csv")


def test_the_name_of_a_file_is_the_last_part_of_its_key():
    assert base_name("a/b/c.csv") == "c.csv"
    assert base_name("a/b/") == ""
