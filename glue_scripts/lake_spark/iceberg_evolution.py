"""An Iceberg table brought to its contract's columns, as far as the contract's evolution goes."""

import json
import re
from collections.abc import Sequence

from lake_spark.evolution import (
    ADD,
    DROP,
    ELSEWHERE,
    RENAME,
    Change,
    TableColumns,
    changes_of,
    mismatch,
)
from lake_spark.metadata import TableMetadata
from lake_spark.sql import literal, quoted
from lake_spark.tables import IcebergTable

IDS = "strata.column-ids"
"""The table property with the names of the columns that have an id, by id, as JSON."""
DEPRECATED = "strata.deprecated-columns"
"""The table property with the names of deprecated columns, as JSON."""


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
    contract = table.contract
    changes = changes_of(
        contract, table.plain_name, contract.stored_columns, _columns(table, found)
    )
    _check_partitions(table, found, changes)
    _check_names(table, found, changes)
    # Names are noted as soon as they are free: a later change may give one to another column.
    for change in changes:
        if change.kind in (RENAME, DROP):
            table.alter(_statement(change))
    _note(table, found)
    for change in changes:
        if change.kind not in (RENAME, DROP):
            table.alter(_statement(change))
    return tuple(change.words for change in changes)


def _columns(table: IcebergTable, found: TableMetadata) -> TableColumns:
    schema = table.spark.table(table.name).schema
    return TableColumns(
        {field.name: field.dataType.simpleString() for field in schema.fields},
        json.loads(found.properties.get(IDS, "{}")),
        json.loads(found.properties.get(DEPRECATED, "[]")),
    )


def _statement(change: Change) -> str:
    if change.column is None:
        return f"DROP COLUMN {quoted(change.before or '')}"
    name, kind = quoted(change.column.name), change.column.type
    if change.kind == RENAME:
        return f"RENAME COLUMN {quoted(change.before or '')} TO {name}"
    if change.kind == ADD:
        return f"ADD COLUMN {name} {kind} COMMENT {literal(change.column.description)}"
    return f"ALTER COLUMN {name} TYPE {kind}"


def _check_partitions(table: IcebergTable, state: TableMetadata, changes: Sequence[Change]) -> None:
    """Refuse to change the partitioning: old files would keep theirs, and merges read them all."""
    renamed = {
        change.before: change.column.name
        for change in changes
        if change.kind == RENAME and change.before and change.column
    }
    found = [
        re.sub(r"\w+", lambda word: renamed.get(word[0], word[0]), term)
        for term in state.partition_by
    ]
    wanted = [term.replace("`", "") for term in table.contract.partition_terms]
    if found != wanted:
        raise mismatch(
            table.contract,
            table.plain_name,
            f"partitioned by {found}, the contract says {wanted}; {ELSEWHERE}",
        )


def _check_names(table: IcebergTable, state: TableMetadata, changes: Sequence[Change]) -> None:
    """Refuse names of partitions, which stay what they were called when the table was made."""
    for change in changes:
        name = change.column.name if change.column and change.kind in (ADD, RENAME) else None
        if name not in state.taken_names:
            continue
        if change.before is None or change.before != state.taken_names[name]:
            raise mismatch(
                table.contract,
                table.plain_name,
                f"{change.words}, and the table's partitions have that name, which Iceberg gives "
                "to no other column; call the column otherwise",
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
