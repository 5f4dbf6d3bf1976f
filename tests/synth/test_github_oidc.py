"""The role of GitHub's jobs: one repository, one environment, and no wider than what they do."""

import re
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template
from aws_cdk.cloudformation_include import CfnInclude

FILE = Path(__file__).resolve().parents[2] / "examples/github_oidc/template.yaml"
ISSUER = "token.actions.githubusercontent.com"


@pytest.fixture(scope="module")
def template():
    stack = Stack(App(), "Oidc")
    CfnInclude(stack, "Template", template_file=str(FILE))
    return Template.from_stack(stack)


@pytest.fixture(scope="module")
def role(template):
    (found,) = template.find_resources("AWS::IAM::Role").values()
    return found["Properties"]


def test_only_jobs_of_one_repository_in_one_environment_can_take_the_role_on(role):
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {
        "Federated": {"Fn::If": ["MakeProvider", {"Ref": "Provider"}, {"Ref": "ProviderArn"}]}
    }
    assert statement["Condition"] == {
        "StringEquals": {
            f"{ISSUER}:aud": "sts.amazonaws.com",
            f"{ISSUER}:sub": {"Fn::Sub": "repo:${Repository}:environment:${Environment}"},
        }
    }


def test_githubs_provider_is_asked_for_no_other_audience(template):
    (provider,) = template.find_resources("AWS::IAM::OIDCProvider").values()
    assert provider["Properties"] == {
        "Url": f"https://{ISSUER}",
        "ClientIdList": ["sts.amazonaws.com"],
    }


ARN = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
VALUES = {
    "Repository": (
        ["acme/lake", "a-c/la.ke_1", "octocat@123456/my-repo@456789"],
        [
            *("acme", "*/lake", "acme/*", "acme/l?ke", "acme/lake:ref", "a/b/c", "acme/", "/lake"),
            *("acme@1/lake", "acme/lake@1", "acme@x/lake@1", "acme@1/lake@", "acme@*/lake@*"),
            *("acme@0/lake@0", "acme/lake ", "acme/${x}", "acme/lake\nx", "-acme/lake"),
        ],
    ),
    "Environment": (["prod", "dev2"], ["*", "", "pro*", "prod:x", "Prod", "prod dev"]),
    "Prefix": (["strata-prod"], ["*", "", "strata*", "strata/prod", "strata-prod/*"]),
    "Qualifier": (["hnb659fds"], ["*", "", "hnb*", "a/b", "a" * 11]),
    "ProviderArn": (
        ["", ARN, ARN.replace("aws", "aws-cn", 1)],
        ["*", f"{ARN}.evil", ARN.replace(ISSUER, "*"), ARN.replace(".", "x"), ARN[:-1]],
    ),
}


def test_each_parameter_takes_what_it_is_for_and_nothing_wider(template):
    """CloudFormation holds a pattern against the whole value."""
    parameters = template.find_parameters("*")
    parameters.pop("BootstrapVersion", None)
    assert set(parameters) == set(VALUES)
    for name, (good, bad) in VALUES.items():
        pattern = re.compile(parameters[name]["AllowedPattern"])
        assert [value for value in good if not pattern.fullmatch(value)] == []
        assert [value for value in bad if pattern.fullmatch(value)] == []
        assert pattern.fullmatch(parameters[name].get("Default", good[0]))


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
