"""Conditions that keep a merge to the part of a table that its rows can meet.

A row meets only rows with its own key. So what the keys of a batch are, said in literals, tells
Iceberg which partitions and which files it need not open. Such conditions follow from equal keys:
they never change what a merge does.
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from lake_spark.contract import ColumnContract, Contract
from lake_spark.sql import literal, quoted

MOST_VALUES = 1000
"""Up to so many different values of a key are named one by one; of more, only the range is."""
_UNORDERED = ("float", "double", "boolean")


def key_conditions(rows: DataFrame, contract: Contract, alias: str) -> list[str]:
    """Give what holds for every row of a table, called `alias`, that has the key of some row.

    Reads the keys of `rows` once.
    """
    columns = [column for column in contract.columns if column.name in contract.primary_key]
    ranges = [column for column in columns if column.type not in _UNORDERED]
    sets = [column for column in columns if column.name in contract.partition_by]
    if not ranges and not sets:
        return []
    measures = [
        f"CAST({function}({quoted(column.name)}) AS string)"
        for column in ranges
        for function in ("min", "max")
    ]
    measures += [
        f"slice(collect_set(CAST({quoted(column.name)} AS string)), 1, {MOST_VALUES + 1})"
        for column in sets
    ]
    found = list(rows.selectExpr(*measures).collect()[0])
    conditions = [
        f"{alias}.{quoted(column.name)} BETWEEN {_typed(low, column)} AND {_typed(high, column)}"
        for column, low, high in zip(
            ranges, found[: 2 * len(ranges) : 2], found[1 : 2 * len(ranges) : 2], strict=True
        )
    ]
    for column, values in zip(sets, found[2 * len(ranges) :], strict=True):
        if len(values) <= MOST_VALUES:
            conditions.append(_one_of(alias, column, sorted(values)))
    return conditions


def _one_of(alias: str, column: ColumnContract, values: Sequence[str]) -> str:
    named = ", ".join(_typed(value, column) for value in values)
    return f"{alias}.{quoted(column.name)} IN ({named})"


def _typed(value: str, column: ColumnContract) -> str:
    return f"CAST({literal(str(value))} AS {column.type})"
