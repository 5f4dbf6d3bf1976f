"""The columns and rows of a Parquet file, out of the footer at its end.

https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inspect_files.thrift import CompactReader, ThriftError

MAGIC = b"PAR1"
_ENCRYPTED = b"PARE"
_END_BYTES = 8
"""Length of the footer, and the magic number again."""
_SCHEMA, _ROWS = 2, 3
_TYPE, _REPETITION, _NAME, _CHILDREN, _CONVERTED = 1, 3, 4, 5, 6
_SCALE, _PRECISION, _LOGICAL = 7, 8, 10
_REPEATED = 2
_PLAIN = {0: "boolean", 1: "int", 2: "bigint", 3: "timestamp", 4: "float", 5: "double"}
_BINARIES = (6, 7)
_CONVERTED_TYPES = {
    **{0: "string", 4: "string", 6: "date", 9: "timestamp", 10: "timestamp", 19: "string"},
    **{11: "smallint", 12: "int", 13: "bigint", 14: "decimal(20,0)"},
    **{15: "tinyint", 16: "smallint", 17: "int", 18: "bigint", 7: "time", 8: "time"},
    **{20: "bson", 21: "interval"},
}
_LOGICAL_TYPES = {
    **{1: "string", 2: "map", 3: "list", 4: "string", 6: "date", 7: "time", 11: "void"},
    **{12: "string", 13: "bson", 14: "uuid", 15: "float16"},
}
_DECIMAL, _TIMESTAMP, _INTEGER, _NANOS = 5, 8, 10, 3
_CONVERTED_DECIMAL = 5
_INTEGERS = {
    **{(8, True): "tinyint", (16, True): "smallint", (32, True): "int", (64, True): "bigint"},
    **{(8, False): "smallint", (16, False): "int", (32, False): "bigint"},
    **{(64, False): "decimal(20,0)"},
}
READABLE = ("boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "date", "string")
"""Types that Spark turns into a column's, beside decimals and timestamps."""


class ParquetError(ValueError):
    """A file that is no whole Parquet file; says why."""


@dataclass(frozen=True)
class Footer:
    """What a Parquet file says of itself: names and Spark SQL types of its columns, its rows."""

    columns: tuple[tuple[str, str], ...]
    rows: int


def is_readable(kind: str) -> bool:
    """Tell whether values of a Parquet file's column can become values of a table's."""
    return kind in READABLE or kind.startswith(("decimal(", "timestamp"))


def read_footer(tail: bytes, size: int) -> Footer:
    """Read the footer out of the last bytes of a file of some size; raises `ParquetError`."""
    if tail[-4:] == _ENCRYPTED:
        raise ParquetError("the Parquet footer is encrypted")
    if tail[-4:] != MAGIC or len(tail) < _END_BYTES:
        raise ParquetError("the Parquet file has no footer; was it cut off?")
    length = int.from_bytes(tail[-_END_BYTES:-4], "little")
    if length + _END_BYTES + len(MAGIC) > size:
        raise ParquetError(f"the Parquet footer is said to have {length} bytes, the file {size}")
    if length + _END_BYTES > len(tail):
        raise ParquetError(
            f"the Parquet footer has {length} bytes, more than the {len(tail)} that are read of "
            "it; write fewer, larger row groups"
        )
    start = len(tail) - _END_BYTES - length
    try:
        found = CompactReader(tail[start:-_END_BYTES]).struct(last_field=_ROWS)
        columns = tuple(_columns(found[_SCHEMA]))
        return Footer(columns, int(found[_ROWS]))
    except (ThriftError, LookupError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise ParquetError(f"the Parquet footer cannot be read: {error}") from error


def _columns(elements: list[dict[int, Any]]) -> Iterator[tuple[str, str]]:
    """Give the children of the root; elements stand in the order of a walk down the tree."""
    place = 1
    for _ in range(elements[0][_CHILDREN]):
        element = elements[place]
        yield element[_NAME].decode(), _type(element)
        place = _after(elements, place)


def _after(elements: list[dict[int, Any]], place: int) -> int:
    left = 1
    while left:
        left += elements[place].get(_CHILDREN, 0) - 1
        place += 1
    return place


def _type(element: dict[int, Any]) -> str:
    logical: dict[int, Any] = element.get(_LOGICAL) or {}
    if element.get(_CHILDREN):
        return _LOGICAL_TYPES.get(next(iter(logical), 0), "struct")
    if element.get(_REPETITION) == _REPEATED:
        return "list"
    if element.get(_CONVERTED) == _CONVERTED_DECIMAL and _DECIMAL not in logical:
        return f"decimal({element[_PRECISION]},{element.get(_SCALE, 0)})"
    if logical:
        return _logical_type(*next(iter(logical.items())))
    if _CONVERTED in element:
        return _CONVERTED_TYPES.get(element[_CONVERTED], "unknown")
    return "binary" if element[_TYPE] in _BINARIES else _PLAIN[element[_TYPE]]


def _logical_type(kind: int, given: dict[int, Any]) -> str:
    if kind == _DECIMAL:
        return f"decimal({given[2]},{given[1]})"
    if kind == _TIMESTAMP and _NANOS in given[2]:
        return "nanoseconds"
    if kind == _TIMESTAMP:
        return "timestamp" if given[1] else "timestamp_ntz"
    if kind == _INTEGER:
        return _INTEGERS[(given[1], given[2])]
    return _LOGICAL_TYPES.get(kind, "unknown")
