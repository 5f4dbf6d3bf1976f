"""JSON documents in S3: the artifacts of a run, and any document by its URI."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lake_runtime import clients
from lake_runtime.errors import ReportMissing

KEYS_PER_DELETE = 1000
"""The most that S3 deletes in one call."""
ABSENT = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})


def split_uri(uri: str) -> tuple[str, str]:
    """Give bucket and key of `s3://bucket/key`; the key is taken as it stands, unescaped."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket or not key:
        raise ValueError(f"not an S3 URI of an object: {uri!r}; expected s3://bucket/key")
    return bucket, key


def read_json(uri: str) -> Any | None:
    """Read a JSON document, or give None where there is no such object.

    Raises `ReportMissing` if the object is not JSON.
    """
    bucket, key = split_uri(uri)
    try:
        answer = clients.s3().get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return None
        raise
    with closing(answer["Body"]) as body:
        content = body.read()
    try:
        return json.loads(content)
    except ValueError as error:
        raise ReportMissing(
            f"{uri}: not JSON; the step that writes it was cut off: run it again"
        ) from error


def write_json(uri: str, value: Any) -> None:
    """Write a JSON document with sorted keys, replacing what is there."""
    bucket, key = split_uri(uri)
    content = json.dumps(value, sort_keys=True, ensure_ascii=False)
    clients.s3().put_object(
        Bucket=bucket, Key=key, Body=content.encode(), ContentType="application/json"
    )


def delete_keys(bucket: str, keys: Sequence[str]) -> None:
    """Delete objects, whether they are there or not; the bucket keeps their versions.

    Raises `ReportMissing` naming the first that S3 refused to delete.
    """
    for start in range(0, len(keys), KEYS_PER_DELETE):
        listed: Any = [{"Key": key} for key in keys[start : start + KEYS_PER_DELETE]]
        answer = clients.s3().delete_objects(Bucket=bucket, Delete={"Objects": listed})
        for refused in answer.get("Errors", []):
            raise ReportMissing(
                f"s3://{bucket}/{refused['Key']}: could not be deleted: {refused['Code']}"
            )


@dataclass(frozen=True)
class Artifacts:
    """The documents of one run, below its prefix in the artifacts bucket."""

    bucket: str
    prefix: str

    def uri(self, name: str) -> str:
        """Give the URI of a document of this run."""
        return f"s3://{self.bucket}/{self.prefix}{name}"

    def read(self, name: str) -> Any | None:
        """Read a document of this run, or give None where it was not written."""
        return read_json(self.uri(name))

    def require(self, name: str, *, written_by: str) -> Any:
        """Read a document of this run; raises `ReportMissing` naming the step that owes it."""
        value = self.read(name)
        if value is None:
            raise ReportMissing(
                f"{self.uri(name)}: missing; {written_by} has not written it: look at that step"
            )
        return value

    def write(self, name: str, value: Any) -> str:
        """Write a document of this run and give its URI."""
        uri = self.uri(name)
        write_json(uri, value)
        return uri
