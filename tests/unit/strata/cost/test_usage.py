"""A usage profile says what is wrong with it, and where."""

import pytest

from data_lake.contracts import load_contracts
from strata.cost.usage import FOLDER, profile_of, read_usage
from strata.errors import StrataError
from strata.paths import CONTRACTS

GOOD = """\
months: 12
datasets:
  flights: {files_per_day: 4, rows_per_day: 1000000, gb_per_day: 0.1}
"""


def said(tmp_path, text: str) -> str:
    """Give what is said about a profile."""
    file = tmp_path / "usage.yaml"
    file.write_text(text)
    with pytest.raises(StrataError) as caught:
        read_usage(file, load_contracts(CONTRACTS))
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("files_per_day", "files_per_dya", ":3: datasets.flights.files_per_dya: is not a known"),
        ("files_per_day", "files_per_dya", "did you mean 'files_per_day'?"),
        ("flights", "flihgts", "datasets.flihgts: is not a dataset of the contracts"),
        ("flights", "flihgts", "did you mean 'flights'?"),
        ("flights", "fleet_age", "is not a dataset of the contracts, but a product"),
        ("day: 4", "day: -4", "must be greater than or equal to 0: got -4"),
        ("day: 4", "day: 99999999", "must be less than or equal to 10000000: got 99999999"),
        ("day: 4", "day: 0", "must be 0, because files_per_day is 0: got 1000000"),
        ("day: 4,", "day: 4, times_per_day: 5,", "must be at most files_per_day 4: got 5"),
        ("day: 4,", "day: 4, times_per_day: 0,", "must be more than 0, because files_per_day is"),
        ("gb_per_day: 0.1", "gb_per_day: 900", "must be at most 100,000 bytes for each"),
        ("day: 4", "day: many", "must be a valid number: got 'many'"),
        ("months: 12", "months: 0", ":1: months: must be greater than or equal to 1: got 0"),
        ("months: 12", "months: 12\nspread: {low: 3}", "spread.low: must be less than or equal"),
        ("months: 12\n", "", "months: is required; add it"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_field_rule_and_value(tmp_path, old, new, words):
    assert words in said(tmp_path, GOOD.replace(old, new))


def test_products_alone_are_refused(tmp_path):
    text = "months: 1\ndatasets: {}\nproducts:\n  fleet_age: {rows_per_build: 1, table_gb: 1}\n"
    assert "products are built when datasets are published" in said(tmp_path, text)


def test_an_environment_without_a_profile_is_told_which_there_are():
    with pytest.raises(StrataError, match=r"config/usage/local\.yaml: .* dev, prod, staging"):
        profile_of("local")


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_profile_of_the_checkout_tells_of_every_dataset_and_product(file):
    contracts = load_contracts(CONTRACTS)
    usage = read_usage(file, contracts)
    assert {**usage.datasets, **usage.products}.keys() == contracts.all().keys()
