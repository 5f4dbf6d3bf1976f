"""Thrift's compact encoding, as far as the footer of a Parquet file needs it.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from typing import Any

_TRUE = 1
_DEEPEST = 32
_MOST = 1_000_000


class ThriftError(ValueError):
    """Bytes that are no compact Thrift."""


class CompactReader:
    """Reads structs as dictionaries by field id, lists as lists, numbers as int, text as bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def struct(self, last_field: int | None = None, depth: int = 0) -> dict[int, Any]:
        """Read a struct; stops after `last_field`, if given, and leaves what follows unread.

        Raises `ThriftError` if the bytes end early or make no sense.
        """
        if depth > _DEEPEST:
            raise ThriftError("structs nest too deep")
        found: dict[int, Any] = {}
        field = 0
        while (header := self._byte()) != 0:
            delta, kind = header >> 4, header & 0x0F
            field = field + delta if delta else self._zigzag()
            found[field] = self._value(kind, depth, in_list=False)
            if field == last_field:
                break
        return found

    def _value(self, kind: int, depth: int, *, in_list: bool) -> Any:
        match kind:
            case 1 | 2:
                found: Any = self._byte() == _TRUE if in_list else kind == _TRUE
            case 3:
                found = int.from_bytes(self._bytes(1), "little", signed=True)
            case 4 | 5 | 6:
                found = self._zigzag()
            case 7:
                found = self._bytes(8)
            case 8:
                found = self._bytes(self._varint())
            case 9 | 10:
                found = self._list(depth)
            case 12:
                found = self.struct(depth=depth + 1)
            case _:
                raise ThriftError(f"type {kind} does not stand in a footer")
        return found

    def _list(self, depth: int) -> list[Any]:
        header = self._byte()
        size, kind = header >> 4, header & 0x0F
        size = self._varint() if size == 0x0F else size
        if size > _MOST:
            raise ThriftError(f"a list of {size}")
        return [self._value(kind, depth + 1, in_list=True) for _ in range(size)]

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._data):
            raise ThriftError("the bytes end early")
        found = self._data[self._position : end]
        self._position = end
        return found

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise ThriftError("a number without end")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
