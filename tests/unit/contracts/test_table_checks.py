"""Each mistake in versions, publishing, partition transforms and ids is one line."""

from collections.abc import Callable

import pytest

Complaint = Callable[..., str]
ORDERS = "orders.odcs.yaml"
COUNTRIES = "countries.odcs.yaml"
SALES = "sales.odcs.yaml"
COUNTRY = "      - name: country\n        logicalType: string\n"
AMOUNT = "      - name: amount\n"
MODE = "  - property: writeMode\n"


def transformed(transform: str) -> str:
    """Give the column country with a transform."""
    return COUNTRY + (
        f"        customProperties: [{{property: partitionTransform, value: {transform}}}]\n"
    )


MISTAKES = [
    (
        ORDERS, COUNTRY, transformed("bukket(8)"),
        "25: schema[orders].properties[country].customProperties[partitionTransform].value: must "
        "be one of year, month, day, hour, bucket(n), truncate(n): got 'bukket(8)'; did you mean "
        "'bucket(n)'?",
    ),
    (
        ORDERS, COUNTRY, transformed("day"),
        "25: schema[orders].properties[country].customProperties[partitionTransform].value: day "
        "is for columns of type date, timestamp, not string: got 'day'",
    ),
    (
        ORDERS, COUNTRY, transformed("bucket(0)"),
        "25: schema[orders].properties[country].customProperties[partitionTransform].value: "
        "bucket takes a number from 1 to 10000: got 'bucket(0)'",
    ),
    (
        ORDERS, COUNTRY, transformed("truncate"),
        "25: schema[orders].properties[country].customProperties[partitionTransform].value: must "
        "be one of year, month, day, hour, bucket(n), truncate(n): got 'truncate'; did you mean "
        "'truncate(n)'?",
    ),
    (
        ORDERS, AMOUNT,
        AMOUNT + "        customProperties: [{property: partitionTransform, value: bucket(8)}]\n",
        "36: schema[orders].properties[amount].customProperties[partitionTransform].value: needs "
        "partitioned: true beside it: got 'bucket(8)'",
    ),
    (
        ORDERS, MODE, "  - {property: versionColumn, value: amuont}\n" + MODE,
        "62: customProperties[versionColumn].value: must be a column of the schema: got 'amuont'; "
        "did you mean 'amount'?",
    ),
    (
        ORDERS, MODE, "  - {property: versionColumn, value: amount}\n" + MODE,
        "62: customProperties[versionColumn].value: must be a required column, because a row "
        "without a version is neither old nor new: got 'amount'",
    ),
    (
        ORDERS, MODE, "  - {property: versionColumn, value: order_id}\n" + MODE,
        "62: customProperties[versionColumn].value: must not be in the primary key: all versions "
        "of a row have the same key: got 'order_id'",
    ),
    (
        ORDERS, MODE, "  - {property: evolution, value: additiv}\n" + MODE,
        "62: customProperties[evolution].value: must be 'strict', 'additive' or 'permissive': got "
        "'additiv'; did you mean 'additive'?",
    ),
    (
        ORDERS, MODE, "  - {property: publishing, value: {atomicity: table}}\n" + MODE,
        "62: customProperties[publishing].value: is for tableFormat parquet; an Iceberg table "
        "always changes as a whole; remove it: got {'atomicity': 'table'}",
    ),
    (
        ORDERS, MODE, "  - {property: tableFormat, value: parquet}\n"
        "  - {property: publishing, value: {atomicity: tabel}}\n" + MODE,
        "63: customProperties[publishing].value.atomicity: must be 'partition' or 'table': got "
        "'tabel'; did you mean 'table'?",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), MISTAKES)
def test_a_mistake_is_one_line(
    complaint: Complaint, file: str, old: str, new: str, expected: str
) -> None:
    assert complaint((file, old, new)) == f"contracts/{file}:{expected}"
