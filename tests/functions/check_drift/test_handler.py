import pytest

from lake_runtime.errors import ContractMissing
from tests.functions.support.contracts import dataset_contract, default_bundle

COLUMNS = {"year": "bigint", "month": "bigint", "carrier": "string"}


@pytest.fixture
def crawled(lake):
    """Give a function that writes the table a crawler would write."""
    database = lake.environment()["RAW_DATABASE"]
    lake.glue.create_database(DatabaseInput={"Name": database})

    def crawl(columns):
        listed = [{"Name": name, "Type": kind} for name, kind in columns.items()]
        lake.glue.create_table(
            DatabaseName=database,
            TableInput={"Name": "flights", "StorageDescriptor": {"Columns": listed}},
        )

    return crawl


def test_raw_files_as_the_contract_says_have_no_drift(lake, crawled):
    crawled(COLUMNS)
    assert lake.check_drift() == {"drift": [], "event": None, "ignored": [], "table": "flights"}


def test_a_new_column_and_a_changed_type_are_told(lake, crawled):
    crawled(COLUMNS | {"month": "string", "gate": "string"})
    assert lake.check_drift()["drift"] == [
        {"column": "gate", "change": "added", "found": "string", "expected": None},
        {"column": "month", "change": "type", "found": "string", "expected": "int"},
    ]


def test_a_table_that_the_crawler_did_not_make_is_told(lake, crawled):
    assert lake.check_drift()["drift"] == [
        {"column": None, "change": "missing_table", "found": None, "expected": "flights"}
    ]


def test_a_dataset_without_a_contract_is_an_error(lake):
    with pytest.raises(ContractMissing):
        lake.check_drift("weather")


@pytest.mark.parametrize(
    "raw",
    [
        {"header": False},
        {"encoding": "UTF-16"},
        {"skip_lines": 1},
        {"compression": "zstd"},
        {"format": "json"},
    ],
)
def test_what_a_crawler_cannot_make_out_is_not_held_against_the_files(lake, crawled, raw):
    bundle = default_bundle()
    bundle["datasets"]["flights"] = dataset_contract(raw=raw)
    lake.deploy(bundle)
    crawled({"col0": "bigint", "array": "array<struct<year:int>>"})
    assert lake.check_drift() == {"drift": [], "event": None, "ignored": [], "table": "flights"}


def test_columns_are_held_against_what_raw_files_call_them(lake, crawled):
    bundle = default_bundle()
    contract = dataset_contract()
    contract["columns"][0]["source"] = "Year of Flight"
    bundle["datasets"]["flights"] = contract
    lake.deploy(bundle)
    crawled({"year of flight": "bigint", "month": "bigint", "carrier": "string"})
    assert lake.check_drift()["drift"] == []


def test_what_a_contract_ignores_is_told_apart_from_drift(lake, crawled):
    bundle = default_bundle()
    bundle["datasets"]["flights"] = dataset_contract(evolution="permissive")
    lake.deploy(bundle)
    crawled(COLUMNS | {"gate": "string", "month": "boolean"})
    drift = [{"column": "month", "change": "type", "found": "boolean", "expected": "int"}]
    environment = lake.environment()
    assert lake.check_drift() == {
        "drift": drift,
        "event": {
            "environment": environment["ENVIRONMENT"],
            "owner": environment["OWNER"],
            "dataset": "flights",
            "run_id": "run-1",
            "table": "flights",
            "columns": drift,
            "reasons": ["month type: found boolean, the contract says int"],
        },
        "ignored": ["gate"],
        "table": "flights",
    }
