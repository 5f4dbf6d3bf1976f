"""What a raw JSON Lines file may hold, and that nothing of it is lost."""

from decimal import Decimal

import pytest

from tests.spark.support import Lake


@pytest.fixture
def json_lake(lake: Lake) -> Lake:
    """The dataset of orders, from JSON Lines."""
    lake.contract["raw"]["format"] = "jsonl"
    return lake


def test_members_become_columns_and_a_missing_member_is_null(json_lake: Lake) -> None:
    json_lake.put(
        "a.jsonl",
        '{"id": 1, "customer": "Ada", "amount": 10.5}\n\n'
        '{"amount": "3", "id": "2"}\r\n'
        '{"id": 3, "customer": {"name": "Bob"}, "amount": null}\n',
    )
    assert json_lake.run()["rows_in"] == 3
    assert json_lake.rows() == [
        (1, "Ada", Decimal("10.50")),
        (2, None, Decimal("3.00")),
        (3, '{"name":"Bob"}', None),
    ]


def test_what_is_not_exactly_one_known_object_goes_to_quarantine(json_lake: Lake) -> None:
    bad = {
        '{"id": 1': "the record is not one JSON object",
        '{"id": 2} {"id": 3}': "the record is not one JSON object",
        '{"id": 4}, {"id": 5}': "the record is not one JSON object",
        '[{"id": 6}]': "the record is not one JSON object",
        "7": "the record is not one JSON object",
        "null": "the record is not one JSON object",
        "{'id': 8}": "the record is not one JSON object",
        '{"id": 9, "amount": NaN}': "the record is not one JSON object",
        '{"id": 10, "extra": 1}': "unexpected members: extra",
        '{"id": 11, "id": 12}': "a member stands twice",
    }
    json_lake.put("a.jsonl", "\n".join([*bad, '{"id": 13}']))
    report = json_lake.run()
    assert json_lake.rows("id") == [(13,)]
    found = [(row["raw_record"], row["reasons"]) for row in json_lake.quarantined()]
    assert found == sorted((record, [reason]) for record, reason in bad.items())
    assert [(one["rule"], one["rows"]) for one in report["rules"]] == [("malformed", 10)]


def test_numbers_are_exact_and_bad_ones_are_named(json_lake: Lake) -> None:
    json_lake.contract["columns"][2]["type"] = "decimal(38,10)"
    json_lake.put(
        "a.jsonl",
        '{"id": 1, "amount": 1234567890123456789012345678.0123456789}\n'
        '{"id": 2, "amount": 1e400}\n{"id": 3.5}\n',
    )
    json_lake.run()
    assert json_lake.rows("amount") == [(Decimal("1234567890123456789012345678.0123456789"),)]
    assert [row["rule_ids"] for row in json_lake.quarantined()] == [["type:amount"], ["type:id"]]
