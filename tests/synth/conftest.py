"""Each environment is synthesised once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from aws_cdk import App, Environment, Stack

from config.loading import load_settings
from stacks.application import build_app
from tests.synth.synthesised import Synthesised

Synthesise = Callable[[str], Synthesised]
Vary = Callable[..., Synthesised]


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    """Give a function that synthesises an environment by its name, once."""

    @cache
    def synthesise_once(environment: str) -> Synthesised:
        folder = tmp_path_factory.mktemp(environment)
        app = build_app(environment, outdir=folder)
        app.synth()
        return Synthesised(load_settings(environment), app, folder)

    return synthesise_once


@pytest.fixture(scope="session")
def vary(tmp_path_factory: pytest.TempPathFactory) -> Vary:
    """Give a function that synthesises production with other values for some settings."""

    def synthesise_with(**values: object) -> Synthesised:
        folder = tmp_path_factory.mktemp("varied")
        settings = load_settings("prod").model_copy(update=values)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("stacks.application.load_settings", lambda _: settings)
            app = build_app("prod", outdir=folder)
            app.synth()
        return Synthesised(settings, app, folder)

    return synthesise_with


@pytest.fixture(scope="session")
def prod(synthesise: Synthesise) -> Synthesised:
    """Give the environment that promises most."""
    return synthesise("prod")


@pytest.fixture(scope="session")
def replica(prod: Synthesised) -> Synthesised:
    """Give what stands in production's second region."""
    return prod.second_region


@pytest.fixture(scope="session")
def local(synthesise: Synthesise) -> Synthesised:
    """Give the environment that is thrown away."""
    return synthesise("local")


@pytest.fixture(scope="session", params=["local", "dev", "staging", "prod"])
def lake(request: pytest.FixtureRequest, synthesise: Synthesise) -> Synthesised:
    """Give every environment, one after the other."""
    return synthesise(request.param)


@pytest.fixture
def stack() -> Stack:
    """Give an empty stack of a known account and region."""
    return Stack(App(), "Test", env=Environment(account="111111111111", region="eu-west-1"))


@pytest.fixture
def repository() -> Path:
    """Give the folder of the repository."""
    return Path(__file__).resolve().parents[2]
