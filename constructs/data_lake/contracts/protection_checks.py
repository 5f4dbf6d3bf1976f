"""Whether each column's protection fits its type, its role in the table, and its classification."""

from collections.abc import Iterator
from typing import Any

from data_lake.contracts.columns import Table
from data_lake.contracts.models import Column
from data_lake.contracts.places import PROPERTIES
from data_lake.contracts.protection import Protection
from data_lake.problems import Problem
from data_lake.yaml_marks import MarkedDocument

_KEYED = ("hash", "tokenize")
_UNHASHED = {
    "boolean": "has two values, which anyone can tell apart by how often they come",
    "float": "is not written the same way everywhere",
    "double": "is not written the same way everywhere",
}
_TIMES = ("date", "timestamp")


def protection_problems(
    document: MarkedDocument, table: Table, *, is_product: bool
) -> Iterator[Problem]:
    """What is wrong with the protection of a table's columns.

    A restricted column of a dataset that says nothing is a problem: it would go on in clear text.
    """
    items: list[dict[str, Any]] = document.data["schema"][0].get("properties") or []
    for index, (column, item) in enumerate(zip(table.columns, items, strict=False)):
        path = (*PROPERTIES, index)
        if column.protection is None:
            # One that could not be read has a problem of its own.
            says_nothing = _index(item) is None
            if column.classification == "restricted" and says_nothing and not is_product:
                rule = (
                    "needs the custom property protection: hash, tokenize, truncate or drop, or "
                    "method none with a reason"
                )
                yield document.problem((*path, "classification"), rule)
            continue
        place = (*path, "customProperties", _index(item) or 0, "value")
        if is_product:
            rule = "is for datasets; a product reads columns that are protected already; remove it"
            yield document.problem(place, rule)
        else:
            for field, rule in _faults(column, column.protection, table):
                yield document.problem((*place, field), rule)
    if table.columns and all(is_dropped(column) for column in table.columns):
        rule = "must leave a column that is not dropped"
        yield document.problem(PROPERTIES, rule, value="all dropped")


def is_dropped(column: Column) -> bool:
    """Whether the table has no such column."""
    return column.protection is not None and column.protection.method == "drop"


def _index(item: dict[str, Any]) -> int | None:
    names = [entry.get("property") for entry in item.get("customProperties") or ()]
    return names.index("protection") if "protection" in names else None


def _faults(column: Column, protection: Protection, table: Table) -> Iterator[tuple[str, str]]:
    method = protection.method
    if method in _KEYED and column.type in _UNHASHED:
        yield "method", f"is not for type {column.type}, which {_UNHASHED[column.type]}"
    if method == "truncate":
        yield from _truncation_faults(column, protection)
    if method == "none" and protection.reason is None:
        yield "reason", "is required for method none; say why clear text is right"
    if column.name in table.primary_key and method in ("drop", "truncate"):
        yield "method", "must be hash, tokenize or none for a primary key, which it would break"
    elif column.name in table.partition_by and method in ("drop", *_KEYED):
        yield "method", "must be truncate or none for a column that the table is partitioned by"


def _truncation_faults(column: Column, protection: Protection) -> Iterator[tuple[str, str]]:
    if column.type == "string":
        if protection.to is not None:
            yield "to", "is for dates and timestamps; use keep"
        elif protection.keep is None:
            yield "keep", "is required to truncate a text: how many characters stay"
    elif column.type in _TIMES:
        if protection.keep is not None:
            yield "keep", "is for texts; use to: month or year"
        elif protection.to is None:
            yield "to", "is required to truncate a time: month or year"
    elif column.type:
        yield "method", f"truncate is not for type {column.type}; hash, tokenize or drop it"
