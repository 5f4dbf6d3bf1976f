"""The columns of Parquet files in the Glue catalog, and how they are read as a contract's.

A table and each of its partitions say for themselves what the files there hold: a column's id, and
that it is deprecated, are parameters of the column. While a publish brings partitions to other
columns one after the other, each is read by its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lake_spark.columns import ColumnContract
from lake_spark.evolution import TableColumns, names_in_table
from lake_spark.sql import quoted

ID = "strata.id"
"""The parameter of a column that holds its id in the contract."""
DEPRECATED = "strata.deprecated"
"""The parameter of a column that is `true` where the contract calls it deprecated."""


def described(columns: Iterable[ColumnContract]) -> list[dict[str, Any]]:
    """Describe a contract's columns for the catalog."""
    return [_described(column) for column in columns]


def _described(column: ColumnContract) -> dict[str, Any]:
    parameters = ({ID: column.id} if column.id else {}) | (
        {DEPRECATED: "true"} if column.deprecated else {}
    )
    return {
        "Name": column.name,
        "Type": column.type,
        **({"Comment": column.description[:255]} if column.description else {}),
        **({"Parameters": parameters} if parameters else {}),
    }


def columns_of(storage: Mapping[str, Any]) -> TableColumns:
    """Give the columns of a table, or of a partition, that has this storage in the catalog."""
    columns = storage["Columns"]
    noted = {column["Name"]: column.get("Parameters") or {} for column in columns}
    return TableColumns(
        {column["Name"]: column["Type"] for column in columns},
        {said[ID]: name for name, said in noted.items() if ID in said},
        frozenset(name for name, said in noted.items() if said.get(DEPRECATED) == "true"),
    )


def are_alike(some: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Tell whether two storages have the same columns, whatever is said of them for people."""
    return _essence(some) == _essence(others)


def _essence(storage: Mapping[str, Any]) -> list[tuple[str, str, dict[str, str]]]:
    return [
        (column["Name"], column["Type"].replace(" ", ""), column.get("Parameters") or {})
        for column in storage["Columns"]
    ]


def read_as(
    found: TableColumns, columns: Sequence[ColumnContract], in_paths: Sequence[ColumnContract]
) -> tuple[str, list[str]]:
    """Give the schema that files are read by, and the SQL of the contract's columns of them.

    `in_paths` are those of the contract's columns that are no columns of the files.
    """
    files = [column for column in columns if column not in in_paths]
    names = names_in_table(files, found)
    held = [(name, found.types[name]) for name in names.values()]
    held += [(column.name, column.type) for column in in_paths]
    selected = []
    for column in columns:
        value = quoted(column.name)
        if column not in in_paths:
            name = names.get(column.name)
            value = quoted(name) if name else "NULL"
            if name is None or found.types[name].replace(" ", "") != column.type.replace(" ", ""):
                value = f"CAST({value} AS {column.type})"
        selected.append(f"{value} AS {quoted(column.name)}")
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in held), selected
