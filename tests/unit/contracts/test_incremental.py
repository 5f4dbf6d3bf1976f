"""An incremental product names partitions that are there, in it and in its inputs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_lake.contracts import load_contracts

Complaint = Callable[..., str]
DAILY = """\
    apiVersion: v3.1.0
    kind: DataContract
    id: daily
    name: daily
    version: 1.0.0
    status: active
    description: {purpose: Orders by day and country.}
    team: {name: sales}
    schema:
      - name: daily
        properties:
          - {name: land, logicalType: string, required: true, primaryKey: true, partitioned: true}
          - {name: year, logicalType: integer, required: true, partitioned: true}
          - {name: orders, logicalType: integer}
    customProperties:
      - {property: writeMode, value: replace}
      - property: inputs
        value: [countries, orders]
      - property: incremental
        value:
          partitions:
            - column: land
              inputs: {orders: country}
    """
DAILY_SQL = """\
select orders.country as land, year(max(ordered_on)) as year, count(*) as orders
from orders join countries on countries.code = orders.country
group by orders.country
"""
FILE = "daily.odcs.yaml"


def test_an_incremental_product_is_compiled_with_its_partitions(lake: Callable[..., Path]) -> None:
    folder = lake(more={FILE: DAILY, "daily.sql": DAILY_SQL})
    compiled = load_contracts(folder).compile()["products"]
    assert compiled["daily"]["incremental"] == {
        "partitions": [{"column": "land", "inputs": {"orders": "country"}}]
    }
    assert compiled["sales"]["incremental"] is None


MISTAKES = [
    (
        "column: land", "column: country",
        "22: customProperties[incremental].value.partitions[0].column: must be a column that "
        "daily is partitioned by: got 'country'",
    ),
    (
        "column: land", "column: yaer",
        "22: customProperties[incremental].value.partitions[0].column: must be a column that "
        "daily is partitioned by: got 'yaer'; did you mean 'year'?",
    ),
    (
        "orders: country}", "orders: cuntry}",
        "23: customProperties[incremental].value.partitions[0].inputs.orders: must be a column "
        "that orders is partitioned by: got 'cuntry'; did you mean 'country'?",
    ),
    (
        "orders: country}", "ordrs: country}",
        "23: customProperties[incremental].value.partitions[0].inputs.ordrs: names 'ordrs', which "
        "is not among the contract's inputs: got 'country'; did you mean 'orders'?",
    ),
    (
        "column: land", "column: year",
        "23: customProperties[incremental].value.partitions[0].inputs.orders: must have the type "
        "of daily.year, bigint, and is string: got 'country'",
    ),
    (
        "inputs: {orders: country}", "inputs: {}",
        "23: customProperties[incremental].value.partitions[0].inputs: must name an input and "
        "its column, such as flights: year: got {}",
    ),
    (
        "inputs: {orders: country}", "inputs: {orders: country}\n            - column: land\n"
        "              inputs: {orders: country}",
        "24: customProperties[incremental].value.partitions[1].column: is given twice; keep one: "
        "got 'land'",
    ),
    (
        "value: replace", "value: merge",
        "16: customProperties[writeMode].value: must be replace for an incremental product, whose "
        "partitions are replaced: got 'merge'",
    ),
    (
        "  - property: incremental", "  - {property: tableFormat, value: parquet}\n"
        "      - property: incremental",
        "19: customProperties[tableFormat].value: must be iceberg for an incremental product, "
        "whose partitions are replaced: got 'parquet'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    complaint: Complaint, old: str, new: str, message: str
) -> None:
    more = {FILE: DAILY.replace(old, new), "daily.sql": DAILY_SQL}
    assert complaint(more=more) == f"contracts/{FILE}:{message}"


def test_an_input_must_be_an_iceberg_table(complaint: Complaint) -> None:
    told = complaint(
        (
            "orders.odcs.yaml",
            "value: merge",
            "value: merge\n  - {property: tableFormat, value: parquet}",
        ),
        more={FILE: DAILY, "daily.sql": DAILY_SQL},
    )
    assert told == (
        f"contracts/{FILE}:23: customProperties[incremental].value.partitions[0].inputs.orders: "
        "needs orders to be an Iceberg table, whose snapshots tell changes: got 'country'"
    )


def test_the_query_must_name_the_inputs_column(complaint: Complaint) -> None:
    sql = DAILY_SQL.replace("orders.country", "orders.order_id")
    told = complaint(more={FILE: DAILY, "daily.sql": sql})
    assert told == (
        f"contracts/{FILE}:23: customProperties[incremental].value.partitions[0].inputs.orders: "
        "is not read by contracts/daily.sql, so no partition follows from it: got 'country'"
    )


def test_a_dataset_cannot_be_incremental(complaint: Complaint) -> None:
    told = complaint(
        ("orders.odcs.yaml", "value: merge", "value: merge\n  - {property: incremental, value: {}}")
    )
    assert "is for products; a dataset loads only what arrived anyway; remove it" in told


def test_a_transform_of_a_column_is_not_its_values(complaint: Complaint) -> None:
    transformed = (
        "partitioned: true\n        customProperties:\n"
        "          - {property: partitionTransform, value: truncate(1)}"
    )
    told = complaint(
        ("orders.odcs.yaml", "partitioned: true", transformed),
        more={FILE: DAILY, "daily.sql": DAILY_SQL},
    )
    assert told == (
        f"contracts/{FILE}:23: customProperties[incremental].value.partitions[0].inputs.orders: "
        "must be a column whose own values orders is partitioned by, and it is partitioned by "
        "truncate(1) of it: got 'country'"
    )
