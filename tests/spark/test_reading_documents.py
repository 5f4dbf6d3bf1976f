"""What JSON documents may hold, and that nothing of it is lost."""

import json
from decimal import Decimal

import pytest

from tests.spark.support import Lake


@pytest.fixture
def document_lake(lake: Lake) -> Lake:
    """The dataset of orders, from JSON documents."""
    lake.contract["raw"]["format"] = "json"
    return lake


def test_elements_of_arrays_and_single_objects_are_rows_of_one_run(document_lake: Lake) -> None:
    many = [{"id": number, "customer": "A\nb", "amount": 1.5} for number in range(3)]
    assert document_lake.arrive("many.json", json.dumps(many, indent=2).encode()) is None
    assert document_lake.arrive("one.json", b'{"id": 9, "customer": null}') is None
    assert document_lake.arrive("none.json", b"[]") is None
    report = document_lake.run()
    assert document_lake.rows() == [
        *((number, "A\nb", Decimal("1.50")) for number in range(3)),
        (9, None, None),
    ]
    counts = {file["key"].rpartition("/")[2]: file["rows_in"] for file in report["files"]}
    assert counts == {"many.json": 3, "one.json": 1, "none.json": 0}


def test_a_bad_element_is_quarantined_with_its_number_and_its_text(document_lake: Lake) -> None:
    document_lake.contract["raw"]["records"] = "data.orders"
    body = (
        b'{"data": {"orders": [\n  {"id": 1},\n  7,\n  {"id": "x"},\n  {"id": 2, "no": 1},\n'
        b'  {"id": 3, "customer": "\xff"}, {"id": 4, "amount": 12345678.90}]}}'
    )
    assert document_lake.arrive("a.json", body) is None
    report = document_lake.run()
    assert document_lake.rows("id", "amount") == [(1, None), (4, Decimal("12345678.90"))]
    found = {row["source_line"]: (row["raw_record"], row["rule_ids"]) for row in
             document_lake.quarantined()}  # fmt: skip
    assert found == {
        2: ("7", ["malformed"]),
        3: ('{"id": "x"}', ["type:id"]),
        4: ('{"id": 2, "no": 1}', ["malformed"]),
        5: ('{"id": 3, "customer": "\ufffd"}', ["encoding"]),
    }
    assert report["rows_in"] == 6


def test_numbers_keep_every_digit_that_was_written(document_lake: Lake) -> None:
    document_lake.contract["columns"][2]["type"] = "decimal(38,10)"
    number = "1234567890123456789012345678.0123456789"
    document_lake.arrive("a.json", f'[{{"id": 1, "amount": {number}}}]'.encode())
    document_lake.run()
    assert document_lake.rows("amount") == [(Decimal(number),)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'[{"id": 1}, {"id": 2', "character 21"),
        (b'{"id": 1}\n{"id": 2}\n', "is it JSON Lines"),
        (b"id,customer,amount\n1,Ada,1\n", "the bytes are not JSON, the contract says JSON"),
    ],
)
def test_a_document_that_is_not_whole_never_comes_to_spark(
    document_lake: Lake, body: bytes, reason: str
) -> None:
    assert reason in str(document_lake.arrive("a.json", body))
