"""Contracts that do not fit each other are told of both places."""

from collections.abc import Callable

import pytest

Complaint = Callable[..., str]
ORDERS = "orders.odcs.yaml"
SALES = "sales.odcs.yaml"
MISTAKES = [
    (
        ORDERS, "prefix: orders/", "prefix: reference/countries/",
        "70: customProperties[raw].value.prefix: is also claimed by "
        "contracts/countries.odcs.yaml:16; a file must belong to one dataset: "
        "got 'reference/countries/'",
    ),
    (
        ORDERS, "prefix: orders/", "prefix: reference/",
        "70: customProperties[raw].value.prefix: overlaps 'reference/countries/', claimed by "
        "contracts/countries.odcs.yaml:16; a file must belong to one dataset: got 'reference/'",
    ),
    (
        SALES, "      - countries", "      - countrys",
        "19: customProperties[inputs].value[1]: must be a dataset with a contract: "
        "got 'countrys'; did you mean 'countries'?",
    ),
    (
        SALES, "      - countries", "      - countries\n      - orders",
        "20: customProperties[inputs].value[2]: is given twice; keep one: got 'orders'",
    ),
    (
        SALES, "      - countries", "      - countries\n      - sales",
        "20: customProperties[inputs].value[2]: must be a dataset, and is a product: got 'sales'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    complaint: Complaint, file: str, old: str, new: str, message: str
) -> None:
    assert complaint((file, old, new)) == f"contracts/{file}:{message}"
