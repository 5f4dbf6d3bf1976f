"""Conditions that keep a merge to the part of a table that its rows can meet.

A row meets only rows with its own key. So what the keys of a batch are, said in literals, tells
Iceberg which partitions and which files it need not open. Such conditions follow from equal keys:
they never change what a merge does.
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from lake_spark.columns import ColumnContract
from lake_spark.contract import Contract
from lake_spark.sql import literal, quoted

MOST_VALUES = 1000
"""Up to so many different values of a key are named one by one; of more, only the range is."""
_UNITS = ("year", "month", "day", "hour")
_UNORDERED = ("float", "double", "boolean")


def key_conditions(rows: DataFrame, contract: Contract, alias: str) -> list[str]:
    """Give what holds for every row of a table, called `alias`, that has the key of some row.

    Reads the key columns of `rows`: once for their ranges, and once for each that the table is
    partitioned by.
    """
    columns = [column for column in contract.columns if column.name in contract.primary_key]
    conditions = _ranges(rows, [one for one in columns if one.type not in _UNORDERED], alias)
    for column in columns:
        if column.name in contract.partition_by:
            conditions += _partitions(rows, column, alias)
    return conditions


def _ranges(rows: DataFrame, columns: Sequence[ColumnContract], alias: str) -> list[str]:
    if not columns:
        return []
    ends = [
        f"CAST({function}({quoted(column.name)}) AS string)"
        for column in columns
        for function in ("min", "max")
    ]
    found = list(rows.selectExpr(*ends).collect()[0])
    return [
        f"{alias}.{quoted(column.name)} BETWEEN {_typed(low, column)} AND {_typed(high, column)}"
        for column, low, high in zip(columns, found[::2], found[1::2], strict=True)
        if low is not None
    ]


def _partitions(rows: DataFrame, column: ColumnContract, alias: str) -> list[str]:
    """Name the partitions of a column by their values, or by the spans of time that they are."""
    name = quoted(column.name)
    unit = column.transform if column.transform in _UNITS else None
    value = f"date_trunc('{unit}', {name})" if unit else name
    found = rows.selectExpr(f"CAST({value} AS string) AS value").distinct().limit(MOST_VALUES + 1)
    values = sorted(row["value"] for row in found.collect())
    if not 0 < len(values) <= MOST_VALUES:
        return []
    if not unit:
        named = ", ".join(_typed(value, column) for value in values)
        return [f"{alias}.{name} IN ({named})"]
    starts = [_typed(value, column) for value in values]
    spans = [
        f"({alias}.{name} >= {start} AND {alias}.{name} < {start} + INTERVAL 1 {unit})"
        for start in starts
    ]
    return [f"({' OR '.join(spans)})"]


def _typed(value: str, column: ColumnContract) -> str:
    return f"CAST({literal(str(value))} AS {column.type})"
