"""What raw Parquet files may hold: typed values, cast to the contract's types or set aside."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake_spark.contract import parse_contract
from lake_spark.errors import UnreadableFile
from lake_spark.inputs import Header
from lake_spark.records import read_records
from tests.spark.support import Lake, column

MOMENT = dt.datetime(2013, 2, 28, 23, 5, 6)


@pytest.fixture
def parquet_lake(lake: Lake) -> Lake:
    """The dataset of orders, from Parquet."""
    lake.contract["raw"] = {"prefix": f"{lake.name}/", "format": "parquet"}
    return lake


def _file(columns: dict[str, Any], **options: Any) -> bytes:
    memory = io.BytesIO()
    pq.write_table(pa.table(columns), memory, **options)
    return memory.getvalue()


def test_files_with_other_types_and_column_orders_are_one_run(parquet_lake: Lake) -> None:
    decimals = pa.array([Decimal("10.50"), None], pa.decimal128(10, 2))
    files = {
        "same": {"id": pa.array([1, 2], pa.int32()), "customer": ["A", None], "amount": decimals},
        "wide": {"amount": [3.25, 1e3], "customer": ["C", "D"], "id": [3, 4]},
        "text": {"customer": ["E"], "id": ["5"], "amount": ["1.5"]},
        "narrow": {
            "id": pa.array([6], pa.int16()),
            "customer": [7],
            "amount": pa.array([2], pa.int8()),
        },
    }
    for name, columns in files.items():
        assert parquet_lake.arrive(name, _file(columns, compression="zstd")) is None
    report = parquet_lake.run()
    assert parquet_lake.rows() == [
        (1, "A", Decimal("10.50")),
        (2, None, None),
        (3, "C", Decimal("3.25")),
        (4, "D", Decimal("1000.00")),
        (5, "E", Decimal("1.50")),
        (6, "7", Decimal("2.00")),
    ]
    assert report["rows_quarantined"] == 0


def test_a_value_that_does_not_fit_exactly_is_quarantined_with_its_number(
    parquet_lake: Lake,
) -> None:
    body = _file(
        {
            "id": [1, 2**40, 3, 4, 5, None],
            "customer": ["a"] * 6,
            "amount": [1.0, 1.0, 0.125, float("nan"), 1e300, 1.0],
        },
        row_group_size=2,
    )
    assert parquet_lake.arrive("a.parquet", body) is None
    report = parquet_lake.run()
    assert parquet_lake.rows("id") == [(1,)]
    found = {row["source_line"]: row["reasons"] for row in parquet_lake.quarantined()}
    assert found == {
        2: ["column 'id': value '1099511627776' is not int"],
        3: ["column 'amount': value '0.125' is not decimal(10,2)"],
        4: ["column 'amount': value 'NaN' is not decimal(10,2)"],
        5: ["column 'amount': value '1.0E300' is not decimal(10,2)"],
        6: ["column 'id': a value is required"],
    }
    assert (report["rows_in"], report["rows_quarantined"]) == (6, 5)
    (sixth,) = [row for row in parquet_lake.quarantined() if row["source_line"] == 6]
    assert sixth["raw_record"] == '{"id":null,"customer":"a","amount":1.0}'
    assert sixth["source_key"] == f"{parquet_lake.name}/a.parquet"


def test_dates_and_times_are_taken_as_they_are(parquet_lake: Lake) -> None:
    parquet_lake.contract["columns"] = [
        column("id", "int"),
        column("day", "date"),
        column("at", "timestamp", source="At (UTC)"),
        column("local", "timestamp"),
        column("noon", "timestamp"),
    ]
    utc = pa.array([MOMENT], pa.timestamp("us", "Europe/Oslo"))
    body = _file(
        {
            "id": [1],
            "day": [MOMENT.date()],
            "At (UTC)": utc,
            "local": pa.array([MOMENT], pa.timestamp("ms")),
            "noon": [MOMENT.date()],
        }
    )
    assert parquet_lake.arrive("a.parquet", body) is None
    assert parquet_lake.run()["rows_quarantined"] == 0
    texts = parquet_lake.spark.sql(
        f"SELECT day, string(at), string(local), string(noon) FROM {parquet_lake.table}"
    ).collect()
    assert [tuple(row) for row in texts] == [
        (MOMENT.date(), "2013-02-28 23:05:06", "2013-02-28 23:05:06", "2013-02-28 00:00:00")
    ]


def test_a_type_that_cannot_become_the_contracts_puts_every_row_aside(parquet_lake: Lake) -> None:
    body = _file({"id": [True, False], "customer": ["a", "b"], "amount": [MOMENT.date()] * 2})
    assert parquet_lake.arrive("a.parquet", body) is None
    report = parquet_lake.stage()
    assert (report["rows_quarantined"], report["score"]) == (2, 0.0)


def test_only_the_contracts_columns_are_read_and_the_raw_record_only_where_it_is_wanted(
    parquet_lake: Lake,
) -> None:
    parquet_lake.arrive("a.parquet", _file({"id": [1], "customer": ["a"], "amount": [1.0]}))
    header = Header(("id", "customer", "amount"), None, ("bigint", "string", "double"))
    uri = parquet_lake.inputs[0]["read_uri"]
    rows = read_records(
        parquet_lake.spark, parse_contract(parquet_lake.contract), {uri: (0, header)}
    )
    plan = rows.select("id")._jdf.queryExecution().executedPlan().toString()  # type: ignore[operator]
    read = plan.partition("ReadSchema: ")[2]
    assert "id:bigint" in read
    assert "customer" not in read
    assert "to_json" not in plan


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_file({"id": [1], "customer": ["a"], "amount": [1.0]})[:-50], "no footer; was it cut off"),
        (b"id,customer,amount\n1,Ada,1\n", "the bytes are text, the contract says Parquet"),
        (_file({"id": [1], "client": ["a"], "amount": [1.0]}), "missing: 'customer'"),
        (_file({"id": [1], "customer": [["a"]], "amount": [1.0]}), "Parquet's type list"),
    ],
)
def test_a_file_that_is_not_the_contracts_never_comes_to_spark(
    parquet_lake: Lake, body: bytes, reason: str
) -> None:
    assert reason in str(parquet_lake.arrive("a.parquet", body))


def test_a_file_that_was_not_inspected_stops_the_run_by_name(parquet_lake: Lake) -> None:
    parquet_lake.put("a.parquet", _file({"id": [1], "customer": ["a"], "amount": [1.0]}))
    with pytest.raises(UnreadableFile, match=r"a\.parquet: inspection did not tell"):
        parquet_lake.stage()


WHOLE = {"id": [1], "customer": ["a"], "amount": [1.0]}
ABSENT = {"id": [2], "amount": [2.0]}
UNKNOWN = WHOLE | {"id": [3], "mood": ["good"], "tags": [["x", "y"]]}
OTHER = {"id": ["4"], "customer": [7], "amount": [Decimal("4.5")]}
TAKEN = {
    "strict": [(1, "a"), (4, "7")],
    "additive": [(1, "a"), (2, None), (4, "7")],
    "permissive": [(1, "a"), (2, None), (3, "a"), (4, "7")],
}


@pytest.mark.parametrize("evolution", list(TAKEN))
def test_files_that_lack_a_column_or_have_others_come_as_far_as_the_evolution_goes(
    parquet_lake: Lake, evolution: str
) -> None:
    parquet_lake.contract["evolution"] = evolution
    files = {"whole": WHOLE, "absent": ABSENT, "unknown": UNKNOWN, "other": OTHER}
    refused = {name: parquet_lake.arrive(name, _file(body)) for name, body in files.items()}
    assert refused["whole"] is None
    assert refused["other"] is None
    assert (refused["absent"] is None) == (evolution != "strict")
    assert (refused["unknown"] is None) == (evolution == "permissive")
    report = parquet_lake.run()
    assert parquet_lake.rows("id", "customer") == TAKEN[evolution]
    assert report["absent_columns"] == ([] if evolution == "strict" else ["customer"])
    assert report["ignored_columns"] == (["mood", "tags"] if evolution == "permissive" else [])
    assert report["rows_quarantined"] == 0


@pytest.mark.parametrize("evolution", list(TAKEN))
@pytest.mark.parametrize("fact", [{"required": True}, {"classification": "confidential"}])
def test_a_file_without_a_required_or_a_classified_column_is_rejected_whatever_the_evolution(
    parquet_lake: Lake, evolution: str, fact: dict[str, Any]
) -> None:
    parquet_lake.contract["evolution"] = evolution
    parquet_lake.contract["columns"][1] |= fact
    assert "missing: 'customer'" in str(parquet_lake.arrive("a", _file(ABSENT)))


@pytest.mark.parametrize("evolution", list(TAKEN))
def test_a_type_that_does_not_fit_puts_rows_aside_whatever_the_evolution(
    parquet_lake: Lake, evolution: str
) -> None:
    parquet_lake.contract["evolution"] = evolution
    parquet_lake.arrive("a", _file(WHOLE | {"id": [1.5]}))
    parquet_lake.arrive("b", _file(WHOLE))
    report = parquet_lake.run()
    assert parquet_lake.rows("id") == [(1,)]
    (row,) = parquet_lake.quarantined()
    assert row["reasons"] == ["column 'id': value '1.5' is not int"]
    assert report["schema_changes"] == []


def test_old_files_come_to_a_table_that_was_widened_and_renamed_under_their_own_names(
    parquet_lake: Lake,
) -> None:
    parquet_lake.contract["columns"][1] |= {"id": "who"}
    parquet_lake.arrive("a", _file(WHOLE))
    parquet_lake.run("run-1")
    parquet_lake.contract["evolution"] = "permissive"
    parquet_lake.contract["columns"][0]["type"] = "bigint"
    parquet_lake.contract["columns"][1] |= {"name": "buyer", "source": "customer"}
    parquet_lake.arrive("b", _file(WHOLE | {"id": pa.array([2], pa.int16())}))
    parquet_lake.arrive("c", _file(WHOLE | {"id": [2**40]}))
    report = parquet_lake.run("run-2")
    assert len(report["schema_changes"]) == 2
    assert parquet_lake.rows("id", "buyer") == [(1, "a"), (2**40, "a"), (2, "a")]
