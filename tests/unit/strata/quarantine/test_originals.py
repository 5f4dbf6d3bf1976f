"""Records are read from raw files as Spark saw them, whatever the dialect."""

import gzip
from typing import Any

import pyarrow as pa
import pytest

from data_lake.contracts import DatasetContract
from data_lake.contracts.raw_source import RawSource
from strata.errors import StrataError
from strata.quarantine.originals import Original, read_original
from strata.quarantine.zone import Quarantine
from tests.unit.strata.quarantine.conftest import DATASET, EmulatedZone


def original(
    zone: EmulatedZone, raw: RawSource, content: bytes, *places: tuple[int, int | None]
) -> Original:
    """Put a file and read records of it."""
    zone.put_file("a.csv", content)
    arrival = Quarantine(zone, DATASET).item("ARRIVAL#a.csv") or {}
    return read_original(zone, arrival["key"], arrival["version_id"], raw, places)


@pytest.mark.parametrize(
    ("dialect", "content", "found"),
    [
        ({}, b"h\r\na\r\n\r\nb\r\n", (4, "b")),
        ({}, b"\n\nh\na\n", (4, "a")),
        ({}, gzip.compress(b"h\na\nb\n"), (3, "b")),
        ({}, pa.Codec("zstd").compress(b"h\na\n", asbytes=True), (2, "a")),
        ({"skip_lines": 2}, b"made by\nsomeone\nh\na\n", (4, "a")),
        ({"comment": "#"}, b"# top\nh\n#\na\n", (4, "a")),
        ({"line_end": "cr"}, b"h\ra\nb\rc\r", (2, "a\nb")),
        ({"multiline": True}, b'"h\nh"\n1,"a\nb"\n2\n', (3, '1,"a\nb"')),
        ({"encoding": "UTF-16"}, "h\n\u20ac\n".encode("utf-16"), (2, "\u20ac")),
        ({"header": False}, b"a\nb\n", (1, "a")),
    ],
)
def test_a_record_is_found_by_its_line(
    zone: EmulatedZone,
    airlines: DatasetContract,
    dialect: dict[str, Any],
    content: bytes,
    found: tuple[int, str],
) -> None:
    line, record = found
    place = (line, record.count("\n") + 1 if dialect.get("multiline") else 1)
    raw = airlines.raw.model_copy(update=dialect)
    assert original(zone, raw, content, place).records == {line: record}


def test_the_top_of_a_file_is_what_its_records_need(
    zone: EmulatedZone, airlines: DatasetContract
) -> None:
    raw = airlines.raw.model_copy(update={"skip_lines": 1})
    found = original(zone, raw, b"made by x\nname,carrier\na,AA\n", (3, 1))
    assert found.top == ("made by x", "name,carrier")
    assert found.header == ("name", "carrier")


def test_a_line_that_is_not_there_is_told(zone: EmulatedZone, airlines: DatasetContract) -> None:
    with pytest.raises(StrataError, match="has no record on line 9"):
        original(zone, airlines.raw, b"h\na\n", (9, 1))
