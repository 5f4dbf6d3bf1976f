"""What a raw JSON Lines file may hold, and that nothing of it is lost."""

import json
from decimal import Decimal

import pytest

from lake_spark import unknown_members
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


def _with_members(number: int, *names: str) -> str:
    return json.dumps({"id": number, "customer": "Ada", **dict.fromkeys(names, 1)})


def test_unknown_members_are_told_once_each_in_the_report_of_a_permissive_run(
    json_lake: Lake,
) -> None:
    json_lake.contract["evolution"] = "permissive"
    records = [
        _with_members(1),
        _with_members(2, "mood", "weather"),
        _with_members(3, "mood"),
        _with_members(4, "ada@example.com", "7e0f"),
        '{"id": "no number", "lost": 1}',
        '{"id": 6, "Id": 7, "amount": 1}',
    ]
    json_lake.put("a.jsonl", "\n".join(records))
    json_lake.put("b.jsonl", _with_members(7, "later"))
    report = json_lake.run()
    assert report["ignored_columns"] == ["(not a name)", "Id", "later", "lost", "mood", "weather"]
    assert report["ignored_columns_more"] is False
    assert (report["rows_good"], report["rows_quarantined"]) == (6, 1)
    assert json_lake.rows("id") == [(1,), (2,), (3,), (4,), (6,), (7,)]


@pytest.mark.parametrize("evolution", ["strict", "additive", "permissive"])
def test_records_without_unknown_members_have_none_to_tell(json_lake: Lake, evolution: str) -> None:
    json_lake.contract["evolution"] = evolution
    json_lake.put("a.jsonl", _with_members(1) + "\n")
    report = json_lake.stage()
    assert report["ignored_columns"] == []
    assert not report.get("ignored_columns_more")


def test_more_unknown_members_than_are_told_are_known_to_be_there(json_lake: Lake) -> None:
    json_lake.contract["evolution"] = "permissive"
    many = [f"m{number}" for number in range(unknown_members.MOST_NAMES + 1)]
    json_lake.put("a.jsonl", f"{_with_members(1, *many[:60])}\n{_with_members(2, *many[40:])}\n")
    report = json_lake.stage()
    assert report["ignored_columns"] == sorted(many)[: unknown_members.MOST_NAMES]
    assert report["ignored_columns_more"] is True


@pytest.mark.parametrize(("last", "more"), [("mood", False), ("late", True)])
def test_a_member_that_comes_after_the_remembered_records_is_known_to_be_there(
    json_lake: Lake, monkeypatch: pytest.MonkeyPatch, last: str, more: bool
) -> None:
    monkeypatch.setattr(unknown_members, "RECORDS", 2)
    json_lake.contract["evolution"] = "permissive"
    members = ["mood", "mood", "mood", last]
    json_lake.put("a.jsonl", "\n".join(_with_members(*one) for one in enumerate(members)))
    report = json_lake.stage()
    assert (report["ignored_columns"], report["ignored_columns_more"]) == (["mood"], more)


def test_unknown_members_are_found_by_reading_again_where_spark_does_not_tell(
    json_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    json_lake.contract["evolution"] = "permissive"
    json_lake.put("a.jsonl", _with_members(1, "mood"))
    monkeypatch.setattr(unknown_members, "read_observation", lambda _: None)
    assert json_lake.stage()["ignored_columns"] == ["mood"]
