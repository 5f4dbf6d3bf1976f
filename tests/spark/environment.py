"""Where AWS is for the tests of this folder."""

import os

import pytest

from strata.local.emulator import Emulator


def use_environment(patch: pytest.MonkeyPatch, emulator: Emulator) -> None:
    """Have every AWS client of this process, and of Spark's, talk to the emulator."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    for name, value in emulator.environment().items():
        if name.startswith("AWS_") or name == "NO_PROXY":
            patch.setenv(name, value)
