"""Reads ``config/environments/<environment>.yaml`` into ``Settings``."""

from pathlib import Path

from pydantic import ValidationError

from config.production import production_problems
from config.settings import Settings
from data_lake.model_problems import model_problems
from data_lake.problems import DocumentError, Problem, nearest, shown
from data_lake.yaml_marks import read_document

FOLDER = Path("config", "environments")
REPOSITORY = Path(__file__).resolve().parent.parent


class SettingsError(DocumentError):
    """An environment that cannot be used; one line per problem, all problems at once."""


def available_environments(root: Path | None = None) -> tuple[str, ...]:
    """Names of the environments that have a file below ``root``, sorted."""
    return tuple(sorted(file.stem for file in ((root or REPOSITORY) / FOLDER).glob("*.yaml")))


def load_settings(environment: str | None, root: Path | None = None) -> Settings:
    """The validated settings of one environment.

    ``root`` is the folder that holds ``config/environments``; by default this repository.

    Raises:
        SettingsError: no such environment, its file has problems, or it breaks a rule of
            production.
    """
    names = available_environments(root)
    file = (FOLDER / f"{environment or '<environment>'}.yaml").as_posix()
    if not environment or environment not in names:
        raise SettingsError([_unknown_environment(environment, names, file)])
    try:
        document = read_document((root or REPOSITORY) / file, file)
    except DocumentError as error:
        raise SettingsError(error.problems) from error
    problems: list[Problem] = []
    try:
        settings = Settings.model_validate(document.data)
    except ValidationError as error:
        problems = model_problems(error, Settings, document)
    named = document.data.get("environment")
    if isinstance(named, str) and named != environment:
        rule = "must equal the file's name"
        problems = [problem for problem in problems if problem.field != "environment"]
        problems.append(document.problem(["environment"], rule, nearest=environment))
    problems = problems or production_problems(settings, document)
    if problems:
        raise SettingsError(sorted(problems, key=lambda problem: problem.line))
    return settings


def _unknown_environment(environment: str | None, names: tuple[str, ...], file: str) -> Problem:
    rule = f"must be one of {', '.join(names)}" if names else f"needs a file {file}"
    if not environment:
        rule += "; choose with --context env=<name>"
    value = shown(environment) if environment else "nothing"
    return Problem(file, 1, "environment", rule, value, nearest(environment or "", names))
