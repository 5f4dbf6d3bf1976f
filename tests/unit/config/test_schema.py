"""Editors check settings with the same rules as the code."""

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from config.loading import FOLDER, REPOSITORY, available_environments
from config.schema import SCHEMA_FILE, schema_text


def test_the_committed_schema_is_the_one_that_the_models_give() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "run python -m config.schema and commit the result"
    )


@pytest.mark.parametrize("environment", available_environments())
def test_every_environment_satisfies_the_schema(environment: str) -> None:
    text = (REPOSITORY / FOLDER / f"{environment}.yaml").read_text(encoding="utf-8")

    assert (
        list(Draft202012Validator(json.loads(schema_text())).iter_errors(yaml.safe_load(text)))
        == []
    )


def test_the_schema_refuses_an_unknown_field_and_a_worker_that_glue_lacks() -> None:
    settings = yaml.safe_load((REPOSITORY / FOLDER / "dev.yaml").read_text(encoding="utf-8"))
    settings["spark"] |= {"worker_type": "G.3X", "wrokers": 2}

    errors = Draft202012Validator(json.loads(schema_text())).iter_errors(settings)

    assert sorted(str(error.validator) for error in errors) == ["additionalProperties", "enum"]
