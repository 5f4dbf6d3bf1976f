"""Nobody may do more than is named, nothing is public, and nothing travels in plain text."""

from typing import Any

import pytest

from data_lake.policy.access import PUBLIC, TLS, WILDCARDS
from tests.unit.data_lake.policy.conftest import Faults

BLOCKED = {
    "PublicAccessBlockConfiguration": dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
}


def document(**statement: Any) -> dict[str, Any]:
    """Give a policy document of one statement that allows."""
    return {"Statement": [{"Effect": "Allow"} | statement]}


def test_a_statement_that_names_actions_and_resources_is_right(faults: Faults) -> None:
    said = document(Action="s3:GetObject", Resource=["arn:aws:s3:::lake/file"])
    assert faults(WILDCARDS, Policy=("AWS::IAM::ManagedPolicy", {"PolicyDocument": said})) == []


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ({"Action": "s3:*", "Resource": "arn:lake"}, "Action::s3:*"),
        ({"Action": ["s3:Get*"], "Resource": "arn:lake"}, "Action::s3:Get*"),
        ({"Action": "s3:GetObject", "Resource": "*"}, "Resource::*"),
        ({"NotAction": "iam:PassRole", "Resource": "arn:lake"}, "NotAction::iam:PassRole"),
        ({"Action": "s3:GetObject", "NotResource": "arn:a"}, "NotResource::arn:a"),
        (
            {
                "Action": "s3:GetObject",
                "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["Lake", "Arn"]}, "/*"]]},
            },
            "Resource::<Lake.Arn>/*",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"])
def test_a_wildcard_is_found_by_its_name(
    faults: Faults, kind: str, statement: dict[str, Any], finding: str
) -> None:
    said = faults(WILDCARDS, Policy=(kind, {"PolicyDocument": document(**statement)}))
    assert said == [f"Policy: Strata-IAM1[{finding}]"]


def test_a_wildcard_inside_a_role_is_found(faults: Faults) -> None:
    inline = {"PolicyDocument": document(Action="*", Resource="arn:lake")}
    assert faults(WILDCARDS, Role=("AWS::IAM::Role", {"Policies": [inline]})) == [
        "Role: Strata-IAM1[Action::*]"
    ]


def test_a_wildcard_that_denies_is_right(faults: Faults) -> None:
    said = {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    assert faults(WILDCARDS, Policy=("AWS::IAM::Policy", {"PolicyDocument": said})) == []


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["arn:one", "*"]}])
@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("AWS::S3::BucketPolicy", "PolicyDocument"),
        ("AWS::KMS::Key", "KeyPolicy"),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument"),
        ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    ],
)
def test_a_principal_that_is_everyone_is_found(
    faults: Faults, kind: str, where: str, principal: Any
) -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    said = document(Principal=principal, Sid="Open", Condition=condition)
    assert faults(PUBLIC, One=(kind, {where: said})) == ["One: Strata-PUB1[Open]"]


def test_named_principals_and_denials_are_right(faults: Faults) -> None:
    said = document(Principal={"Service": "sns.amazonaws.com", "AWS": "arn:aws:iam::1:root"})
    said["Statement"].append({"Effect": "Deny", "Principal": "*"})
    assert faults(PUBLIC, One=("AWS::SQS::QueuePolicy", {"PolicyDocument": said})) == []


def test_a_bucket_that_may_become_public_is_found(faults: Faults) -> None:
    assert faults(PUBLIC, One=("AWS::S3::Bucket", BLOCKED)) == []
    half = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": True}}
    assert faults(PUBLIC, One=("AWS::S3::Bucket", half)) == [
        "One: Strata-PUB1[BlockPublicPolicy]",
        "One: Strata-PUB1[RestrictPublicBuckets]",
    ]


def test_a_function_that_anyone_may_call_is_found(faults: Faults) -> None:
    found = faults(
        PUBLIC,
        Permission=("AWS::Lambda::Permission", {"Principal": "*"}),
        Url=("AWS::Lambda::Url", {"AuthType": "NONE"}),
        Signed=("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}),
        Service=("AWS::Lambda::Permission", {"Principal": "s3.amazonaws.com"}),
    )
    assert found == ["Permission: Strata-PUB1", "Url: Strata-PUB1"]


def refusing(action: str, **changes: Any) -> dict[str, Any]:
    """Give a policy document that refuses an action without TLS."""
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Condition": plain}
    return {"Statement": [statement | changes]}


@pytest.mark.parametrize(
    ("kind", "policy", "named", "action"),
    [
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", {"Bucket": {"Ref": "One"}}, "s3:*"),
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", {"Queues": [{"Ref": "One"}]}, "sqs:*"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", {"Topics": [{"Ref": "One"}]}, "sns:Publish"),
    ],
)
def test_what_takes_requests_without_tls_is_found(
    faults: Faults, kind: str, policy: str, named: dict[str, Any], action: str
) -> None:
    def found(said: dict[str, Any]) -> list[str]:
        return faults(TLS, One=(kind, {}), Policy=(policy, named | {"PolicyDocument": said}))

    assert found(refusing(action)) == []
    assert faults(TLS, One=(kind, {})) == ["One: Strata-TLS1"]
    for weak in (
        refusing("s3:GetBucketAcl"),
        refusing(action, Effect="Allow"),
        refusing(action, Condition={"Bool": {"aws:SecureTransport": "true"}}),
        refusing(action, Principal={"AWS": "arn:aws:iam::1:root"}),
    ):
        assert found(weak) == ["One: Strata-TLS1"]
