"""A product's SQL is one SELECT over exactly the product's inputs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_lake.contracts import ContractError, load_contracts

Lake = Callable[..., Path]
SQL, CONTRACT = "sales.sql", "sales.odcs.yaml"


def complaint(folder: Path) -> str:
    """Give the text of the error that loading raises."""
    with pytest.raises(ContractError) as raised:
        load_contracts(folder)
    return str(raised.value)


def test_the_compiled_product_has_its_statement_without_semicolon_and_its_inputs_sorted(
    lake: Lake,
) -> None:
    product = load_contracts(lake()).compile()["products"]["sales"]

    assert product["sql"].startswith("-- Sales by country.\nselect title")
    assert product["sql"].endswith("group by title")
    assert product["inputs"] == ["countries", "orders"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "from orders", "from order",
            f"{SQL}:3: sql: reads a table that is not among the contract's inputs: got order; "
            "did you mean 'orders'?",
        ),
        (
            "join countries", "join lake.countries",
            f"{SQL}:4: sql: must name an input alone, without its database: got lake.countries; "
            "did you mean 'countries'?",
        ),
        (
            "join countries on code = country\n", "",
            f"{CONTRACT}:19: customProperties[inputs].value[1]: is not read by "
            "contracts/sales.sql; remove it: got 'countries'",
        ),
        ("select title", "delete title", f"{SQL}:2: sql: must be one SELECT: got delete"),
        (
            "group by title;", "group by title; drop table orders",
            f"{SQL}:5: sql: must be one SELECT, without a second statement: got ;",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_the_sql_is_exactly_one_line(
    lake: Lake, old: str, new: str, message: str
) -> None:
    assert complaint(lake((SQL, old, new))) == f"contracts/{message}"


def test_a_product_without_its_sql_is_told_which_file_to_add(lake: Lake) -> None:
    folder = lake()
    (folder / SQL).unlink()

    assert complaint(folder) == (
        "contracts/sales.sql:1: sql: is required: the SELECT that builds the product"
    )


def test_an_empty_sql_file_is_no_select(lake: Lake) -> None:
    folder = lake()
    (folder / SQL).write_text("-- nothing yet\n")

    assert complaint(folder) == "contracts/sales.sql:1: sql: must be one SELECT: got nothing"


def test_sql_that_is_not_utf8_is_one_line(lake: Lake) -> None:
    folder = lake()
    (folder / SQL).write_bytes(b"select '\xe9' from orders, countries")

    assert complaint(folder).startswith("contracts/sales.sql:1: sql: must be UTF-8 text")


def test_sql_beside_no_contract_is_not_passed_over(lake: Lake) -> None:
    assert complaint(lake(more={"revenue.sql": "select 1"})) == (
        "contracts/revenue.sql:1: file: belongs to no product; add revenue.odcs.yaml with inputs, "
        "or remove it: got 'revenue.sql'"
    )


def test_a_product_that_lists_no_inputs_is_not_taken_for_a_dataset(lake: Lake) -> None:
    inputs = "  - property: inputs\n    value:\n      - orders\n      - countries\n"

    assert complaint(lake((CONTRACT, inputs, ""))) == (
        "contracts/sales.odcs.yaml:14: customProperties.inputs: is required; add it"
    )
