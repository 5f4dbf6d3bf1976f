"""Compressed bytes as a stream of plain ones, in bounded memory."""

import sys
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE_BYTES = 1024 * 1024
"""The most plain bytes that are held at once, however well they were compressed."""
_GZIP = 16 + zlib.MAX_WBITS
_MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
_NAMES = {"gzip": "gzip", "zstd": "Zstandard"}


class DamagedError(ValueError):
    """Compressed bytes that end early or are not what they began as; says why."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def read(self, data: bytes) -> Iterator[bytes]: ...


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(_GZIP)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def read(self, data: bytes) -> Iterator[bytes]:
        while data:
            yield self._inner.decompress(data, PIECE_BYTES)
            data = self._inner.unconsumed_tail


class _Zstd:
    def __init__(self) -> None:
        self._inner = zstd.ZstdDecompressor()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def read(self, data: bytes) -> Iterator[bytes]:
        yield self._inner.decompress(data, PIECE_BYTES)
        while not self._inner.eof and not self._inner.needs_input:
            yield self._inner.decompress(b"", PIECE_BYTES)


def compression_of(start: bytes) -> str:
    """Tell from the first bytes of a file how it is compressed: gzip, zstd or none."""
    return next((name for name, magic in _MAGIC.items() if start.startswith(magic)), "none")


def decompress(chunks: Iterable[bytes], compression: str) -> Iterator[bytes]:
    """Give the plain bytes of a stream that is compressed with gzip or zstd, or not (none).

    Several members or frames one after the other are one stream. Raises `DamagedError` where the
    stream ends inside one, or holds anything else.
    """
    if compression == "none":
        yield from chunks
        return
    try:
        yield from _members(iter(chunks), _Gzip if compression == "gzip" else _Zstd)
    except (zlib.error, zstd.ZstdError) as error:
        raise DamagedError(f"the {_NAMES[compression]} data is damaged: {error}") from error
    except EOFError as error:
        raise DamagedError(f"the {_NAMES[compression]} data ends early; was it cut off?") from error


def _members(chunks: Iterator[bytes], make: type[_Gzip] | type[_Zstd]) -> Iterator[bytes]:
    member: _Decompressor | None = None
    for chunk in chunks:
        data = chunk
        while data:
            member = make() if member is None else member
            yield from filter(None, member.read(data))
            data = member.unused_data if member.eof else b""
            member = None if member.eof else member
    if member is not None:
        raise EOFError
