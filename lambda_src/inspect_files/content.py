"""One pass over a file's bytes: its checksum, and the beginning for a closer look."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

HEAD_BYTES = 1024 * 1024
"""How much of the beginning is kept; the rest passes through."""


@dataclass(frozen=True)
class Content:
    """What one pass over a file found; `is_whole` says that `head` is all of it."""

    checksum: str
    """SHA-256 in hex; for a file too large to stream, what S3 has stored."""
    size: int
    head: bytes

    is_hashed: bool = True
    """Whether `checksum` is the SHA-256."""

    @property
    def is_whole(self) -> bool:
        """Tell whether the head is the whole file."""
        return self.size <= len(self.head)


def read_content(chunks: Iterable[bytes]) -> Content:
    """Read a stream once, holding at most one chunk and the head in memory."""
    digest = hashlib.sha256()
    head = bytearray()
    size = 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        if len(head) < HEAD_BYTES:
            head += chunk[: HEAD_BYTES - len(head)]
    return Content(digest.hexdigest(), size, bytes(head))
