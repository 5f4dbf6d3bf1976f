import pytest

from check_drift.drift import Drift, compare, table_name
from lake_runtime.contracts import Dataset
from tests.functions.support.contracts import dataset_contract


def _dataset(columns, null_values=("",)):
    return _evolving("strict", columns, null_values)


def _evolving(evolution, columns, null_values=("",), **facts):
    return Dataset.model_validate(
        dataset_contract(
            raw={"null_values": list(null_values)},
            columns=[
                {"name": name, "type": kind, **facts.get(name, {})}
                for name, kind in columns.items()
            ],
            evolution=evolution,
        )
    )


def test_a_table_as_the_contract_says_has_no_drift():
    dataset = _dataset({"year": "int", "carrier": "string", "day": "date"})
    assert compare(dataset, {"year": "bigint", "carrier": "string", "day": "string"}).drift == []


def test_a_column_more_and_a_column_less_are_told():
    dataset = _dataset({"year": "int", "carrier": "string"})
    assert compare(dataset, {"year": "bigint", "gate": "string"}).drift == [
        Drift("carrier", "removed", None, "string"),
        Drift("gate", "added", "string", None),
    ]


def test_a_column_that_is_named_like_data_is_told_without_its_name():
    dataset = _dataset({"year": "int"})
    for name in ('[{"carrier": "ua"}]', "ada@example.com", "2013-01-01"):
        assert compare(dataset, {"year": "int", name: "string"}).drift == [
            Drift("(not a name)", "added", "string", None)
        ]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("int", "string"),
        ("decimal(10,2)", "string"),
        ("boolean", "bigint"),
        ("boolean", "string"),
        ("int", "boolean"),
        ("int", "array<int>"),
        ("string", "struct<a:int>"),
        ("int", "date"),
    ],
)
def test_a_column_of_another_family_is_told(expected, found):
    assert compare(_dataset({"x": expected}), {"x": found}).drift == [
        Drift("x", "type", found, expected)
    ]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("int", "bigint"),
        ("double", "int"),
        ("decimal(10,2)", "double"),
        ("string", "bigint"),
        ("string", "varchar(3)"),
        ("timestamp", "string"),
        ("date", "bigint"),
        ("date", "timestamp"),
        ("boolean", "boolean"),
    ],
)
def test_a_column_of_the_same_family_or_one_that_text_can_hold_is_no_drift(expected, found):
    assert compare(_dataset({"x": expected}), {"x": found}).drift == []


def test_a_number_crawled_as_text_is_no_drift_where_a_word_stands_for_null():
    assert compare(_dataset({"x": "int"}, ["", "NA"]), {"x": "string"}).drift == []


def test_names_are_compared_as_the_catalog_keeps_them():
    assert compare(_dataset({"Year": "int"}), {"year": "bigint"}).drift == []


def test_a_column_that_is_the_name_of_a_folder_is_no_drift():
    assert (
        compare(_dataset({"year": "int", "x": "int"}), {"x": "int"}, ["year", "part"]).drift == []
    )


@pytest.mark.parametrize("evolution", ["additive", "permissive"])
def test_a_column_that_files_may_lack_is_no_drift_and_one_they_must_have_is(evolution):
    columns = {"year": "int", "carrier": "string", "name": "string", "gate": "string"}
    dataset = _evolving(
        evolution,
        columns,
        year={"required": True},
        name={"classification": "confidential"},
        gate={"source": "Gate No"},
    )
    assert compare(dataset, {}).drift == [
        Drift("name", "removed", None, "string"),
        Drift("year", "removed", None, "int"),
    ]
    assert compare(
        dataset, {"gate no": "struct<a:int>", "year": "int", "name": "string"}
    ).drift == [Drift("gate no", "type", "struct<a:int>", "string")]


def test_a_further_column_is_ignored_where_the_contract_is_permissive_and_drift_elsewhere():
    found = {"year": "bigint", "gate": "string", "ada@example.com": "string"}
    ignoring = compare(_evolving("permissive", {"year": "int"}), found)
    assert (ignoring.drift, ignoring.ignored) == ([], ["(not a name)", "gate"])
    for evolution in ("strict", "additive"):
        minding = compare(_evolving(evolution, {"year": "int"}), found)
        assert [(one.column, one.change) for one in minding.drift] == [
            ("(not a name)", "added"),
            ("gate", "added"),
        ]
        assert minding.ignored == []


def test_another_type_is_drift_even_where_the_contract_is_permissive():
    assert compare(_evolving("permissive", {"year": "int"}), {"year": "boolean"}).drift == [
        Drift("year", "type", "boolean", "int")
    ]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [("flights/", "flights"), ("Sales-EU/", "sales_eu"), ("sales/orders/", "sales_orders")],
)
def test_a_table_is_named_after_its_prefix(prefix, expected):
    assert table_name(prefix) == expected
    assert table_name(prefix, "raw_") == f"raw_{expected}"


OLD = {"id": "int", "customer": "string", "amount": "decimal(10,2)", "share": "float"}
CRAWLED = {"id": "int", "customer": "string", "amount": "double", "share": "float"}


@pytest.mark.parametrize("evolution", ["additive", "permissive"])
@pytest.mark.parametrize("found", [CRAWLED, CRAWLED | {"id": "bigint", "share": "double"}])
def test_a_widened_column_is_no_drift_in_old_files_nor_in_new_ones(evolution, found):
    new = OLD | {"id": "bigint", "amount": "decimal(12,2)", "share": "double"}
    assert compare(_evolving(evolution, new), found).drift == []
    assert compare(_evolving(evolution, OLD), found).drift == []


def test_a_column_that_becomes_of_another_family_is_drift_where_the_contract_did_not_follow():
    for evolution in ("strict", "additive", "permissive"):
        assert compare(_evolving(evolution, OLD), CRAWLED | {"id": "boolean"}).drift == [
            Drift("id", "type", "boolean", "int")
        ]


def test_a_renamed_column_leaves_its_old_name_to_the_files_that_still_have_it():
    new = {"id": "int", "buyer": "string", "amount": "decimal(10,2)", "share": "float"}
    old_files = compare(_evolving("permissive", new), CRAWLED)
    assert (old_files.drift, old_files.ignored) == ([], ["customer"])
    both = compare(_evolving("permissive", new), CRAWLED | {"buyer": "string"})
    assert (both.drift, both.ignored) == ([], ["customer"])
    new_files = compare(_evolving("permissive", new), {**new, "amount": "double"})
    assert (new_files.drift, new_files.ignored) == ([], [])


def test_a_required_column_that_files_have_under_its_old_name_is_missed():
    new = {"id": "int", "buyer": "string"}
    renamed = _evolving("permissive", new, buyer={"required": True})
    assert compare(renamed, {"id": "int", "customer": "string"}).drift == [
        Drift("buyer", "removed", None, "string")
    ]
    mapped = _evolving("permissive", new, buyer={"required": True, "source": "customer"})
    found = compare(mapped, {"id": "int", "customer": "string"})
    assert (found.drift, found.ignored) == ([], [])


def test_a_dropped_column_is_ignored_in_old_files_and_drift_once_nothing_may_be_unknown():
    new = {name: kind for name, kind in OLD.items() if name != "customer"}
    dropped = compare(_evolving("permissive", new), CRAWLED)
    assert (dropped.drift, dropped.ignored) == ([], ["customer"])
    for evolution in ("strict", "additive"):
        assert compare(_evolving(evolution, new), CRAWLED).drift == [
            Drift("customer", "added", "string", None)
        ]


def test_an_added_column_is_missed_in_old_files_only_where_they_must_have_it():
    new = OLD | {"city": "string"}
    assert compare(_evolving("additive", new), CRAWLED).drift == []
    for dataset in (
        _evolving("strict", new),
        _evolving("permissive", new, city={"required": True}),
    ):
        assert compare(dataset, CRAWLED).drift == [Drift("city", "removed", None, "string")]
