"""A price file is dated, complete and sourced, or refused."""

from datetime import date
from pathlib import Path

import pytest

from strata.cost.prices import FILE, KEYS, read_prices
from strata.errors import StrataError
from tests.unit.strata.cost.lakes import TODAY, lake, month, resource


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """Give the checkout's price file with one text replaced."""
    text = FILE.read_text()
    assert old in text
    file = tmp_path / "prices.yaml"
    file.write_text(text.replace(old, new, 1))
    return file


def refused(file: Path, today: date = TODAY) -> str:
    """Give what is said about a file."""
    with pytest.raises(StrataError) as caught:
        read_prices(file, today)
    return str(caught.value)


def test_every_price_has_its_page_and_says_how_it_was_taken():
    prices = read_prices(today=TODAY)
    assert set(prices.prices) == set(KEYS)
    for price in prices.prices.values():
        assert price.source.startswith("https://aws.amazon.com/")
        assert {"us-east-1", "us-west-2"} <= set(price.usd)


def test_a_file_that_is_too_old_is_refused_and_an_old_one_warns():
    assert "strata/cost/prices.yaml:8: as_of: is 1096 days ago" in refused(FILE, date(2028, 2, 1))
    assert month(lake()).warnings[0].startswith("40 of 40 prices are")
    assert read_prices(today=date(2028, 1, 31)).age(date(2028, 1, 31)) == 1095


def test_a_file_of_tomorrow_is_refused():
    assert "must not be after today, 2025-01-30" in refused(FILE, date(2025, 1, 30))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  kms_key:", "  kms_kye:", "prices.kms_kye: is not a price that an estimate needs"),
        ("  kms_key:", "  kms_kye:", "did you mean 'kms_key'?"),
        ("usd: {us-east-1: 0.44", "usd: {us-east-1: -1", "must be greater than or equal to 0"),
        ("usd: {us-east-1: 0.44, us", "usd: {us", "must have a price for base_region us-east-1"),
        ("taken: remembered}", "taken: maybe}", "must be a date such as 2026-05-31"),
        ('as_of: "2025-01-31"', "as_of: lately", "must be a date such as 2026-05-31"),
        ("https://aws.amazon.com/glue", "https://prices.example/glue", "must match pattern"),
        ("service: Glue, ", "servce: Glue, ", "did you mean 'service'?"),
        ("  AWS::SQS::Queue:", "  SQS:", "must be a type such as AWS::SQS::Queue"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, old, new, words):
    said = refused(changed(tmp_path, old, new))
    assert words in said
    assert "prices.yaml:" in said


def test_a_missing_price_is_told(tmp_path):
    text = FILE.read_text().splitlines(keepends=True)
    file = tmp_path / "prices.yaml"
    file.write_text("".join(line for line in text if not line.startswith("  secret:")))
    assert "prices.secret: is required; add it" in refused(file)


def test_a_region_without_prices_has_those_of_the_base_region_and_says_so():
    far = lake(resource("AWS::KMS::Key", region="eu-north-1"))
    made = month(far)
    assert made.total.expected == 1.0
    assert "eu-north-1: 1 prices are those of us-east-1: kms_key" in made.warnings
