"""A lake of its own for every test, in the session's emulator."""

import os
from collections.abc import Iterator

import pytest

from lake_runtime import clients
from strata.local.emulator import Emulator
from tests.functions.support.lake import Lake


@pytest.fixture(scope="session")
def _clients() -> Iterator[None]:
    yield
    made = (
        clients.s3,
        clients.dynamodb,
        clients.sns,
        clients.sqs,
        clients.stepfunctions,
        clients.glue,
    )
    for client in made:
        client.cache_clear()


@pytest.fixture
def lake(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, _clients: None) -> Lake:
    """Give an empty lake and set the environment of its functions."""
    for name, value in emulator.environment().items():
        if os.environ.get(name) != value:
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("CONTRACTS_URI", "")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Strata")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "lake")
    made = Lake()
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    return made
