"""Reads the columns, the primary key and the partitioning from a contract's ``schema``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from data_lake.contracts.column_extensions import read_column_extensions
from data_lake.contracts.models import Classification, Column
from data_lake.contracts.partition_transforms import partition_problems
from data_lake.contracts.places import PROPERTIES
from data_lake.problems import FieldPath, Problem, nearest
from data_lake.yaml_marks import MarkedDocument

UNREADABLE = ""
"""The type of a column whose type has a problem; what depends on it is not checked."""
TYPES = {
    "string": ("string",),
    "boolean": ("boolean",),
    "integer": ("bigint", "int"),
    "number": ("double", "float", "decimal"),
    "date": ("date",),
    "timestamp": ("timestamp",),
}
"""Types of a column by ODCS ``logicalType``; the first is the type without ``physicalType``."""
# Lowercase, because Glue folds names to it and Athena cannot then tell two columns apart.
NAME = re.compile(r"[a-z][a-z0-9_]{0,127}")
NAME_RULE = (
    "must be lowercase letters, digits and underscores, start with a letter and have at most 128 "
    "characters, as Glue and Athena need"
)
# https://spark.apache.org/docs/3.5.6/sql-ref-datetime-pattern.html
_DATETIME_LETTERS = frozenset("GyMLdQqEFahKkHmsSVzOXxZD")


@dataclass(frozen=True)
class Table:
    """What a contract's ``schema`` says of its table."""

    columns: tuple[Column, ...] = ()
    primary_key: tuple[str, ...] = ()
    partition_by: tuple[str, ...] = ()

    def column(self, name: object) -> Column | None:
        """The column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)


def read_table(document: MarkedDocument, problems: list[Problem]) -> Table:
    """The table of ``schema[0]``; adds what is wrong to ``problems``."""
    properties: list[dict[str, Any]] = document.data["schema"][0].get("properties") or []
    if not properties:
        problems.append(document.problem(PROPERTIES, "must list the columns", value="none"))
        return Table()
    columns = [_column(document, index, item, problems) for index, item in enumerate(properties)]
    _check_names(document, columns, problems)
    key = _positioned(document, properties, "primaryKey", "primaryKeyPosition", problems)
    partition = _positioned(document, properties, "partitioned", "partitionKeyPosition", problems)
    table = Table(tuple(columns), key, partition)
    _check_key_and_partition(document, table, properties, problems)
    _check_ids(document, table, problems)
    return table


def _check_ids(document: MarkedDocument, table: Table, problems: list[Problem]) -> None:
    owners: dict[str, str] = {}
    for index, column in enumerate(table.columns):
        path = (*PROPERTIES, index, "id")
        if column.id in owners:
            rule = f"is the id of column {owners[column.id]!r}; an id is one column's, for ever"
            problems.append(document.problem(path, rule))
        if column.id is not None:
            owners.setdefault(column.id, column.name)


def _check_names(
    document: MarkedDocument, columns: Sequence[Column], problems: list[Problem]
) -> None:
    first_lines: dict[str, int] = {}
    sources: dict[str, str] = {}
    for index, column in enumerate(columns):
        path = (*PROPERTIES, index, "name")
        source = (column.source or column.name).lower()
        if column.name in first_lines:
            rule = f"is given twice, first on line {first_lines[column.name]}; keep one"
            problems.append(document.problem(path, rule))
        elif source in sources:
            rule = (
                f"is what raw files call column {sources[source]!r}, too, or differs only in "
                "upper and lower case, which Spark does not tell apart"
            )
            problems.append(document.problem(path, rule, value=repr(column.source or column.name)))
        first_lines.setdefault(column.name, document.line(path))
        sources.setdefault(source, column.name)


def _column(
    document: MarkedDocument, index: int, item: dict[str, Any], problems: list[Problem]
) -> Column:
    path = (*PROPERTIES, index)
    if not NAME.fullmatch(item["name"]):
        problems.append(document.problem((*path, "name"), NAME_RULE))
    classification = item.get("classification", "internal")
    if classification not in get_args(Classification):
        rule = f"must be one of {', '.join(get_args(Classification))}"
        near = nearest(classification, get_args(Classification))
        problems.append(document.problem((*path, "classification"), rule, nearest=near))
        classification = "internal"
    for field, rule in (
        (
            "physicalName",
            "must equal name, because a table has one name for a column; what raw files call it "
            "is the custom property sourceName",
        ),
        ("enum", "is not enforced; write it as a quality rule of kind set"),
    ):
        if item.get(field) and item[field] != item["name"]:
            problems.append(document.problem((*path, field), rule))
    extensions = read_column_extensions(document, path, item, problems)
    return Column(
        name=item["name"],
        type=_type(document, path, item, problems),
        required=item.get("required", False),
        description=item.get("description", ""),
        classification=classification,
        pattern=_datetime_pattern(document, path, item, problems),
        source=extensions.source_name,
        id=item.get("id"),
        transform=extensions.partition_transform,
        deprecated=extensions.deprecated,
        protection=extensions.protection,
    )


def _type(
    document: MarkedDocument, path: FieldPath, item: dict[str, Any], problems: list[Problem]
) -> str:
    logical, physical = item.get("logicalType"), item.get("physicalType")
    every = [name for names in TYPES.values() for name in names]
    allowed = TYPES.get(str(logical), ()) if logical else every
    if not logical and not physical:
        rule = f"is required: one of {', '.join(TYPES)}"
        problems.append(document.problem((*path, "logicalType"), rule))
    elif not allowed:
        rule = f"must be one of {', '.join(TYPES)}"
        near = nearest(logical, TYPES)
        problems.append(document.problem((*path, "logicalType"), rule, nearest=near))
    elif not physical:
        return allowed[0]
    elif plain_type(physical) in allowed:
        return re.sub(r"\s", "", str(physical))
    else:
        shown_types = [
            name if name != "decimal" else "decimal(precision,scale)" for name in allowed
        ]
        why = f" for logicalType {logical}" if logical else ""
        rule = f"must be one of {', '.join(shown_types)}{why}"
        near = nearest(physical, allowed)
        problems.append(document.problem((*path, "physicalType"), rule, nearest=near))
    return UNREADABLE


def plain_type(physical: str) -> str:
    """A physical type without its sizes; "" for sizes that no decimal has."""
    decimal = re.fullmatch(r"decimal\((\d+),\s*(\d+)\)", physical)
    if decimal:
        precision, scale = int(decimal[1]), int(decimal[2])
        return "decimal" if 1 <= precision <= 38 and scale <= precision else ""
    return "" if physical == "decimal" else physical


def _datetime_pattern(
    document: MarkedDocument, path: FieldPath, item: dict[str, Any], problems: list[Problem]
) -> str | None:
    options = item.get("logicalTypeOptions") or {}
    for name in options:
        if item.get("logicalType") not in TYPES:
            return None
        if name != "format" or item["logicalType"] not in ("date", "timestamp"):
            rule = "is not enforced; use physicalType for sizes and a quality rule for values"
            problems.append(document.problem((*path, "logicalTypeOptions", name), rule))
            return None
    pattern = options.get("format")
    letters = set(re.findall(r"[A-Za-z]", re.sub(r"'[^']*'", "", pattern or "")))
    if pattern is not None and (not letters or letters - _DATETIME_LETTERS or "%" in pattern):
        rule = "must be a Spark datetime pattern such as yyyy-MM-dd HH:mm:ss"
        problems.append(document.problem((*path, "logicalTypeOptions", "format"), rule))
        return None
    return pattern


def _positioned(
    document: MarkedDocument,
    properties: list[dict[str, Any]],
    flag: str,
    position: str,
    problems: list[Problem],
) -> tuple[str, ...]:
    marked = [index for index, item in enumerate(properties) if item.get(flag)]
    placed = [index for index, item in enumerate(properties) if item.get(position, -1) != -1]
    for index in placed:
        if index not in marked:
            rule = f"needs {flag}: true beside it"
            problems.append(document.problem((*PROPERTIES, index, position), rule))
    if set(marked) & set(placed):
        free = set(range(1, len(marked) + 1))
        for index in marked:
            place = properties[index].get(position, -1)
            if place not in free:
                rule = f"must number the {flag} columns 1 to {len(marked)}, each once"
                problems.append(document.problem((*PROPERTIES, index, position), rule))
            free.discard(place)
        marked.sort(key=lambda index: int(properties[index].get(position, -1)))
    return tuple(properties[index]["name"] for index in marked)


def _check_key_and_partition(
    document: MarkedDocument,
    table: Table,
    properties: list[dict[str, Any]],
    problems: list[Problem],
) -> None:
    for index, item in enumerate(properties):
        for flag, role in (("primaryKey", "primary key"), ("partitioned", "partition")):
            if item.get(flag) and not item.get("required"):
                rule = f"must be true, because a {role} column cannot be null"
                problems.append(document.problem((*PROPERTIES, index, "required"), rule))
                break
        problems += partition_problems(document, index, item, table.columns[index])
    if len(table.partition_by) == len(table.columns):
        rule = "must leave a column that is not partitioned"
        problems.append(document.problem(PROPERTIES, rule, value="all partitioned"))
