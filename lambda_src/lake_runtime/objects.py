"""Versions of objects in S3: looked at, read, and copied without passing through the function."""

import io
from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from lake_runtime import clients
from lake_runtime.artifacts import ABSENT
from lake_runtime.records import Claim

if TYPE_CHECKING:
    from botocore.response import StreamingBody

KEY_BYTES = 1024
"""S3's limit for a key in UTF-8."""
_MIB = 1024 * 1024
_COPY = TransferConfig(multipart_threshold=512 * _MIB, multipart_chunksize=512 * _MIB)
_UPLOAD = TransferConfig(
    multipart_threshold=16 * _MIB, multipart_chunksize=16 * _MIB, max_concurrency=2
)
_GONE = ABSENT | {"405", "MethodNotAllowed"}
"""405 is what S3 answers for the version id of a delete marker."""


def version_exists(claim: Claim) -> bool:
    """Tell whether the claimed version is still there, current or not."""
    return _head(claim.bucket, claim.key, claim.version_id) is not None


def is_current(bucket: str, key: str, version_id: str) -> bool:
    """Tell whether a version is the one that a plain read of the key gives."""
    return _head(bucket, key, None) == version_id


def _head(bucket: str, key: str, version_id: str | None) -> str | None:
    try:
        if version_id is None:
            answer = clients.s3().head_object(Bucket=bucket, Key=key)
        else:
            answer = clients.s3().head_object(Bucket=bucket, Key=key, VersionId=version_id)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    return answer.get("VersionId", "null")


def open_version(claim: Claim) -> "StreamingBody":
    """Open the claimed version for reading; close it after use."""
    answer = clients.s3().get_object(Bucket=claim.bucket, Key=claim.key, VersionId=claim.version_id)
    return answer["Body"]


def read_start(claim: Claim, size: int) -> bytes:
    """Read at most so many bytes from the beginning of the claimed version."""
    with closing(open_version(claim)) as body:
        return body.read(size)


def read_end(claim: Claim, size: int) -> bytes:
    """Read at most so many bytes from the end of the claimed version."""
    answer = clients.s3().get_object(
        Bucket=claim.bucket, Key=claim.key, VersionId=claim.version_id, Range=f"bytes=-{size}"
    )
    with closing(answer["Body"]) as body:
        return body.read()


def stored_checksum(claim: Claim) -> str:
    """Give what S3 itself knows of the bytes, without reading them: `<algorithm>-<value>-<size>`.

    S3 keeps a CRC-64/NVME of whole objects by default; an older object has its entity tag.
    """
    answer = clients.s3().head_object(
        Bucket=claim.bucket, Key=claim.key, VersionId=claim.version_id, ChecksumMode="ENABLED"
    )
    crc = answer.get("ChecksumCRC64NVME")
    return f"crc64nvme-{crc}-{claim.size}" if crc else f"etag-{claim.etag}-{claim.size}"


def copy_version(
    claim: Claim, bucket: str, key: str, *, metadata: Mapping[str, str] | None = None
) -> str | None:
    """Copy the claimed version inside S3, of any size, and give the copy's URI.

    Gives None if the version is gone. Metadata must be ASCII. Tags stay behind: copying them
    needs rights that nothing else here needs, and the original keeps them.
    """
    replaced: dict[str, object] = {"TaggingDirective": "REPLACE"}
    if metadata is not None:
        replaced |= {"MetadataDirective": "REPLACE", "Metadata": dict(metadata)}
    source = {"Bucket": claim.bucket, "Key": claim.key, "VersionId": claim.version_id}
    try:
        clients.s3().copy(
            source,  # type: ignore[arg-type]
            bucket,
            key,
            ExtraArgs=replaced,
            Config=_COPY,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    return f"s3://{bucket}/{key}"


class _Stream(io.RawIOBase):
    """Blocks of bytes as the file that an upload reads."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks = blocks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(block)
        count = min(len(target), len(self._left))
        target[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def write_object(bucket: str, key: str, blocks: Iterator[bytes]) -> str:
    """Write an object block by block, holding a few parts of it in memory, and give its URI.

    An error of `blocks` leaves no object behind, and is raised.
    """
    content = io.BufferedReader(_Stream(blocks), _MIB)
    clients.s3().upload_fileobj(content, bucket, key, Config=_UPLOAD)
    return f"s3://{bucket}/{key}"


def key_below(folder: str, name: str) -> str:
    """Give the key of a copy named after its original, cut to S3's limit where it is too long.

    A name that is cut keeps its end, with the type of the file, behind a hash of the whole.
    """
    key = f"{folder}{name}"
    if len(key.encode()) <= KEY_BYTES:
        return key
    marked = f"{folder}{sha256(name.encode()).hexdigest()[:16]}-"
    kept = name.encode()[-(KEY_BYTES - len(marked.encode())) :].decode(errors="ignore")
    return marked + kept


def base_name(key: str) -> str:
    """Give the last part of a key."""
    return key.rsplit("/", 1)[-1]
