"""What the standard itself refuses is one line, with the standard's nearest word."""

from collections.abc import Callable

import pytest

Complaint = Callable[..., str]
ORDERS = "orders.odcs.yaml"
MISTAKES = [
    (
        ORDERS, "classification: public", "clasification: public",
        "27: schema[orders].properties[country].clasification: is not a field of the standard: "
        "got 'public'; did you mean 'classification'?",
    ),
    (
        ORDERS, "team:\n  name:", "team:\n  nam:",
        "10: team.nam: is not a field of the standard: got 'sales'; did you mean 'name'?",
    ),
    (ORDERS, "version: 1.0.0\n", "", "1: version: is required; add it"),
    (
        ORDERS, "            mustBe: 0\n", "            mustbe: 0\n",
        "31: schema[orders].properties[country].quality[country_known].mustbe: is not a field of "
        "the standard: got 0; did you mean 'mustBe'?",
    ),
    (
        ORDERS, "            mustBe: 0\n", "",
        "29: schema[orders].properties[country].quality[country_known]: needs exactly one of "
        "mustBe, mustNotBe, mustBeGreaterThan, mustBeGreaterOrEqualTo, mustBeLessThan, "
        "mustBeLessOrEqualTo, mustBeBetween, mustNotBeBetween: got none of them",
    ),
    (
        ORDERS, "metric: invalidValues", "metric: 5",
        "30: schema[orders].properties[country].quality[country_known].metric: must be text: got 5",
    ),
    (
        ORDERS, "metric: invalidValues", "metric: invalidValue",
        "30: schema[orders].properties[country].quality[country_known].metric: must be one of "
        "nullValues, missingValues, invalidValues, duplicateValues, rowCount: "
        "got 'invalidValue'; did you mean 'invalidValues'?",
    ),
    (
        ORDERS, "              min: 0\n", "              min: 0\n            query: select 1\n",
        "45: schema[orders].properties[amount].quality[amount_positive].query: does not go "
        "with the fields beside it; remove it: got 'select 1'",
    ),
    (
        ORDERS, "logicalType: date", "logicalType: dat",
        "49: schema[orders].properties[ordered_on].logicalType: must be one of string, date, "
        "timestamp, time, number, integer, object, array, boolean, map, vector: got 'dat'; "
        "did you mean 'date'?",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    complaint: Complaint, file: str, old: str, new: str, message: str
) -> None:
    assert complaint((file, old, new)) == f"contracts/{file}:{message}"
