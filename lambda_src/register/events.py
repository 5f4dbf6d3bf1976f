"""The message that tells of a new object."""

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lake_runtime.errors import UnexpectedEvent
from lake_runtime.identity import arrival_id
from lake_runtime.records import Claim


class _Part(BaseModel):
    # AWS adds fields to its events without notice, so unknown ones are let through.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class S3Object(_Part):
    """The object as S3 describes it to EventBridge; the key is *not* URL-encoded there."""

    key: str = Field(min_length=1)
    size: int = 0
    etag: str = ""
    version_id: str = Field(alias="version-id", min_length=1)
    sequencer: str = ""


class S3Bucket(_Part):
    """The bucket of the event."""

    name: str


class Detail(_Part):
    """What happened to which object."""

    bucket: S3Bucket
    object: S3Object


class ObjectCreated(_Part):
    """EventBridge's `Object Created` event of a versioned bucket."""

    source: str
    detail_type: str = Field(alias="detail-type")
    time: str
    detail: Detail


def read_event(body: str, *, bucket: str, registered_at: str) -> Claim:
    """Read a queue message as an arrival in the given bucket.

    Raises `UnexpectedEvent`: the message goes to the dead-letter queue after its tries.
    """
    try:
        event = ObjectCreated.model_validate(json.loads(body))
    except (ValueError, ValidationError) as error:
        problem = (
            f"{'.'.join(map(str, error.errors()[0]['loc']))}: {error.errors()[0]['msg']}"
            if isinstance(error, ValidationError)
            else "not JSON"
        )
        raise UnexpectedEvent(
            f"queue message: {problem}; expected EventBridge's event of a versioned bucket"
        ) from error
    if event.detail_type != "Object Created" or event.source != "aws.s3":
        raise UnexpectedEvent(
            f"queue message: {event.source} {event.detail_type!r} is not S3's 'Object Created'; "
            "narrow the rule that feeds the queue"
        )
    if event.detail.bucket.name != bucket:
        raise UnexpectedEvent(
            f"queue message: bucket {event.detail.bucket.name!r} is not the raw bucket {bucket!r}"
        )
    item = event.detail.object
    return Claim(
        arrival_id=arrival_id(bucket, item.key, item.version_id),
        bucket=bucket,
        key=item.key,
        version_id=item.version_id,
        etag=item.etag,
        size=item.size,
        registered_at=registered_at,
        event_time=event.time,
        sequencer=item.sequencer,
    )
