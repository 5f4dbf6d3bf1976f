"""What Strata adds to a column of the standard, as the column's ``customProperties``."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from data_lake.contracts.protection import Protection
from data_lake.model_problems import model_problems
from data_lake.problems import FieldPath, Problem
from data_lake.yaml_marks import MarkedDocument


class ColumnExtensions(BaseModel):
    """The ``customProperties`` of a column.

    Attributes:
        source_name: what the raw files call the column. Default: its name.
        partition_transform: what of the column's values an Iceberg table is partitioned by, as
            ``partition_transforms`` says. Default: the values themselves.
        deprecated: whether the column is about to be dropped. Default: no.
        protection: what becomes of its values. Default: they stay as they are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)

    source_name: Annotated[str, Field(min_length=1)] | None = None
    partition_transform: str | None = None
    deprecated: bool | None = None
    protection: Protection | None = None


def read_column_extensions(
    document: MarkedDocument, path: FieldPath, item: dict[str, Any], problems: list[Problem]
) -> ColumnExtensions:
    """The ``customProperties`` of the column at ``path``; adds what is wrong to ``problems``."""
    content: dict[str, Any] = {}
    places: dict[str, int] = {}
    for index, entry in enumerate(item.get("customProperties") or ()):
        name = entry["property"]
        if name in places:
            place = (*path, "customProperties", index, "property")
            problems.append(document.problem(place, "is given twice; keep one"))
            continue
        content[name], places[name] = entry["value"], index
    known = {field.alias for field in ColumnExtensions.model_fields.values()}

    def locate(loc: FieldPath) -> FieldPath:
        name = str(loc[0])
        part = "value" if name in known else "property"
        return (*path, "customProperties", places[name], part, *loc[1:])

    try:
        return ColumnExtensions.model_validate(content)
    except ValidationError as error:
        problems += model_problems(error, ColumnExtensions, document, locate)
        return ColumnExtensions()
