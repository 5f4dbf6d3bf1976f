"""An assembly is deployed by its digest, and what is deployed is recognised; emulated."""

import pytest

from strata.errors import StrataError
from strata.promotion.archive import Assembled, Target
from strata.promotion.deploying import client, current, deploy, history


@pytest.fixture
def account(emulator, monkeypatch):
    """Give an account in the emulator, with the process's credentials for it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", emulator.account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulated")
    return emulator


def assembled(account, tmp_path, digest, prefix):
    target = Target(account.account, account.region, prefix)
    return Assembled(digest * 64, tmp_path, {"dev": target}, "abc")


def fails(_command):
    return 1


def test_an_assembly_is_deployed_as_it_is_and_recognised_the_second_time(account, tmp_path):
    commands, said = [], []
    one = assembled(account, tmp_path, "a", "first-dev")

    def run(command):
        commands.append(command)
        return 0

    assert deploy(one, "dev", run=run, tell=said.append)
    assert commands[0][-2:] == ["--app", str(tmp_path / "dev")]
    assert not deploy(one, "dev", run=run, tell=said.append)
    assert len(commands) == 1
    assert "already; nothing to do" in said[-1]
    assert deploy(one, "dev", run=run, tell=said.append, force=True)


def test_a_deployment_that_broke_off_is_gone_on_with(account, tmp_path):
    one = assembled(account, tmp_path, "a", "broken-dev")
    with pytest.raises(StrataError, match="deploying again goes on from there"):
        deploy(one, "dev", run=fails)
    books = client(one.target("dev"))
    assert current(books, one.target("dev")) == ("a" * 64, "deploying")
    assert deploy(one, "dev", run=lambda _: 0)
    assert current(books, one.target("dev")) == ("a" * 64, "deployed")


def test_rolling_back_is_deploying_the_digest_that_the_history_names(account, tmp_path):
    old, new = (assembled(account, tmp_path, name, "history-dev") for name in "ab")
    for one in (old, new):
        deploy(one, "dev", run=lambda _: 0)
    books = client(new.target("dev"))
    told = [(one.digest[0], one.state) for one in history(books, new.target("dev"))]
    assert told[0] == ("b", "deployed")
    assert ("a", "deployed") in told
    assert deploy(old, "dev", run=lambda _: 0)
    assert current(books, old.target("dev")) == ("a" * 64, "deployed")


def test_credentials_of_another_account_deploy_nothing(account, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "999999999999")
    with pytest.raises(StrataError, match="nothing is deployed"):
        deploy(assembled(account, tmp_path, "a", "other-dev"), "dev", run=lambda _: 0)


def test_nothing_is_remembered_of_an_account_without_a_deployment(account, tmp_path):
    one = assembled(account, tmp_path, "a", "empty-dev").target("dev")
    assert current(client(one), one) is None
    assert history(client(one), one) == []
