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

from data_lake.problems import Problem, nearest, shown
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
    errors = list(_leaves(_validator().iter_errors(document.data)))
    misspelt = {
        (tuple(error.absolute_path), near)
        for error in errors
        if error.validator in _UNKNOWN_FIELD
        for _, near in _unknown_fields(error)
    }
    # One line per place: the same value is checked once for each part that describes it.
    problems: dict[tuple[int, str, str], Problem] = {}
    for error in errors:
        for problem in _problems(error, document, misspelt):
            problems.setdefault((problem.line, problem.field, problem.rule), problem)
    return list(problems.values()), all(error.validator in _HARMLESS for error in errors)


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


def _wrong_kind(error: ValidationError) -> bool:
    return error.validator == "type" and not error.relative_path


def _problems(
    error: ValidationError, document: MarkedDocument, misspelt: set[tuple[Any, str]]
) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    instance: Any = error.instance
    if error.validator in _UNKNOWN_FIELD:
        for name, near in _unknown_fields(error):
            yield document.problem((*path, name), "is not a field of the standard", nearest=near)
    elif error.validator == "required":
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
    error: ValidationError, document: MarkedDocument, misspelt: set[tuple[Any, str]]
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
        given = [name for name in names if name in instance]
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


def _known_fields(schema: Any) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    known = set(schema.get("properties", ()))
    if "$ref" in schema:
        definitions: Any = _validator().schema
        known |= _known_fields(definitions["$defs"][schema["$ref"].rpartition("/")[2]])
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
        known |= _known_fields(part)
    return known | _known_fields(schema.get("then"))
