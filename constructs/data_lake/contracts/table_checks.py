"""Checks what a contract's own properties ask of its table's columns and format."""

from collections.abc import Callable, Iterator
from typing import Any

from data_lake.contracts.columns import Table
from data_lake.contracts.extensions import TableExtensions
from data_lake.contracts.partition_transforms import transform_path
from data_lake.problems import FieldPath, Problem, nearest
from data_lake.yaml_marks import MarkedDocument

_UNORDERED = ("boolean", "float", "double")
Locate = Callable[[FieldPath], FieldPath]


def table_problems(
    document: MarkedDocument, table: Table, extensions: TableExtensions, locate: Locate
) -> Iterator[Problem]:
    """What does not fit together; ``locate`` gives the place of an extension in the document."""
    if not table.columns:
        return
    if extensions.write_mode != "append" and not table.primary_key:
        rule = "needs a primary key; mark its columns with primaryKey: true"
        yield document.problem(locate(["writeMode"]), rule)
    yield from _version_problems(document, table, extensions, locate(["versionColumn"]))
    if extensions.table_format == "parquet":
        yield from _transform_problems(document)
    elif extensions.publishing:
        rule = "is for tableFormat parquet; an Iceberg table always changes as a whole; remove it"
        yield document.problem(locate(["publishing"]), rule)


def _version_problems(
    document: MarkedDocument, table: Table, extensions: TableExtensions, path: FieldPath
) -> Iterator[Problem]:
    name = extensions.version_column
    if name is None:
        return
    column = table.column(name)
    if extensions.write_mode != "merge":
        rule = "is for writeMode merge, which alone compares rows with published ones; remove it"
        yield document.problem(path, rule)
    elif column is None:
        near = nearest(name, (column.name for column in table.columns))
        yield document.problem(path, "must be a column of the schema", nearest=near)
    elif name in table.primary_key:
        rule = "must not be in the primary key: all versions of a row have the same key"
        yield document.problem(path, rule)
    elif column.type in _UNORDERED:
        yield document.problem(path, f"must be a column with an exact order, not {column.type}")
    elif not column.required:
        rule = "must be a required column, because a row without a version is neither old nor new"
        yield document.problem(path, rule)


def _transform_problems(document: MarkedDocument) -> Iterator[Problem]:
    properties: list[dict[str, Any]] = document.data["schema"][0]["properties"]
    for index, item in enumerate(properties):
        names = [entry["property"] for entry in item.get("customProperties") or ()]
        if "partitionTransform" in names:
            rule = (
                "is for tableFormat iceberg: readers of Parquet tables know partitions by plain "
                "values only; remove it, or add a column with the value"
            )
            yield document.problem(transform_path(index, item), rule)
