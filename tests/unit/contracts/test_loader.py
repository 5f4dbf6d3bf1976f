"""Each mistake in a contract is one line that says where it is, what is wrong, what was meant."""

import copy
import functools
import operator
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_lake.contracts import ContractError, load_contracts

Lake = Callable[..., Path]
ORDERS, COUNTRIES, SALES = "orders.odcs.yaml", "countries.odcs.yaml", "sales.odcs.yaml"


def complaint(folder: Path) -> str:
    """Give the text of the error that loading raises."""
    with pytest.raises(ContractError) as raised:
        load_contracts(folder)
    return str(raised.value)


def test_a_valid_folder_gives_its_datasets_and_products_by_name(lake: Lake) -> None:
    contracts = load_contracts(lake())

    assert sorted(contracts.datasets) == ["countries", "orders"]
    assert sorted(contracts.products) == ["sales"]


def test_all_problems_of_all_files_are_said_at_once_in_order(lake: Lake) -> None:
    folder = lake(
        (ORDERS, "status: active", "status: activ"),
        (ORDERS, "0 6 ? * MON-FRI *", "daily"),
        (COUNTRIES, "format: jsonl", "format: jsn"),
        ("sales.sql", "from orders", "from oders"),
    )

    lines = complaint(folder).splitlines()

    assert [line.split(": ")[0] for line in lines] == [
        "contracts/countries.odcs.yaml:16",
        "contracts/orders.odcs.yaml:6",
        "contracts/orders.odcs.yaml:66",
        "contracts/sales.sql:3",
    ]


def test_a_dataset_with_problems_is_still_there_for_the_products_that_read_it(lake: Lake) -> None:
    folder = lake()
    (folder / ORDERS).write_text("name: [orders\n")

    assert len(complaint(folder).splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "1: file: must hold a mapping: got an empty file"),
        ("id: a\nid: b\n", "2: id: is given twice, first on line 1; keep one: got 'b'"),
        ("- flights\n", "1: document: must be a mapping: got a list"),
    ],
)
def test_a_file_that_is_no_contract_is_one_line(lake: Lake, content: str, message: str) -> None:
    assert complaint(lake(more={"more.odcs.yaml": content})) == (
        f"contracts/more.odcs.yaml:{message}"
    )


@pytest.mark.parametrize("name", ["more.yaml", "more.odcs.yml"])
def test_a_contract_under_another_ending_is_not_passed_over(lake: Lake, name: str) -> None:
    assert complaint(lake(more={name: "id: more\n"})) == (
        f"contracts/{name}:1: file: must end in .odcs.yaml, or the contract is never read: "
        f"got {name!r}; did you mean 'more.odcs.yaml'?"
    )


def test_a_folder_without_contracts_is_refused(tmp_path: Path) -> None:
    assert complaint(tmp_path / "contracts") == (
        "contracts:1: folder: must hold contracts named <dataset>.odcs.yaml: got none"
    )


def test_a_name_that_glue_or_athena_would_refuse_is_refused_even_if_the_file_has_it(
    lake: Lake,
) -> None:
    folder = lake()
    text = (folder / COUNTRIES).read_text().replace("countries", "Country-Names")
    (folder / "Country-Names.odcs.yaml").write_text(text.replace("reference/", "names/"))

    assert complaint(folder) == (
        "contracts/Country-Names.odcs.yaml:4: name: must be lowercase letters, digits and "
        "underscores, start with a letter and have at most 128 characters, as Glue and Athena "
        "need; rename the file too: got 'Country-Names'"
    )


def test_a_table_of_partition_columns_only_is_refused(lake: Lake) -> None:
    folder = lake(
        (COUNTRIES, "primaryKey: true}", "primaryKey: true, partitioned: true}"),
        (COUNTRIES, "      - {name: title, logicalType: string}\n", ""),
    )

    assert complaint(folder) == (
        "contracts/countries.odcs.yaml:11: schema[countries].properties: must leave a column that "
        "is not partitioned: got all partitioned"
    )


ODD_VALUES = (None, "x", [5], {"a": 1})


def test_no_odd_value_anywhere_in_a_contract_does_worse_than_a_list_of_problems(
    lake: Lake,
) -> None:
    folder = lake()
    for other in (COUNTRIES, SALES, "sales.sql"):
        (folder / other).unlink()
    original = yaml.safe_load((folder / ORDERS).read_text())
    refused = 0
    for path in _paths(original):
        for odd in ODD_VALUES:
            spoilt = copy.deepcopy(original)
            parent = functools.reduce(operator.getitem, path[:-1], spoilt)
            parent[path[-1]] = odd
            (folder / ORDERS).write_text(yaml.safe_dump(spoilt))
            try:
                load_contracts(folder)
            except ContractError as error:
                assert all(problem.line >= 1 and problem.rule for problem in error.problems)
                refused += 1
    assert refused > 250


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from _paths(item, (*path, key))
