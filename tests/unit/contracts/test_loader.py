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


ABOUT_ITSELF = [
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
        ORDERS, "    value: 2", "    value: 0",
        "13: slaProperties[freshness].value: must be a number above 0: got 0",
    ),
]  # fmt: skip
BY_THE_STANDARD = [
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
COLUMNS = [
    (
        ORDERS, "logicalType: integer\n", "logicalType: object\n",
        "19: schema[orders].properties[order_id].logicalType: must be one of string, boolean, "
        "integer, number, date, timestamp: got 'object'",
    ),
    (
        ORDERS, "decimal(12, 2)", "decimal(39, 2)",
        "37: schema[orders].properties[amount].physicalType: must be one of double, float, "
        "decimal(precision,scale) for logicalType number: got 'decimal(39, 2)'; "
        "did you mean 'decimal'?",
    ),
    (
        ORDERS, "- name: amount", "- name: Amount",
        "35: schema[orders].properties[Amount].name: must be lowercase letters, digits and "
        "underscores, start with a letter and have at most 128 characters, as Glue and Athena "
        "need: got 'Amount'",
    ),
    (
        SALES, "- {name: total,", "- {name: country,",
        "13: schema[sales].properties[country].name: is given twice, first on line 12; keep one: "
        "got 'country'",
    ),
    (
        ORDERS, "classification: public", "classification: publik",
        "27: schema[orders].properties[country].classification: must be one of public, internal, "
        "confidential, restricted: got 'publik'; did you mean 'public'?",
    ),
    (
        ORDERS, "format: dd.MM.yyyy", 'format: "%d.%m.%Y"',
        "51: schema[orders].properties[ordered_on].logicalTypeOptions.format: must be a Spark "
        "datetime pattern such as yyyy-MM-dd HH:mm:ss: got '%d.%m.%Y'",
    ),
    (
        ORDERS, "          format: dd.MM.yyyy", '          minimum: "2020-01-01"',
        "51: schema[orders].properties[ordered_on].logicalTypeOptions.minimum: is not enforced; "
        "use physicalType for sizes and a quality rule for values: got '2020-01-01'",
    ),
    (
        ORDERS, "classification: public", "unique: true",
        "27: schema[orders].properties[country].unique: is enforced for the primary key only; "
        "remove it: got true",
    ),
    (
        COUNTRIES, "required: true, primaryKey: true", "primaryKey: true",
        "12: schema[countries].properties[code].required: must be true, because a primary key "
        "column cannot be null: got nothing",
    ),
    (
        ORDERS, "primaryKeyPosition: 1", "primaryKeyPosition: 2",
        "22: schema[orders].properties[order_id].primaryKeyPosition: must number the primaryKey "
        "columns 1 to 1, each once: got 2",
    ),
    (
        ORDERS, "        partitioned: true\n", "        partitionKeyPosition: 1\n",
        "26: schema[orders].properties[country].partitionKeyPosition: needs partitioned: true "
        "beside it: got 1",
    ),
    (
        ORDERS, "physicalType: decimal(12, 2)", "partitioned: true\n        required: true",
        "37: schema[orders].properties[amount].partitioned: is not for type double: each value "
        "would be a partition of its own: got true",
    ),
    (
        SALES, "schema:\n", "schema:\n  - name: other\n",
        "9: schema: must hold exactly one table; write a contract for each: got 2",
    ),
    (
        SALES, "schema:\n  - name: sales\n", "schema:\n  - name: sale\n",
        "10: schema[sale].name: must equal the contract's name: got 'sale'; did you mean 'sales'?",
    ),
]  # fmt: skip
EXTENSIONS = [
    (
        ORDERS, "property: schedule", "property: shedule",
        "64: customProperties[shedule].property: is not a known field: got 'shedule'; "
        "did you mean 'schedule'?",
    ),
    (
        ORDERS, "property: writeMode", "property: write_mode",
        "62: customProperties[write_mode].property: is not a known field: got 'write_mode'; "
        "did you mean 'writeMode'?",
    ),
    (
        ORDERS, "value: merge", "value: upsert",
        "63: customProperties[writeMode].value: must be 'append', 'merge' or 'replace': "
        "got 'upsert'",
    ),
    (
        ORDERS, "        primaryKey: true\n        primaryKeyPosition: 1\n", "",
        "61: customProperties[writeMode].value: needs a primary key; mark its columns with "
        "primaryKey: true: got 'merge'",
    ),
    (
        COUNTRIES, ", primaryKey: true", "",
        "15: customProperties[writeMode].value: needs a primary key; mark its columns with "
        "primaryKey: true: got 'replace'",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: tableFormat, value: parquet}\n"
        "  - property: schedule",
        "63: customProperties[writeMode].value: must be append or replace for tableFormat "
        "parquet: got 'merge'",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: qualityThreshold, value: 95}\n"
        "  - property: schedule",
        "64: customProperties[qualityThreshold].value: must be less than or equal to 1: got 95",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: writeMode, value: merge}\n"
        "  - property: schedule",
        "64: customProperties[writeMode].property: is given twice; keep one: got 'writeMode'",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: trigger, value: {mode: onArrival}}\n"
        "  - property: schedule",
        "64: customProperties[trigger].value.mode: must be 'on_arrival' or 'schedule': "
        "got 'onArrival'; did you mean 'on_arrival'?",
    ),
    (
        COUNTRIES, "customProperties:\n", "customProperties:\n"
        "  - {property: trigger, value: {mode: schedule}}\n",
        "15: customProperties[trigger].value.mode: needs the property schedule with cron and "
        "timeZone: got 'schedule'",
    ),
    (
        ORDERS, "0 6 ? * MON-FRI *", "0 26 ? * MON-FRI *",
        "66: customProperties[schedule].value.cron: has '26' as hours, which must be 0 to 23: "
        "got '0 26 ? * MON-FRI *'",
    ),
    (
        ORDERS, "Europe/Oslo", "Europe/Olso",
        "67: customProperties[schedule].value.timeZone: must be a time zone of the IANA database, "
        "such as America/New_York: got 'Europe/Olso'; did you mean 'Europe/Oslo'?",
    ),
    (
        ORDERS, "format: csv", "format: cvs",
        "71: customProperties[raw].value.format: must be 'csv' or 'jsonl': got 'cvs'; "
        "did you mean 'csv'?",
    ),
    (
        ORDERS, "format: csv", "format: csv\n      delimeter: ;",
        "72: customProperties[raw].value.delimeter: is not a known field: got ';'; "
        "did you mean 'delimiter'?",
    ),
    (
        ORDERS, "format: csv", "format: csv\n      encoding: utf8",
        "72: customProperties[raw].value.encoding: must be 'UTF-8', 'US-ASCII', 'ISO-8859-1' or "
        "'windows-1252': got 'utf8'; did you mean 'UTF-8'?",
    ),
    (
        COUNTRIES, "format: jsonl", "format: jsonl, header: true",
        "16: customProperties[raw].value.header: is for format csv; remove it, or use format csv: "
        "got true",
    ),
    (
        ORDERS, "prefix: orders/", "prefix: /orders",
        "70: customProperties[raw].value.prefix: must be folders of letters, digits, '.', '-', "
        "'_' and '=' that end in '/', such as flights/, without a leading '/', '.' or '_': "
        "got '/orders'",
    ),
    (
        COUNTRIES, "  - {property: raw, value: {prefix: reference/countries/, format: jsonl}}\n",
        "", "14: customProperties.raw: is required; add it",
    ),
    (
        SALES, "customProperties:\n", "customProperties:\n"
        "  - {property: trigger, value: {mode: on_arrival}}\n",
        "15: customProperties[trigger].property: is for datasets; a product is built when its "
        "inputs are published; remove it: got 'trigger'",
    ),
    (
        SALES, "value: replace", "value: append",
        "15: customProperties[writeMode].value: must be replace or merge, because a product is "
        "built from whole inputs and appending would repeat its rows: got 'append'",
    ),
]  # fmt: skip
BETWEEN_CONTRACTS = [
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


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [*ABOUT_ITSELF, *BY_THE_STANDARD, *COLUMNS, *EXTENSIONS, *BETWEEN_CONTRACTS],
)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    lake: Lake, file: str, old: str, new: str, message: str
) -> None:
    assert complaint(lake((file, old, new))) == f"contracts/{file}:{message}"


def test_all_problems_of_all_files_are_said_at_once_in_order(lake: Lake) -> None:
    folder = lake(
        (ORDERS, "status: active", "status: activ"),
        (ORDERS, "0 6 ? * MON-FRI *", "daily"),
        (COUNTRIES, "format: jsonl", "format: json"),
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
