"""Objects in S3, through plain boto3: the jobs' own inputs and reports, never the data itself."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

DELETE_BATCH = 1000
"""How many keys S3's DeleteObjects takes at once."""


class StoredObject(NamedTuple):
    """An object as S3 lists it: `size` in bytes, `modified` in UTC."""

    key: str
    size: int
    modified: datetime


@cache
def s3_client() -> "S3Client":
    """Give a client for S3 that honours the process's own region and endpoint."""
    return boto3.client("s3")


def split_uri(uri: str) -> tuple[str, str]:
    """Split `s3://bucket/key` into bucket and key; the key is taken as it stands, unescaped."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def read_json(uri: str) -> Any:
    """Read a JSON document."""
    bucket, key = split_uri(uri)
    answer = s3_client().get_object(Bucket=bucket, Key=key)
    with answer["Body"] as body:
        return json.loads(body.read())


def read_json_if_there(uri: str) -> Any | None:
    """Read a JSON document, or give None if there is none."""
    try:
        return read_json(uri)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            return None
        raise


def write_json(uri: str, document: Any) -> None:
    """Write a JSON document, indented for people."""
    bucket, key = split_uri(uri)
    s3_client().put_object(
        Bucket=bucket,
        Key=key,
        Body=json.dumps(document, indent=2, ensure_ascii=False).encode(),
        ContentType="application/json",
    )


def list_keys(prefix_uri: str) -> Iterator[str]:
    """Give the keys below a prefix, in S3's order."""
    for key, _ in list_sizes(prefix_uri):
        yield key


def list_sizes(prefix_uri: str) -> Iterator[tuple[str, int]]:
    """Give the keys below a prefix with the objects' bytes, in S3's order."""
    for one in list_objects(prefix_uri):
        yield one.key, one.size


def list_objects(prefix_uri: str) -> Iterator[StoredObject]:
    """Give the objects below a prefix, in S3's order."""
    bucket, prefix = split_uri(prefix_uri)
    pages = s3_client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for entry in page.get("Contents", []):
            yield StoredObject(entry["Key"], entry["Size"], entry["LastModified"])


def delete_prefix(prefix_uri: str) -> None:
    """Delete every object below a prefix; a bucket with versions keeps them."""
    delete_keys(split_uri(prefix_uri)[0], list_keys(prefix_uri))


def delete_keys(bucket: str, keys: Iterable[str]) -> None:
    """Delete objects by key; raises `OSError` naming the first one that S3 refused."""
    pending = [{"Key": key} for key in keys]
    for start in range(0, len(pending), DELETE_BATCH):
        answer = s3_client().delete_objects(
            Bucket=bucket,
            Delete={"Objects": pending[start : start + DELETE_BATCH], "Quiet": True},  # type: ignore[typeddict-item]
        )
        for refusal in answer.get("Errors", []):
            raise OSError(f"s3://{bucket}/{refusal.get('Key')}: {refusal.get('Message')}")


def copy_object(source_uri: str, target_uri: str) -> None:
    """Copy an object inside S3, whatever its size."""
    (source_bucket, source_key), (bucket, key) = split_uri(source_uri), split_uri(target_uri)
    s3_client().copy({"Bucket": source_bucket, "Key": source_key}, bucket, key)
