"""Which texts are values of a type."""

from typing import Any

import pytest
from pyspark.sql import SparkSession

from lake_spark.casting import cast_text, decimal_digits
from lake_spark.columns import ColumnContract
from lake_spark.runs import SESSION_SETTINGS


def cast(spark: SparkSession, type_name: str, texts: list[str], pattern: str | None = None) -> Any:
    """Cast texts as the jobs do."""
    for name, value in SESSION_SETTINGS.items():
        spark.conf.set(name, value)
    column = ColumnContract("c", type_name, False, "", pattern)
    frame = spark.createDataFrame([(text,) for text in texts], "t string")
    return [
        row[0]
        for row in frame.selectExpr(f"CAST({cast_text('t', column).sql} AS string)").collect()
    ]


@pytest.mark.parametrize(
    ("type_name", "texts"),
    [
        ("int", ["5", "-5", "+5", "007", "2147483647"]),
        ("bigint", ["9223372036854775807"]),
        ("double", ["1", "-1.5", ".5", "5.", "1e3", "1E-3"]),
        ("decimal(5,2)", ["1.5", "999.99", "1.500", "1e2", "-0"]),
        ("boolean", ["true", "FALSE", "yes", "0"]),
        ("date", ["2024-02-29"]),
        (
            "timestamp",
            ["2024-02-29T23:05", "2024-02-29 23:05:06.123456000", "2024-02-29T00:00:00Z"],
        ),
    ],
)
def test_a_text_that_is_written_as_the_type_is_a_value(
    spark: SparkSession, type_name: str, texts: list[str]
) -> None:
    assert None not in cast(spark, type_name, texts)


@pytest.mark.parametrize(
    ("type_name", "texts"),
    [
        ("int", ["", "12abc", "1.0", "1e3", "2147483648", "1_000", "1,000", "٣", "0x1F", "--1"]),
        ("bigint", ["9223372036854775808", "NaN"]),
        ("float", ["NaN", "1e39", "1f"]),
        ("double", ["NaN", "Infinity", "-inf", "1d", "0x1p3", "1e999", ".", "e5", "1,5"]),
        ("decimal(5,2)", ["1.239", "1000", "NaN", "1e5", "$1"]),
        ("boolean", ["2", "maybe", "ja"]),
        (
            "date",
            ["2023-02-29", "2024-13-01", "2024-2-9", "2024", "2024-01-01T00:00:00", "0000-01-01"],
        ),
        ("timestamp", ["2024-02-30T00:00:00", "2024-01-01", "2024-01-01T24:00:00", "12:30", "now"]),
        ("timestamp", ["2024-01-01T00:00:00.1234567", "2024-01-01T00:00:00 Mars/Base"]),
    ],
)
def test_a_text_that_is_not_is_no_value(
    spark: SparkSession, type_name: str, texts: list[str]
) -> None:
    assert cast(spark, type_name, texts) == [None] * len(texts)


def test_a_time_with_a_zone_is_that_instant_and_one_without_is_utc(spark: SparkSession) -> None:
    texts = ["2024-07-01T12:00:00+02:00", "2024-07-01 10:00:00", "2024-07-01T10:00:00.5Z"]
    assert cast(spark, "timestamp", texts) == [
        "2024-07-01 10:00:00",
        "2024-07-01 10:00:00",
        "2024-07-01 10:00:00.5",
    ]


def test_a_pattern_of_the_contract_replaces_the_iso_forms(spark: SparkSession) -> None:
    texts = ["28/02/2023", "30/02/2023", "2023-02-28", "1/2/2023", "28/02/2023x"]
    assert cast(spark, "date", texts, "dd/MM/yyyy") == ["2023-02-28", None, None, None, None]
    texts = ["2013-01-01T10:00:00Z", "2013-01-01T10:00:00-05", "2013-01-01 10:00:00"]
    assert cast(spark, "timestamp", texts, "yyyy-MM-dd'T'HH:mm:ssX") == [
        "2013-01-01 10:00:00",
        "2013-01-01 15:00:00",
        None,
    ]


@pytest.mark.parametrize(
    ("type_name", "values"),
    [
        ("decimal(5,2)", {"1.5": "1.50", "+1": "1.00", "-0.01": "-0.01", "5.": "5.00"}),
        ("decimal(5,2)", {".5": "0.50", "0001.50": "1.50", "1.500": "1.50", "15e-1": "1.50"}),
        ("decimal(5,2)", {"999.99": "999.99", "999.999": None, "1000.00": None, "0.005": None}),
        ("decimal(2,2)", {"0.25": "0.25", ".25": "0.25", "0.250": "0.25", "1.00": None}),
        ("decimal(5,0)", {"5": "5", "5.": "5", "5.0": "5", "5.1": None, "123456": None}),
    ],
)
def test_a_decimal_is_exactly_what_was_written_however_it_was(
    spark: SparkSession, type_name: str, values: dict[str, str | None]
) -> None:
    assert cast(spark, type_name, list(values)) == list(values.values())


def test_only_decimals_have_digits() -> None:
    assert decimal_digits("decimal(10,2)") == (10, 2)
    assert decimal_digits("double") is None
