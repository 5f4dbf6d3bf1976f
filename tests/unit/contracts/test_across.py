"""Contracts that do not fit each other are told of both places."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_lake.contracts import load_contracts

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
        "19: customProperties[inputs].value[1]: must be a dataset or a product with a contract: "
        "got 'countrys'; did you mean 'countries'?",
    ),
    (
        SALES, "      - countries", "      - countries\n      - orders",
        "20: customProperties[inputs].value[2]: is given twice; keep one: got 'orders'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    complaint: Complaint, file: str, old: str, new: str, message: str
) -> None:
    assert complaint((file, old, new)) == f"contracts/{file}:{message}"


MONTHLY = """\
    apiVersion: v3.1.0
    kind: DataContract
    id: monthly
    name: monthly
    version: 1.0.0
    status: active
    description: {purpose: Sales by month.}
    team: {name: sales}
    schema:
      - name: monthly
        properties:
          - {name: country, logicalType: string, required: true, primaryKey: true}
    customProperties:
      - {property: writeMode, value: replace}
      - property: inputs
        value: [orders, sales]
    """
MONTHLY_SQL = "select sales.country from sales join orders on orders.country = sales.country"
TWO_PRODUCTS = {"monthly.odcs.yaml": MONTHLY, "monthly.sql": MONTHLY_SQL}


def test_a_product_may_read_another_product(lake: Callable[..., Path]) -> None:
    contracts = load_contracts(lake(more=TWO_PRODUCTS))
    assert contracts.products["monthly"].inputs == ("orders", "sales")


def test_products_that_read_each_other_are_told_with_the_place_of_every_step(
    complaint: Complaint,
) -> None:
    told = complaint(
        (SALES, "      - countries", "      - countries\n      - monthly"),
        ("sales.sql", "join countries", "cross join monthly\njoin countries"),
        more=TWO_PRODUCTS,
    )
    assert told == (
        "contracts/monthly.odcs.yaml:16: customProperties[inputs].value[1]: makes a cycle: "
        "monthly reads sales (contracts/monthly.odcs.yaml:16), "
        "sales reads monthly (contracts/sales.odcs.yaml:20); "
        "a product cannot be built from itself: got 'sales'"
    )


def test_a_product_that_reads_itself_is_a_cycle(complaint: Complaint) -> None:
    told = complaint(
        (SALES, "      - countries", "      - countries\n      - sales"),
        ("sales.sql", "join countries", "cross join sales\njoin countries"),
    )
    assert told == (
        "contracts/sales.odcs.yaml:20: customProperties[inputs].value[2]: makes a cycle: "
        "sales reads sales (contracts/sales.odcs.yaml:20); "
        "a product cannot be built from itself: got 'sales'"
    )
