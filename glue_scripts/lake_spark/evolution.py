"""An Iceberg table brought to its contract's columns, as far as the contract's evolution goes.

strict: nothing changes. additive: columns are added and types become wider. permissive: columns
are also renamed, which their `id` tells from a drop and an addition, and dropped, once a version of
the contract that was published has called them deprecated.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lake_spark.columns import ARRIVED, ColumnContract
from lake_spark.errors import ContractMismatch
from lake_spark.metadata import TableMetadata
from lake_spark.sql import literal, quoted
from lake_spark.tables import IcebergTable

MODES = ("strict", "additive", "permissive")
IDS = "strata.column-ids"
"""The table property with the names of the columns that have an id, by id, as JSON."""
DEPRECATED = "strata.deprecated-columns"
"""The table property with the names of deprecated columns, as JSON."""
WIDENINGS = {("int", "bigint"), ("float", "double")}


@dataclass(frozen=True)
class Change:
    """One change of a table: the least evolution that allows it, its SQL, and what it is called."""

    needs: str
    sql: str
    words: str


def fit_to_contract(table: IcebergTable) -> tuple[str, ...]:
    """Create the table, or bring its columns to the contract's; gives what changed, in words.

    Readers see the new columns at once, without values: an Iceberg table has one schema, whatever
    its branches. Raises `ContractMismatch` for what the contract's evolution does not allow; then
    nothing has changed.
    """
    found = table.metadata()
    if found is None:
        table.create(_notes(table))
        return ()
    # Spark may remember the table as it was before another process changed it.
    table.spark.sql(f"REFRESH TABLE {table.name}")
    changes = list(_changes(table, found))
    for change in changes:
        if MODES.index(change.needs) > MODES.index(table.contract.evolution):
            raise _mismatch(
                table,
                f"{change.words}, and evolution {table.contract.evolution} does not allow it; say "
                f"evolution: {change.needs}, or take the change back",
            )
    for change in changes:
        table.alter(change.sql)
    _check_partitions(table)
    _note(table, found)
    return tuple(change.words for change in changes)


def _changes(table: IcebergTable, found: TableMetadata) -> Iterator[Change]:
    schema = table.spark.table(table.name).schema
    types = {field.name: field.dataType.simpleString() for field in schema.fields}
    renamed = _renamed(table, found, types)
    for old, new in renamed.items():
        yield Change(
            "permissive",
            f"RENAME COLUMN {quoted(old)} TO {quoted(new)}",
            f"column {old!r} is renamed to {new!r}",
        )
        types[new] = types.pop(old)
    for name in types:
        if name not in {ARRIVED, *table.contract.column_names}:
            yield _drop(table, found, name)
    for column in table.contract.stored_columns:
        yield from _column_change(table, column, types.get(column.name))


def _renamed(table: IcebergTable, found: TableMetadata, types: Mapping[str, str]) -> dict[str, str]:
    known = json.loads(found.properties.get(IDS, "{}"))
    return {
        known[column.id]: column.name
        for column in table.contract.columns
        if column.id in known and known[column.id] in types and column.name not in types
    }


def _column_change(
    table: IcebergTable, column: ColumnContract, found: str | None
) -> Iterator[Change]:
    wanted, name = column.type.replace(" ", ""), quoted(column.name)
    if found is None:
        comment = literal(column.description)
        yield Change(
            # The lake's own column is no change of the contract.
            "strict" if column.name == ARRIVED else "additive",
            f"ADD COLUMN {name} {column.type} COMMENT {comment}",
            f"column {column.name!r} is added",
        )
    elif (found, wanted) in WIDENINGS or _is_wider_decimal(found, wanted):
        yield Change(
            "additive",
            f"ALTER COLUMN {name} TYPE {column.type}",
            f"column {column.name!r} becomes {wanted} instead of {found}",
        )
    elif found != wanted:
        raise _mismatch(
            table,
            f"column {column.name!r} is {found} in the table and {wanted} in the contract; take "
            "the change back, or make it under a new dataset name",
        )


def _drop(table: IcebergTable, found: TableMetadata, name: str) -> Change:
    if name not in json.loads(found.properties.get(DEPRECATED, "[]")):
        raise _mismatch(
            table,
            f"column {name!r} is in the table and not in the contract; put it back with the custom "
            "property deprecated: true, publish that, and drop it in a later version",
        )
    return Change("permissive", f"DROP COLUMN {quoted(name)}", f"column {name!r} is dropped")


def _check_partitions(table: IcebergTable) -> None:
    """Refuse to change the partitioning: old files would keep theirs, and merges read them all."""
    found = table.state().partition_by
    wanted = [term.replace("`", "") for term in table.contract.partition_terms]
    if found != wanted:
        raise _mismatch(
            table,
            f"partitioned by {found}, the contract says {wanted}; take the change back, or make it "
            "under a new dataset name",
        )


def _notes(table: IcebergTable) -> dict[str, str]:
    columns = table.contract.columns
    ids = {column.id: column.name for column in columns if column.id}
    deprecated = [column.name for column in columns if column.deprecated]
    return {IDS: json.dumps(ids, sort_keys=True), DEPRECATED: json.dumps(sorted(deprecated))}


def _note(table: IcebergTable, found: TableMetadata) -> None:
    """Write down what the next version of the contract will be compared with."""
    notes = _notes(table)
    if {name: found.properties.get(name) for name in notes} != notes:
        listed = ", ".join(f"{literal(name)} = {literal(text)}" for name, text in notes.items())
        table.alter(f"SET TBLPROPERTIES ({listed})")


def _mismatch(table: IcebergTable, difference: str) -> ContractMismatch:
    contract = table.contract
    return ContractMismatch(
        f"{table.plain_name}: {difference} ({contract.name} {contract.version})"
    )


def _is_wider_decimal(found: str, wanted: str) -> bool:
    old, new = (re.fullmatch(r"decimal\((\d+),(\d+)\)", name) for name in (found, wanted))
    return bool(old and new and old[2] == new[2] and int(new[1]) > int(old[1]))
