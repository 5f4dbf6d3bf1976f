"""Lifecycles that S3 would refuse, bill for nothing, or let break a table, are refused first."""

import pytest
from pydantic import ValidationError

from config.lifecycle import FileZone, TableZone


def refusals(**days: int | None) -> list[tuple[str, str]]:
    """Give the fields that a zone of files refuses, with the reason."""
    with pytest.raises(ValidationError) as raised:
        FileZone(**days)  # type: ignore[arg-type]
    return [(str(error["loc"][0]), error["msg"]) for error in raised.value.errors()]


@pytest.mark.parametrize("days", [-1, 0, 29])
def test_standard_ia_is_refused_before_30_days(days: int) -> None:
    ((field, message),) = refusals(infrequent_access_after_days=days)

    assert field == "infrequent_access_after_days"
    assert "30" in message


def test_the_archive_waits_until_30_days_of_standard_ia_are_over() -> None:
    ((field, message),) = refusals(infrequent_access_after_days=30, archive_after_days=59)

    assert field == "archive_after_days"
    assert "must be at least 60" in message
    assert FileZone(infrequent_access_after_days=30, archive_after_days=60).archive_after_days == 60


def test_the_archive_may_come_at_once_where_nothing_was_in_standard_ia() -> None:
    assert FileZone(archive_after_days=1).archive_after_days == 1


@pytest.mark.parametrize(
    ("transitions", "earliest"),
    [
        ({"infrequent_access_after_days": 30}, 60),
        ({"archive_after_days": 30}, 120),
        ({"infrequent_access_after_days": 30, "archive_after_days": 90}, 180),
    ],
)
def test_expiry_waits_for_the_last_transition_and_its_minimum_storage(
    transitions: dict[str, int], earliest: int
) -> None:
    ((field, message),) = refusals(**transitions, expire_after_days=earliest - 1)

    assert field == "expire_after_days"
    assert f"must be at least {earliest}" in message
    accepted = FileZone(**transitions, expire_after_days=earliest)
    assert accepted.expire_after_days == earliest


def test_without_transitions_expiry_may_be_soon_or_never() -> None:
    assert FileZone(expire_after_days=1).expire_after_days == 1
    assert FileZone().expire_after_days is None


@pytest.mark.parametrize(
    "field", ["expire_after_days", "archive_after_days", "infrequent_access_after_days"]
)
def test_a_zone_of_tables_has_no_field_that_moves_or_deletes_data_by_age(field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        TableZone.model_validate({field: 365})

    assert [error["type"] for error in raised.value.errors()] == ["extra_forbidden"]
    assert field in TableZone.refused_fields
