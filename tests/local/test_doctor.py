"""The doctor against the emulator: what it has is judged, and what it lacks is not."""

import os
from contextlib import suppress

import pytest

from strata.cli import main
from strata.doctor.account_checks import BOOTSTRAP_PARAMETER
from strata.doctor.command import account_of
from strata.doctor.examination import examine
from strata.doctor.finding import State
from strata.local.emulator import Emulator


@pytest.fixture
def reached(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the process' credentials and endpoint be the emulator's."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)


def states() -> dict[str, State]:
    """Give the state of each check of the emulated account."""
    return {finding.check: finding.state for finding in examine(account_of("local"))}


@pytest.mark.usefixtures("reached")
def test_what_is_fixed_as_told_is_ok_and_what_the_emulator_lacks_is_not_judged() -> None:
    account = account_of("local")
    parameters = account.client("ssm", "us-east-1")
    # A lake that other tests deployed has bootstrapped the account.
    with suppress(parameters.exceptions.ParameterNotFound):
        parameters.delete_parameter(Name=BOOTSTRAP_PARAMETER)
    before = states()
    parameters.put_parameter(Name=BOOTSTRAP_PARAMETER, Value="21", Type="String")
    # The emulator gives service-linked roles other names than AWS does.
    account.client("iam", "us-east-1").create_role(
        RoleName="AWSServiceRoleForDynamoDBReplication", AssumeRolePolicyDocument="{}"
    )
    after = states()
    assert (before["credentials"], before["region"]) == (State.OK, State.OK)
    assert (before["cdk bootstrap"], after["cdk bootstrap"]) == (State.TO_FIX, State.OK)
    assert (before["service-linked role"], after["service-linked role"]) == (
        State.TO_FIX,
        State.OK,
    )
    for check in ("quotas of Glue", "lake formation", "cost tags"):
        assert after[check] is State.NOT_JUDGED


@pytest.mark.usefixtures("reached")
def test_the_emulated_account_is_not_taken_for_that_of_production(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["doctor", "--env", "prod"])
    assert stopped.value.code == 1
    assert "account 000000000000, and prod is in 333333333333" in capsys.readouterr().out
