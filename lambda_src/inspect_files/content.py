"""One pass over a file's bytes: its checksum, whether it is whole, its beginning and its end."""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from inspect_files.compression import DamagedError, compression_of, decompress

HEAD_BYTES = 1024 * 1024
"""How much of the beginning, and of the end, is kept; the rest passes through."""
VERIFIED_BYTES = 8 * 1024**3
"""How many plain bytes of a compressed file are looked at: a few bytes can stand for any number."""


@dataclass(frozen=True)
class Content:
    """What one pass over a file found: its bytes as stored, and as they are without compression."""

    checksum: str
    """SHA-256 in hex; for a file too large to stream, what S3 has stored."""
    size: int
    """Bytes as stored."""
    head: bytes
    """The beginning, decompressed."""
    tail: bytes = b""
    """The end, as stored."""
    compression: str = "none"
    """What the bytes are: none, gzip or zstd."""
    plain_size: int | None = None
    """Bytes without compression; None if they were not counted to the end."""
    damage: str | None = None
    """Why the file cannot be decompressed to its end."""

    is_hashed: bool = True
    """Whether `checksum` is the SHA-256."""

    @property
    def is_whole(self) -> bool:
        """Tell whether the head is the whole file."""
        return self.plain_size is not None and self.plain_size <= len(self.head)


class _Tap:
    """Chunks that are hashed, counted, and remembered at their end, while they pass."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._last: deque[bytes] = deque()
        self.digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        kept = 0
        for chunk in self._chunks:
            self.digest.update(chunk)
            self.size += len(chunk)
            self._last.append(chunk)
            kept += len(chunk)
            while kept - len(self._last[0]) >= HEAD_BYTES:
                kept -= len(self._last.popleft())
            yield chunk

    @property
    def tail(self) -> bytes:
        return b"".join(self._last)[-HEAD_BYTES:]


def read_content(chunks: Iterable[bytes]) -> Content:
    """Read a stream once, holding a few chunks in memory; compressed bytes are read through."""
    tap = _Tap(chunks)
    stream = iter(tap)
    first = next(stream, b"")
    compression = compression_of(first)
    head, plain_size, damage = _read_plain(chain([first], stream), compression)
    for _ in stream:
        # What is wrong with the file does not change its checksum.
        pass
    return Content(
        *(tap.digest.hexdigest(), tap.size, head, tap.tail, compression),
        *(plain_size, damage),
    )


def peek(start: bytes, size: int, checksum: str, tail: bytes) -> Content:
    """Say what the first bytes of a giant tell of it."""
    compression = compression_of(start)
    head = bytearray()
    damage = None
    try:
        for piece in decompress([start], compression):
            head += piece
            if len(head) >= HEAD_BYTES:
                break
    except DamagedError as error:
        # It ends early, being only the first bytes; with none readable, it is no such stream.
        damage = None if head else str(error)
    return Content(
        *(checksum, size, bytes(head[:HEAD_BYTES]), tail, compression),
        *(None, damage, False),
    )


def _read_plain(chunks: Iterable[bytes], compression: str) -> tuple[bytes, int | None, str | None]:
    head = bytearray()
    size = 0
    try:
        for piece in decompress(chunks, compression):
            size += len(piece)
            if len(head) < HEAD_BYTES:
                head += piece[: HEAD_BYTES - len(head)]
            if compression != "none" and size > VERIFIED_BYTES:
                return bytes(head), None, None
    except DamagedError as error:
        return bytes(head), None, str(error)
    return bytes(head), size, None
