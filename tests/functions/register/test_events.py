import json

import pytest

from lake_runtime.errors import UnexpectedEvent
from register.events import read_event

EVENT = {
    "version": "0",
    "source": "aws.s3",
    "detail-type": "Object Created",
    "time": "2026-01-01T00:00:00Z",
    "detail": {
        "bucket": {"name": "raw"},
        "object": {
            "key": "flights/a.csv",
            "size": 3,
            "etag": "e",
            "version-id": "v1",
            "sequencer": "0A",
        },
    },
}


def _read(event):
    return read_event(json.dumps(event), bucket="raw", registered_at="now")


def _changed(**parts):
    event = json.loads(json.dumps(EVENT))
    event["detail"]["object"] |= parts
    return event


@pytest.mark.parametrize(
    "key", ["a+b.csv", "a%20b.csv", "a b.csv", "month=1/é✈.csv", "quote\"'.csv", "x" * 1024]
)
def test_a_key_is_taken_as_it_stands_for_eventbridge_does_not_encode_it(key):
    assert _read(_changed(key=key)).key == key


def test_an_event_is_read_with_all_that_orders_and_names_it():
    claim = _read(EVENT)
    assert (claim.version_id, claim.sequencer, claim.event_time) == (
        "v1",
        "0A",
        "2026-01-01T00:00:00Z",
    )
    assert (claim.size, claim.etag, claim.registered_at) == (3, "e", "now")


def test_a_field_that_aws_adds_to_its_events_changes_nothing():
    assert _read(_changed(new="field")) == _read(EVENT)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "not JSON"),
        ("[]", "expected EventBridge's event"),
        (json.dumps(_changed(**{"version-id": ""})), r"version-id.*versioned bucket"),
        (json.dumps(EVENT | {"detail-type": "Object Deleted"}), "narrow the rule"),
        (json.dumps(EVENT | {"source": "my.app"}), "my.app"),
        (json.dumps(EVENT | {"detail": {}}), "bucket"),
    ],
)
def test_a_message_that_is_no_new_object_is_refused_and_says_why(body, message):
    with pytest.raises(UnexpectedEvent, match=message):
        read_event(body, bucket="raw", registered_at="now")


def test_an_object_of_another_bucket_is_refused():
    with pytest.raises(UnexpectedEvent, match="not the raw bucket 'other'"):
        read_event(json.dumps(EVENT), bucket="other", registered_at="now")
