"""Checks what of a column's values a table is partitioned by.

The transforms are Iceberg's: https://iceberg.apache.org/spec/#partition-transforms
"""

import re
from collections.abc import Iterator
from typing import Any

from data_lake.contracts.models import Column
from data_lake.contracts.places import PROPERTIES
from data_lake.problems import FieldPath, Problem, nearest
from data_lake.yaml_marks import MarkedDocument

FORMS = ("year", "month", "day", "hour", "bucket(n)", "truncate(n)")
"""What a transform may look like."""
_TYPES = {
    **dict.fromkeys(("year", "month", "day"), ("date", "timestamp")),
    "hour": ("timestamp",),
    "bucket": ("int", "bigint", "decimal", "string", "date", "timestamp"),
    "truncate": ("int", "bigint", "decimal", "string"),
}
"""The types of columns that each transform is for."""
_LARGEST = {"bucket": 10_000, "truncate": 1_000_000_000}
_NAMELESS = ("float", "double", "decimal", "timestamp")
"""Types of which nearly every row has a value of its own."""


def partition_problems(
    document: MarkedDocument, index: int, item: dict[str, Any], column: Column
) -> Iterator[Problem]:
    """What is wrong with how the column at a position takes part in partitioning."""
    if column.transform is None:
        if item.get("partitioned") and column.type.startswith(_NAMELESS):
            rule = (
                f"is not for type {column.type}: each value would be a partition of its own; add "
                "the custom property partitionTransform, such as day or bucket(16)"
            )
            yield document.problem((*PROPERTIES, index, "partitioned"), rule)
        return
    path = transform_path(index, item)
    if not item.get("partitioned"):
        yield document.problem(path, "needs partitioned: true beside it")
    name, number = _parts(column.transform)
    if name not in _TYPES or (number is None) == (name in _LARGEST):
        written = column.transform.partition("(")[0].strip()
        near = nearest(written, (form.partition("(")[0] for form in FORMS))
        form = next((form for form in FORMS if near and form.startswith(near)), "")
        yield document.problem(path, f"must be one of {', '.join(FORMS)}", nearest=form)
    elif column.type and not column.type.startswith(_TYPES[name]):
        rule = f"{name} is for columns of type {', '.join(_TYPES[name])}, not {column.type}"
        yield document.problem(path, rule)
    elif number is not None and not 1 <= number <= _LARGEST[name]:
        yield document.problem(path, f"{name} takes a number from 1 to {_LARGEST[name]}")


def transform_path(index: int, item: dict[str, Any]) -> FieldPath:
    """Where the transform of the column at a position is written."""
    names = [entry["property"] for entry in item.get("customProperties") or ()]
    place = names.index("partitionTransform")
    return (*PROPERTIES, index, "customProperties", place, "value")


def _parts(transform: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"([a-z]+)(?:\((\d{1,12})\))?", transform)
    if not found:
        return "", None
    return found[1], int(found[2]) if found[2] else None
