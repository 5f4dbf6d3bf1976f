import datetime as dt
import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_files.checks import find_fault
from inspect_files.content import read_content
from inspect_files.parquet import ParquetError, is_readable, read_footer
from lake_runtime.contracts import Dataset
from tests.functions.support.contracts import dataset_contract


def _file(table, **options):
    memory = io.BytesIO()
    pq.write_table(table, memory, **options)
    return memory.getvalue()


def _flights(**changes):
    columns = {"year": pa.array([2013], pa.int32()), "month": [1], "carrier": ["UA"]} | changes
    return _file(pa.table({name: values for name, values in columns.items() if values is not None}))


def _fault(body):
    dataset = Dataset.model_validate(dataset_contract(raw={"format": "parquet"}))
    return find_fault(read_content([body]), dataset)


MOMENT = dt.datetime(2013, 1, 2, 3, 4, 5)
TYPES = {
    "boolean": pa.array([True]),
    "tinyint": pa.array([1], pa.int8()),
    "smallint": pa.array([1], pa.uint8()),
    "int": pa.array([1], pa.int32()),
    "bigint": pa.array([1], pa.uint32()),
    "decimal(20,0)": pa.array([1], pa.uint64()),
    "float": pa.array([1.5], pa.float32()),
    "double": pa.array([1.5]),
    "decimal(7,2)": pa.array([Decimal("1.25")], pa.decimal128(7, 2)),
    "string": pa.array(["text"]),
    "binary": pa.array([b"bytes"]),
    "date": pa.array([MOMENT.date()]),
    "timestamp": pa.array([MOMENT], pa.timestamp("us", "UTC")),
    "timestamp_ntz": pa.array([MOMENT], pa.timestamp("ms")),
    "nanoseconds": pa.array([MOMENT], pa.timestamp("ns")),
    "time": pa.array([MOMENT.time()]),
    "struct": pa.array([{"a": 1, "b": {"c": 2}}]),
    "list": pa.array([[1, 2]]),
    "map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    "void": pa.nulls(1),
}


def test_every_type_of_column_is_told_in_spark_s_words():
    body = _file(pa.table(TYPES))
    footer = read_footer(body, len(body))
    assert footer.columns == tuple((name, name) for name in TYPES)
    assert footer.rows == 1
    unreadable = {name for name in TYPES if not is_readable(name)}
    assert unreadable == {"binary", "nanoseconds", "time", "struct", "list", "map", "void"}


def test_types_of_an_old_writer_are_told_too():
    old = pa.table({"t": pa.array([MOMENT], pa.timestamp("ns")), "d": TYPES["decimal(7,2)"]})
    body = _file(old, version="1.0", use_deprecated_int96_timestamps=True)
    assert read_footer(body, len(body)).columns == (("t", "timestamp"), ("d", "decimal(7,2)"))


def test_a_footer_of_thousands_of_columns_is_read():
    body = _file(pa.table({f"c{number}": [number] for number in range(2000)}))
    assert len(read_footer(body[-1024 * 1024 :], len(body)).columns) == 2000


def test_a_good_file_has_no_fault_in_whatever_order_its_columns_are():
    assert _fault(_flights()) is None
    reordered = pa.table({"carrier": ["UA"], "month": [1.0], "year": ["2013"]})
    assert _fault(_file(reordered, compression="zstd")) is None


@pytest.mark.parametrize(
    ("body", "rule", "reason"),
    [
        (_flights()[:-4], "format", "no footer; was it cut off"),
        (_flights()[: len(_flights()) // 2], "format", "no footer; was it cut off"),
        (b"PAR1PAR1", "format", "bytes, the file 8"),
        (_flights()[:-200] + _flights()[-8:], "format", "footer"),
        (b"year,month,carrier\n2013,1,UA\n", "format", "the bytes are text"),
        (b"PK\x03\x04" + bytes(100), "format", "ZIP"),
        (b"\x1f\x8b" + bytes(100), "format", "gzip"),
        (_flights(month=None), "header", "missing: 'month'"),
        (_flights(gate=[1]), "header", "unexpected: 'gate'"),
        (_flights(month=[[1]]), "type", "column 'month' is of Parquet's type list"),
        (
            _flights(month=pa.array([MOMENT], pa.timestamp("ns"))),
            *("type", "write timestamps in microseconds"),
        ),
        (_file(pa.table({"year": [], "month": [], "carrier": []})), "type", "type void"),
        (_flights()[:0], "empty_file", "no bytes"),
    ],
)
def test_what_is_no_whole_parquet_file_of_the_contract_is_rejected(body, rule, reason):
    fault = _fault(body)
    assert (fault.rule, reason in fault.reason) == (rule, True), fault


def test_a_file_without_rows_is_told():
    kinds = pa.schema({"year": pa.int32(), "month": pa.int32(), "carrier": pa.string()})
    assert _fault(_file(kinds.empty_table())).rule == "header_only"


_GOOD = _flights()


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.data())
def test_a_damaged_footer_is_refused_or_read_and_never_an_error(data):
    body = bytearray(_GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(len(body) - 400, len(body) - 1))
        body[place] = data.draw(st.integers(0, 255))
    try:
        footer = read_footer(bytes(body), len(body))
    except ParquetError as error:
        assert "Parquet footer" in str(error) or "Parquet file" in str(error)
    else:
        assert all(isinstance(name, str) for name, _ in footer.columns)
