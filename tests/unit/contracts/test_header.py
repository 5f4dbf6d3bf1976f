"""What a contract says of itself is checked, one line for each mistake."""

from collections.abc import Callable

import pytest

Complaint = Callable[..., str]
ORDERS = "orders.odcs.yaml"
MISTAKES = [
    (
        ORDERS, "name: orders\nversion", "name: order\nversion",
        "4: name: must equal the file's name, orders: got 'order'; did you mean 'orders'?",
    ),
    (
        ORDERS, "name: orders\nversion", "name: countries\nversion",
        "4: name: is taken by contracts/countries.odcs.yaml; it must equal the file's name, "
        "orders: got 'countries'; did you mean 'orders'?",
    ),
    (ORDERS, "name: orders\nversion", "version", "1: name: is required; add name: orders"),
    (
        ORDERS, "id: orders", "id: countries",
        "3: id: is taken by contracts/countries.odcs.yaml:3: got 'countries'",
    ),
    (ORDERS, "version: 1.0.0", "version: 1.0", "5: version: must be text: got 1.0"),
    (
        ORDERS, "version: 1.0.0", 'version: "1.0"',
        "5: version: must be a semantic version such as 1.0.0: got '1.0'",
    ),
    (
        ORDERS, "status: active", "status: draft",
        "6: status: must be active or deprecated; keep other contracts out of this folder: "
        "got 'draft'",
    ),
    (
        ORDERS, "apiVersion: v3.1.0", "apiVersion: v3.0.2",
        "1: apiVersion: must be the version of the standard that is read: got 'v3.0.2'; "
        "did you mean 'v3.1.0'?",
    ),
    (
        ORDERS, "team:\n  name: sales\n", "",
        "1: team.name: is required, because somebody must own the data; add it",
    ),
    (
        ORDERS, "  purpose:", "  usage:",
        "7: description.purpose: is required; say what the data is for",
    ),
    (
        ORDERS, "property: freshness", "property: freshnes",
        "12: slaProperties[freshnes].property: is not a service level of the standard: "
        "got 'freshnes'; did you mean 'freshness'?",
    ),
    (
        ORDERS, "unit: d", "unit: dys",
        "14: slaProperties[freshness].unit: must be one of min, minute, minutes, h, hour, hours, "
        "d, day, days: got 'dys'; did you mean 'days'?",
    ),
    (
        ORDERS, "    unit: d", "    unit: d\n  - {property: latency, value: 1, unit: h}",
        "15: slaProperties[latency].property: is given twice; keep one: got 'latency'",
    ),
    (
        ORDERS, "    value: 2", "    value: two",
        "13: slaProperties[freshness].value: must be a number above 0: got 'two'",
    ),
    (
        ORDERS, "    value: 2", "    value: 0",
        "13: slaProperties[freshness].value: must be a number above 0: got 0",
    ),
    (
        ORDERS, "    value: 2", "    value: 8",
        "13: slaProperties[freshness].value: must be at most 7 days, because no alarm looks "
        "further back; for rarer data, say how often it comes with property: frequency: got 8",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    complaint: Complaint, file: str, old: str, new: str, message: str
) -> None:
    assert complaint((file, old, new)) == f"contracts/{file}:{message}"
