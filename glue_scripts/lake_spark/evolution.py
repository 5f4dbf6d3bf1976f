"""What a table's columns have to become for its contract, and which evolution allows it.

strict: nothing changes. additive: columns are added and types become wider. permissive: columns
are also renamed, which their `id` tells from a drop and an addition, and dropped, once a version of
the contract that was published has called them deprecated. It is the same for every table format.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lake_spark.columns import ARRIVED, ColumnContract
from lake_spark.contract import Contract
from lake_spark.errors import ContractMismatch

MODES = ("strict", "additive", "permissive")
WIDENINGS = {("int", "bigint"), ("float", "double")}
ADD, WIDEN, RENAME, DROP = "add", "widen", "rename", "drop"
ELSEWHERE = "take the change back, or make it under a new dataset name"


@dataclass(frozen=True)
class TableColumns:
    """The columns that a table has: types by name, names by id, and which are deprecated."""

    types: Mapping[str, str]
    ids: Mapping[str, str]
    deprecated: Collection[str]


@dataclass(frozen=True)
class Change:
    """One change of a table: the least evolution that allows it, and what it is called.

    `before` is the column's name in the table, None where it is added; `column` is what it becomes,
    None where it is dropped.
    """

    kind: str
    needs: str
    before: str | None
    column: ColumnContract | None
    words: str


def changes_of(
    contract: Contract, table: str, columns: Sequence[ColumnContract], found: TableColumns
) -> tuple[Change, ...]:
    """Give what changes in a table for it to have a contract's columns.

    Raises `ContractMismatch`, naming the column and both types, for what no evolution allows and
    for what the contract's does not.
    """
    changes = []
    for change in _changes(contract, table, columns, found):
        if MODES.index(change.needs) > MODES.index(contract.evolution):
            raise mismatch(
                contract,
                table,
                f"{change.words}, and evolution {contract.evolution} does not allow it; say "
                f"evolution: {change.needs}, or take the change back",
            )
        changes.append(change)
    return tuple(changes)


def names_in_table(columns: Sequence[ColumnContract], found: TableColumns) -> dict[str, str]:
    """Give the name in the table of each of a contract's columns that it has: by id, or by name."""
    by_id = {
        column.name: found.ids[column.id]
        for column in columns
        if column.id and found.ids.get(column.id) in found.types
    }
    taken = set(by_id.values())
    by_name = {
        column.name: column.name
        for column in columns
        if column.name not in by_id and column.name in found.types and column.name not in taken
    }
    return by_id | by_name


def mismatch(contract: Contract, table: str, difference: str) -> ContractMismatch:
    """Give the error of a table that cannot become the contract's."""
    return ContractMismatch(f"{table}: {difference} ({contract.name} {contract.version})")


def _changes(
    contract: Contract, table: str, columns: Sequence[ColumnContract], found: TableColumns
) -> Iterator[Change]:
    names = names_in_table(columns, found)
    for column in columns:
        before = names.get(column.name, column.name)
        if before != column.name:
            if column.name in found.types:
                raise mismatch(
                    contract,
                    table,
                    f"column {before!r} is to be called {column.name!r}, and the table has another "
                    "column of that name; rename or drop that one in a version before",
                )
            words = f"column {before!r} is renamed to {column.name!r}"
            yield Change(RENAME, "permissive", before, column, words)
    for name in found.types:
        if name not in {ARRIVED, *names.values()}:
            yield _drop(contract, table, found, name)
    for column in columns:
        yield from _column_change(contract, table, column, names.get(column.name), found)


def _drop(contract: Contract, table: str, found: TableColumns, name: str) -> Change:
    if name not in found.deprecated:
        raise mismatch(
            contract,
            table,
            f"column {name!r} ({found.types[name]}) is in the table and not in the contract; put "
            "it back with the custom property deprecated: true, publish that, and drop it in a "
            "later version",
        )
    return Change(DROP, "permissive", name, None, f"column {name!r} is dropped")


def _column_change(
    contract: Contract, table: str, column: ColumnContract, name: str | None, found: TableColumns
) -> Iterator[Change]:
    if name is None:
        # The lake's own column is no change of the contract.
        needs = "strict" if column.name == ARRIVED else "additive"
        yield Change(ADD, needs, None, column, f"column {column.name!r} is added")
        return
    known_id = next((key for key, held in found.ids.items() if held == name), None)
    if known_id and column.id and known_id != column.id:
        raise mismatch(
            contract,
            table,
            f"column {name!r} has the id {known_id!r} in the table and {column.id!r} in the "
            f"contract, and another id means another column; {ELSEWHERE}",
        )
    old, wanted = found.types[name].replace(" ", ""), column.type.replace(" ", "")
    if is_wider(old, wanted):
        words = f"column {column.name!r} becomes {wanted} instead of {old}"
        yield Change(WIDEN, "additive", name, column, words)
    elif old != wanted:
        raise mismatch(
            contract,
            table,
            f"column {column.name!r} is {old} in the table and {wanted} in the contract, which "
            f"does not hold every value of it; {ELSEWHERE}",
        )


def is_wider(found: str, wanted: str) -> bool:
    """Tell whether a column can become of a type with every value kept."""
    if (found, wanted) in WIDENINGS:
        return True
    old, new = (re.fullmatch(r"decimal\((\d+),(\d+)\)", name) for name in (found, wanted))
    return bool(old and new and old[2] == new[2] and int(new[1]) > int(old[1]))
