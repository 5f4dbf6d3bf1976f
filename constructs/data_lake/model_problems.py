"""pydantic's findings as problems that name file, line, field, rule, value and nearest name."""

import re
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from data_lake.problems import FieldPath, Problem, nearest, shown
from data_lake.yaml_marks import MarkedDocument

Locate = Callable[[FieldPath], FieldPath]

REFUSED_FIELDS = "refused_fields"
"""Name of a model's optional ``ClassVar[dict[str, str]]``: why a tempting field is not accepted."""


def model_problems(
    error: ValidationError,
    model: type[BaseModel],
    document: MarkedDocument,
    locate: Locate = tuple,
) -> list[Problem]:
    """Each finding of ``error`` as a problem of ``document``, in the order of its lines.

    ``locate`` gives the place in the document of a place in the model. A validator can point into
    its field with a ``PydanticCustomError`` whose context has ``field`` and ``value``, and name
    the valid words in ``options``. A required field is not reported as missing when an unknown
    neighbour is that field misspelt.
    """
    findings: list[dict[str, Any]] = [dict(finding) for finding in error.errors(include_url=False)]
    misspelt = {
        (*finding["loc"][:-1], _nearest_field(finding, model))
        for finding in findings
        if finding["type"] == "extra_forbidden"
    }
    problems = [
        _problem(finding, model, document, locate)
        for finding in findings
        if not (finding["type"] == "missing" and finding["loc"] in misspelt)
    ]
    return sorted(problems, key=lambda problem: problem.line)


def _problem(
    finding: dict[str, Any], model: type[BaseModel], document: MarkedDocument, locate: Locate
) -> Problem:
    context = finding.get("ctx", {})
    inside = (context["field"],) if "field" in context else ()
    path = locate((*finding["loc"], *inside))
    if finding["type"] == "missing":
        return document.problem(path, "is required; add it", value="")
    if finding["type"] == "extra_forbidden":
        return _unknown_field(finding, model, document, path)
    suggestion = nearest(finding["input"], context.get("options", ()))
    if finding["type"] == "literal_error":
        suggestion = _nearest_literal(finding["input"], context["expected"])
    written = document.text(path)
    if not written:
        default = context.get("value", finding["input"])
        written = default and f"{shown(default)}, the default"
    return document.problem(path, _rule(finding), value=written, nearest=suggestion)


def _unknown_field(
    finding: dict[str, Any], model: type[BaseModel], document: MarkedDocument, path: FieldPath
) -> Problem:
    owner = _model_at(model, finding["loc"][:-1])
    reason = getattr(owner, REFUSED_FIELDS, {}).get(finding["loc"][-1])
    if reason:
        return document.problem(path, reason)
    near = _nearest_field(finding, model)
    known = "" if near else f"; known are {', '.join(_field_names(owner))}"
    return document.problem(path, f"is not a known field{known}", nearest=near)


def _rule(finding: dict[str, Any]) -> str:
    message = str(finding["msg"]).removeprefix("Value error, ")
    return re.sub(r"^(Input|String|Value|Tuple|List) should ", "must ", message)


def _nearest_literal(written: object, expected: str) -> str:
    numbers = [int(number) for number in re.findall(r"\b\d+\b", expected)]
    if isinstance(written, int) and numbers:
        return str(min(numbers, key=lambda number: abs(number - written)))
    return nearest(written, re.findall(r"'([^']*)'", expected))


def _nearest_field(finding: dict[str, Any], model: type[BaseModel]) -> str:
    *parents, name = finding["loc"]
    return nearest(name, _field_names(_model_at(model, parents)))


def _model_at(model: type[BaseModel], loc: FieldPath) -> type[BaseModel]:
    is_key = False
    for part in loc:
        if isinstance(part, str) and not is_key:
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            annotation = fields[part].annotation
            model = next(_models_in(annotation))
            is_key = get_origin(annotation) is dict
        else:
            is_key = False
    return model


def _field_names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
