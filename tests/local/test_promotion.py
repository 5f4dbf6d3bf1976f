"""An assembly is deployed by its digest, and what is deployed is recognised; emulated."""

import pytest
from botocore.stub import Stubber

from strata.errors import StrataError
from strata.promotion.archive import Assembled, Target
from strata.promotion.deploying import Deployment, attempts, client, current, deploy, had, history


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
    books = client(one.target("dev"), "dev")
    assert current(books, one.target("dev")) == ("a" * 64, "deploying")
    assert deploy(one, "dev", run=lambda _: 0)
    assert current(books, one.target("dev")) == ("a" * 64, "deployed")


def test_rolling_back_is_deploying_the_digest_that_the_history_names(account, tmp_path):
    old, new = (assembled(account, tmp_path, name, "history-dev") for name in "ab")
    for one in (old, new):
        deploy(one, "dev", run=lambda _: 0)
    books = client(new.target("dev"), "dev")
    told = [(one.digest[0], one.state) for one in history(books, new.target("dev"))]
    assert told[0] == ("b", "deployed")
    assert ("a", "deployed") in told
    assert deploy(old, "dev", run=lambda _: 0, back=True)
    assert current(books, old.target("dev")) == ("a" * 64, "deployed")


def test_going_back_to_what_the_environment_never_had_whole_is_refused_with_what_it_had(
    account, tmp_path
):
    old, new, broken = (assembled(account, tmp_path, name, "back-dev") for name in "abc")
    commands = []

    def run(command):
        commands.append(command)
        return 0

    with pytest.raises(StrataError, match=r"cannot go back to it; it has had none$"):
        deploy(old, "dev", run=run, back=True)
    for one in (old, new, old):
        deploy(one, "dev", run=run)
    with pytest.raises(StrataError, match="failed"):
        deploy(broken, "dev", run=fails)
    for never in (broken, assembled(account, tmp_path, "d", "back-dev")):
        with pytest.raises(StrataError) as refused:
            deploy(never, "dev", run=run, back=True)
        first, *listed = str(refused.value).splitlines()
        assert first.startswith(f"dev never had the assembly {never.digest}, so")
        assert [line.split()[0] for line in listed] == [old.digest, new.digest]
        assert all(line.endswith("revision abc") for line in listed)
    assert len(commands) == 3
    assert current(client(broken.target("dev"), "dev"), broken.target("dev")) == (
        broken.digest,
        "deploying",
    )
    assert deploy(new, "dev", run=run, back=True)


def test_what_another_environment_has_had_is_not_enough_to_go_back_to(account, tmp_path):
    one = assembled(account, tmp_path, "a", "here-dev")
    deploy(one, "dev", run=lambda _: 0)
    other = Assembled(
        one.digest, tmp_path, {"prod": Target(account.account, account.region, "here-prod")}, "abc"
    )
    with pytest.raises(StrataError, match="prod never had the assembly"):
        deploy(other, "prod", run=lambda _: 0, back=True)


def test_what_can_be_gone_back_to_is_each_digest_once_newest_first():
    told = ("b deploying", "a deployed", "a deploying", "c deployed", "a deployed")
    known = [
        Deployment(one[0], "abc", one[2:], f"2026-11-0{9 - at}") for at, one in enumerate(told)
    ]
    assert [(one.digest, one.at) for one in had(known)] == [
        ("a", "2026-11-08"),
        ("c", "2026-11-06"),
    ]


def test_each_deployment_is_listed_once_by_what_became_of_it():
    told = ("b deploying", "a deployed", "a deploying", "a deploying", "a deployed", "a deploying")
    known = [Deployment(one[0], "abc", one[2:], str(at)) for at, one in enumerate(told)]
    assert [(one.digest, one.state, one.at) for one in attempts(known)] == [
        ("b", "deploying", "0"),
        ("a", "deployed", "1"),
        ("a", "deployed", "4"),
    ]


def test_a_history_that_may_not_be_read_is_one_sentence(account, tmp_path):
    target = assembled(account, tmp_path, "a", "refused-dev").target("dev")
    books = client(target, "dev")
    with Stubber(books) as stubbed:
        stubbed.add_client_error("get_parameter_history", "AccessDeniedException", "not you")
        with pytest.raises(StrataError, match=r"history of parameter /refused-dev/.*: .*not you"):
            history(books, target)
        stubbed.add_client_error("get_parameter", "AccessDeniedException", "not you")
        with pytest.raises(StrataError, match=r"parameter /refused-dev/assembly cannot be read"):
            current(books, target)


def test_credentials_of_another_account_deploy_nothing(account, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "999999999999")
    commands = []
    with pytest.raises(StrataError, match=r"and dev is in .*; choose another profile"):
        deploy(assembled(account, tmp_path, "a", "other-dev"), "dev", run=commands.append)
    assert commands == []


def test_nothing_is_remembered_of_an_account_without_a_deployment(account, tmp_path):
    one = assembled(account, tmp_path, "a", "empty-dev").target("dev")
    assert current(client(one, "dev"), one) is None
    assert history(client(one, "dev"), one) == []
