"""A deployed lake is found with the process's own credentials, or it is said why not."""

import pytest

from strata.errors import StrataError
from strata.lakes import DeployedLake, deployed_lake
from strata.local.emulator import Emulator


@pytest.fixture
def emulated(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process the credentials and the endpoint of the emulator."""
    for name, value in emulator.environment().items():
        if name.startswith("AWS_") or name == "NO_PROXY":
            monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("emulated")
def test_credentials_of_another_account_are_refused() -> None:
    with pytest.raises(StrataError, match=r"and prod is in .*; choose another profile"):
        deployed_lake("prod")


@pytest.mark.usefixtures("emulated")
def test_a_lake_that_is_not_deployed_says_which_output_is_missing() -> None:
    lake = deployed_lake("local")
    assert isinstance(lake, DeployedLake)
    assert lake.database("quarantine") == "strata_local_quarantine"
    with pytest.raises(StrataError, match=r"no stack strata-local-\* in us-east-1 has an output"):
        lake["QuarantineBucketName"]


def test_without_credentials_the_environment_cannot_be_reached() -> None:
    with pytest.raises(StrataError, match="prod cannot be reached: Unable to locate credentials"):
        deployed_lake("prod")
