import pytest

from lake_runtime.errors import ContractMissing

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
    assert lake.check_drift() == {"drift": [], "table": "flights"}


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
