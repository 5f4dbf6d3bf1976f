"""YAML documents of the estimate as models; what is wrong names file, line, field, rule, value."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from config.lifecycle import Strict
from data_lake.model_problems import model_problems
from data_lake.problems import DocumentError
from data_lake.yaml_marks import MarkedDocument, read_document
from strata.errors import StrataError
from strata.paths import ROOT

Model = TypeVar("Model", bound=Strict)


def read_model(path: Path, model: type[Model]) -> tuple[Model, MarkedDocument]:
    """Read a YAML file as a model, with the lines of its values.

    Raises:
        StrataError: the file cannot be read or has problems; one line for each.
    """
    place = path.resolve()
    shown = place.relative_to(ROOT).as_posix() if place.is_relative_to(ROOT) else str(path)
    try:
        document = read_document(path, shown)
        return model.model_validate(document.data), document
    except DocumentError as error:
        raise StrataError(str(error)) from error
    except ValidationError as error:
        problems = model_problems(error, model, document)
        raise StrataError("\n".join(map(str, problems))) from error
