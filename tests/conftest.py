"""What every test relies on: the source root is sound, and no test can reach an AWS account."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from strata.local.emulator import Emulator

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to run where `constructs/` hides the PyPI package, and cut the way to AWS."""
    if (ROOT / "constructs" / "__init__.py").exists():
        raise pytest.UsageError(
            "constructs/__init__.py shadows the PyPI package `constructs`: delete it; "
            "the package is constructs/data_lake"
        )
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        # The CDK's own validator costs five seconds a synthesis; test_application.py has one test
        # with it. The CDK reads this once, when the first module imports it.
        "CDK_VALIDATION": "false",
    }


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Give one emulator with the plug-in, for every test that brings its own resources."""
    folder = tmp_path_factory.mktemp("emulator")
    settings = {"STRATA_SPARK_LOG": str(folder / "spark.log")}
    with Emulator(log=folder / "emulator.log", settings=settings) as running:
        yield running
