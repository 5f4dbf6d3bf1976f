"""`strata doctor` as a person and as a machine reads it."""

import json
from collections.abc import Callable

import pytest

from strata.cli import main
from strata.doctor import command
from tests.unit.strata.doctor.accounts import FIRST, SECOND, Answers, account, refused


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answers, str], int]:
    """Give a function that runs `strata doctor` on an account; gives its exit code."""

    def run(changes: Answers, form: str) -> int:
        monkeypatch.setattr(command, "account_of", lambda _: account(changes))
        try:
            main(["doctor", "--env", "prod", "--format", form])
        except SystemExit as stopped:
            return int(str(stopped.code))
        return 0

    return run


def test_a_ready_account_ends_with_zero(
    doctor: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor({}, "table") == 0
    out = capsys.readouterr().out
    assert "prod, account 333333333333" in out
    assert "Ready for deployment" in out
    assert "To fix" not in out


def test_the_table_ends_with_what_to_fix_numbered(
    doctor: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor({"ssm.get_parameter": refused("ParameterNotFound")}, "table") == 1
    out = capsys.readouterr().out
    assert f"   npx cdk bootstrap aws://333333333333/{FIRST}\n" in out
    assert f"2. cdk bootstrap, {SECOND}" in out
    assert "Not ready: 2 to fix, 0 could not be judged" in out


def test_json_says_the_same_for_machines(
    doctor: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor({"iam.get_role": refused("AccessDenied")}, "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["ready"], document["environment"]) == (False, "prod")
    (finding,) = [one for one in document["findings"] if one["state"] == "not judged"]
    assert finding["check"] == "service-linked roles"
    assert "AccessDenied" in finding["found"]
