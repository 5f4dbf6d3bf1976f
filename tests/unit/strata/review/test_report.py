"""What changed in all environments, the same change told once."""

import json
import subprocess

import pytest

from strata.errors import StrataError
from strata.review import load_knowledge
from strata.review.report import compare_environments, read_snapshots, review
from tests.unit.strata.review.templates import resource, template


def lake(environment, account, memory):
    properties = {"FunctionName": f"strata-{environment}-register-{account}", "MemorySize": memory}
    return {"Processing": template(Register=resource("AWS::Lambda::Function", properties))}


def compared(before, after):
    accounts = {"dev": "1" * 12, "prod": "3" * 12}
    return compare_environments(before, after, load_knowledge(), accounts)


def test_the_same_change_in_several_environments_is_told_once_without_their_names():
    before = {"dev": lake("dev", "1" * 12, 512), "prod": lake("prod", "3" * 12, 512)}
    after = {"dev": lake("dev", "1" * 12, 256), "prod": lake("prod", "3" * 12, 256)}
    (told,) = compared(before, after)
    assert told.environments == ("dev", "prod")
    assert told.everywhere
    assert "strata-<env>-register-<account>" in told.point.text


def test_a_change_of_one_environment_keeps_its_names_and_says_where():
    before = {"dev": lake("dev", "1" * 12, 512), "prod": lake("prod", "3" * 12, 512)}
    (told,) = compared(before, before | {"prod": lake("prod", "3" * 12, 1024)})
    assert told.environments == ("prod",)
    assert not told.everywhere
    assert "strata-prod-register" in told.point.text


def test_different_values_are_told_apart():
    before = {"dev": lake("dev", "1" * 12, 512), "prod": lake("prod", "3" * 12, 1024)}
    after = {"dev": lake("dev", "1" * 12, 256), "prod": lake("prod", "3" * 12, 512)}
    assert [one.environments for one in compared(before, after)] == [("dev",), ("prod",)]


def trusting(*accounts):
    """Give a stack with a role that principals of some accounts may assume."""
    statements = [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        }
        for account in accounts
    ]
    properties = {"AssumeRolePolicyDocument": {"Statement": statements}}
    return {"Processing": template(Role=resource("AWS::IAM::Role", properties))}


def test_every_principal_that_one_environment_lets_in_is_told():
    after = trusting("1" * 12, "2" * 12, "4" * 12)
    told = compared({"dev": trusting("1" * 12)}, {"dev": after})
    assert [("2" * 12 in one.point.text, "4" * 12 in one.point.text) for one in told] == [
        (True, False),
        (False, True),
    ]


def test_an_account_that_is_nobodys_own_is_named_wherever_it_is_let_in():
    before = {"dev": trusting("1" * 12), "prod": trusting("3" * 12)}
    after = {"dev": trusting("1" * 12, "9" * 12), "prod": trusting("3" * 12, "9" * 12)}
    (told,) = compared(before, after)
    assert told.everywhere
    assert "9" * 12 in told.point.text


def test_a_new_stack_and_a_stack_that_is_gone_are_told():
    before, after = {"dev": {"Old": template()}}, {"dev": {"New": template()}}
    texts = [one.point.text for one in compared(before, after)]
    assert "the stack New is new" in texts
    assert "the stack Old is no longer deployed" in texts


def git(folder, *arguments):
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True)


def commit(folder, content, message):
    (folder / "dev").mkdir(exist_ok=True)
    (folder / "dev" / "Storage.json").write_text(json.dumps(content))
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", message)


def test_a_branch_is_compared_with_where_it_left_the_other(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, template(), "first")
    git(tmp_path, "checkout", "-q", "-b", "mine")
    commit(tmp_path, template(Mine=resource("AWS::SQS::Queue")), "mine")
    git(tmp_path, "checkout", "-q", "main")
    commit(tmp_path, template(Theirs=resource("AWS::SQS::Queue")), "theirs")
    git(tmp_path, "checkout", "-q", "mine")
    texts = [one.point.text for one in review("main", tmp_path)]
    assert "SQS Queue Mine is added" in texts
    assert not any("Theirs" in text for text in texts)


def test_a_revision_that_is_not_there_is_named(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, template(), "first")
    with pytest.raises(StrataError, match="'nowhere' is not a revision"):
        review("nowhere", tmp_path)


def test_a_snapshot_that_is_not_json_is_named(tmp_path):
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "Storage.json").write_text("{")
    with pytest.raises(StrataError, match=r"dev/Storage\.json: must be a snapshot in JSON"):
        read_snapshots(tmp_path)


def test_the_second_regions_stacks_are_among_the_snapshots():
    assert {"Replica", "Recovery"} <= set(read_snapshots()["prod"])
