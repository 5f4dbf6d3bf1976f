"""Checks a contract against the JSON Schema of the Open Data Contract Standard.

The schema is the one that ships with ``open_data_contract_standard``; it is of v3.2.0 and also
describes v3.1.0, whose fields are a subset.
"""

import importlib.resources
import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from jsonschema import Draft201909Validator
from jsonschema.exceptions import ValidationError

from data_lake.problems import FieldPath, Problem, nearest, shown
from data_lake.yaml_marks import MarkedDocument

API_VERSION = "v3.1.0"
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}
_UNKNOWN_FIELD = ("additionalProperties", "unevaluatedProperties")
_HARMLESS = (*_UNKNOWN_FIELD, "enum", "pattern")


def standard_problems(document: MarkedDocument) -> tuple[list[Problem], bool]:
    """What the standard objects to, and whether the document has the standard's shape anyway.

    A misspelt field is one problem, not also the absence of the right one. A document that has
    the shape can be read on for further problems.
    """
    errors = [
        error
        for error in _leaves(_validator().iter_errors(document.data))
        if not _asks_for_a_map_of_nothing(error)
    ]
    unknown = [error for error in errors if error.validator in _UNKNOWN_FIELD]
    others = [error for error in errors if error.validator not in _UNKNOWN_FIELD]
    misspelt: set[tuple[FieldPath, str]] = set()
    found: list[Problem] = []
    shapely = all(error.validator in _HARMLESS for error in others)
    for error in unknown:
        path = tuple(error.absolute_path)
        names = _unknown_fields(error)
        misspelt |= {(path, near) for _, near in names}
        for name, near in names:
            rule = "is not a field of the standard"
            found.append(document.problem((*path, name), rule, nearest=near))
        if not names and not any(
            tuple(other.absolute_path)[: len(path)] == path for other in others
        ):
            shapely = False
            found += _misplaced_fields(error, document)
    for error in others:
        found += _problems(error, document, misspelt)
    # One line per place: the same value is checked once for each part that describes it.
    return list({(each.line, each.field, each.rule): each for each in found}.values()), shapely


@cache
def _validator() -> Draft201909Validator:
    package = importlib.resources.files("open_data_contract_standard")
    return Draft201909Validator(json.loads(package.joinpath("schema.json").read_text("utf-8")))


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    for error in errors:
        branches: dict[Any, list[ValidationError]] = {}
        for part in error.context or ():
            branches.setdefault(part.schema_path[0], []).append(part)
        meant = [parts for parts in branches.values() if not any(map(_wrong_kind, parts))]
        if len(meant) == 1:
            yield from _leaves(meant[0])
        else:
            yield error


def _asks_for_a_map_of_nothing(error: ValidationError) -> bool:
    # The schema's condition "logicalType is map" also holds where there is no logicalType.
    instance: Any = error.instance
    wanted: Any = error.validator_value
    return error.validator == "required" and wanted == ["map"] and "logicalType" not in instance


def _wrong_kind(error: ValidationError) -> bool:
    return error.validator == "type" and not error.relative_path


def _problems(
    error: ValidationError, document: MarkedDocument, misspelt: set[tuple[FieldPath, str]]
) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "required":
        for name in wanted:
            if name not in instance and (path, name) not in misspelt:
                yield document.problem((*path, name), "is required; add it", value="")
    elif error.validator == "enum":
        rule = f"must be one of {', '.join(map(str, wanted))}"
        near = nearest(instance, map(str, wanted))
        yield document.problem(path, rule, nearest=near)
    elif error.validator == "type":
        yield document.problem(path, f"must be {_KINDS.get(str(wanted), wanted)}")
    elif error.validator in ("oneOf", "anyOf"):
        yield from _choice_problems(error, document, misspelt)
    else:
        yield document.problem(path, f"must satisfy {error.validator} {shown(wanted)}")


def _choice_problems(
    error: ValidationError, document: MarkedDocument, misspelt: set[tuple[FieldPath, str]]
) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    instance: Any = error.instance
    choices: Any = error.validator_value
    names = [name for choice in choices for name in choice.get("required", ())]
    if not names:
        kinds = [_KINDS.get(choice.get("type", ""), "") for choice in choices]
        rule = f"must be {' or '.join(filter(None, kinds))}" if any(kinds) else "has a wrong form"
        yield document.problem(path, rule)
    elif not any((path, name) in misspelt for name in names):
        given = [name for name in names if isinstance(instance, dict) and name in instance]
        rule = f"needs exactly one of {', '.join(names)}"
        yield document.problem(path, rule, value=", ".join(given) or "none of them")


def _unknown_fields(error: ValidationError) -> list[tuple[str, str]]:
    """Each unknown field with its nearest known one.

    ``unevaluatedProperties`` also names known fields whose value is wrong; those have a problem
    of their own.
    """
    known = _known_fields(error.schema)
    instance: Any = error.instance
    return [(name, nearest(name, known)) for name in instance if name not in known]


def _misplaced_fields(error: ValidationError, document: MarkedDocument) -> list[Problem]:
    """Problems of known fields that are refused for their type, or else for their neighbours."""
    instance: Any = error.instance
    path = tuple(error.absolute_path)
    # jsonschema names the fields in its message only.
    named = [name for name in instance if repr(name) in error.message]
    types = {name: part.get("type") for name, part in _known_fields(error.schema).items()}
    mistyped = [
        document.problem((*path, name), f"must be {_KINDS.get(types[name], types[name])}")
        for name in named
        if types[name] and not _validator().is_type(instance[name], types[name])
    ]
    rule = "does not go with the fields beside it; remove it"
    return mistyped or [document.problem((*path, name), rule) for name in named]


def _known_fields(schema: Any) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {}
    known = dict(schema.get("properties", {}))
    if "$ref" in schema:
        definitions: Any = _validator().schema
        known |= _known_fields(definitions["$defs"][schema["$ref"].rpartition("/")[2]])
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
        known |= _known_fields(part)
    return known | _known_fields(schema.get("then"))
