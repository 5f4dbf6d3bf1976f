"""The role of GitHub's jobs: one repository, one environment, and no wider than what they do."""

from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template
from aws_cdk.cloudformation_include import CfnInclude

FILE = Path(__file__).resolve().parents[2] / "examples/github_oidc/template.yaml"
SUBJECT = "token.actions.githubusercontent.com:sub"


@pytest.fixture(scope="module")
def role():
    stack = Stack(App(), "Oidc")
    CfnInclude(stack, "Template", template_file=str(FILE))
    (found,) = Template.from_stack(stack).find_resources("AWS::IAM::Role").values()
    return found["Properties"]


def test_only_jobs_of_one_repository_in_one_environment_can_take_the_role_on(role):
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    subject = statement["Condition"]["StringEquals"][SUBJECT]["Fn::Sub"]
    assert subject == "repo:${Repository}:environment:${Environment}"


def test_the_role_may_act_on_nothing_but_the_lake_and_the_bootstraps_roles(role):
    statements = [
        one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]
    ]
    wide = [one["Action"] for one in statements if one["Resource"] == "*"]
    assert wide == ["cloudformation:DescribeStacks"]
    assert not any(
        "*" in action
        for one in statements
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    )
