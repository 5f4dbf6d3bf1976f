import re

import pytest
from aws_cdk.assertions import Template

from data_lake.permissions import allow, service_role
from tests.synth.synthesised import flat, listed

WITHOUT_RESOURCES = {
    "cloudwatch:PutMetricData",
    "glue:GetSecurityConfiguration",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
"""Actions for which AWS defines no resource, by the service authorization reference."""

IAM_POLICY_CHARACTERS = 6144
"""The most that IAM allows in a managed policy, white space apart."""


@pytest.fixture
def role(stack):
    """Give a role without permissions."""
    return service_role(stack, "Role", "lambda.amazonaws.com", "A test")


def test_no_role_may_use_a_wildcard_in_an_action(lake):
    actions = {action for given in lake.all_statements() for action in listed(given["Action"])}
    assert not [action for action in actions if "*" in action]


def test_only_actions_without_resources_are_allowed_on_everything(lake):
    on_everything = {
        action
        for given in lake.all_statements()
        if "*" in [flat(resource) for resource in listed(given["Resource"])]
        for action in listed(given["Action"])
    }
    assert on_everything == WITHOUT_RESOURCES


def test_every_wildcard_in_a_resource_is_behind_the_name_of_something_of_ours(lake):
    ours = [lake.settings.prefix, lake.settings.prefix.replace("-", "_"), "/aws-glue/crawlers"]
    ours += ["/aws-glue/iceberg-"]
    ours.append(f"cdk-hnb659fds-assets-{lake.settings.account}-{lake.settings.region}/*.")
    wild = {
        flat(resource)
        for given in lake.all_statements()
        for resource in listed(given["Resource"])
        if "*" in flat(resource) and flat(resource) != "*"
        # Named by its alias instead: test_zone_replication.py.
        if given["Sid"] != "EncryptReplicas"
    }
    assert wild
    for resource in wild:
        fixed = resource.split("*", 1)[0] + "*" + resource.split("*", 1)[1]
        assert any(name in fixed for name in ours), resource


def test_no_role_has_a_policy_that_aws_manages(lake):
    for role in lake.properties("AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in role


def test_every_role_has_one_policy_of_its_own_and_nothing_inline(lake):
    assert lake.properties("AWS::IAM::Policy") == []
    roles = [str(policy["Roles"]) for policy in lake.properties("AWS::IAM::ManagedPolicy")]
    assert len(roles) == len(set(roles)) == len(lake.properties("AWS::IAM::Role"))
    for role in lake.properties("AWS::IAM::Role"):
        assert "Policies" not in role


def test_every_policy_is_short_enough_for_iam(lake):
    for policy in lake.properties("AWS::IAM::ManagedPolicy"):
        assert len(flattened(policy["PolicyDocument"])) <= IAM_POLICY_CHARACTERS


def flattened(value):
    """Give a policy document as IAM counts it, with references as about as long as ARNs are."""
    if isinstance(value, dict) and next(iter(value)).startswith(("Ref", "Fn::")):
        return f'"{flat(value)}"'
    if isinstance(value, dict):
        return "{" + ",".join(f'"{key}":{flattened(each)}' for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(flattened(each) for each in value) + "]"
    return f'"{value}"'


def test_every_role_is_assumed_by_one_service_and_by_nobody_else(lake):
    services = {
        "events.amazonaws.com",
        "glue.amazonaws.com",
        "lambda.amazonaws.com",
        "s3.amazonaws.com",
        "scheduler.amazonaws.com",
        "states.amazonaws.com",
    }
    for role in lake.properties("AWS::IAM::Role"):
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"]["Service"] in services
        assert list(statement["Principal"]) == ["Service"]


def test_metrics_may_be_written_to_glues_namespace_only(lake):
    for given in lake.all_statements():
        if "cloudwatch:PutMetricData" in listed(given["Action"]):
            assert given["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Glue"}}


def test_nobody_may_delete_objects_of_the_raw_zone_or_versions_of_any(lake):
    raw = lake.buckets()["raw"]["BucketName"]
    for given in lake.all_statements():
        actions = listed(given["Action"])
        assert "s3:DeleteObjectVersion" not in actions
        if {"s3:DeleteObject", "s3:PutObject"} & set(actions):
            assert not [entry for entry in listed(given["Resource"]) if raw in flat(entry)]


def test_nobody_may_delete_tables_or_databases(lake):
    actions = {action for given in lake.all_statements() for action in listed(given["Action"])}
    assert not actions & {"glue:DeleteTable", "glue:BatchDeleteTable", "glue:DeleteDatabase"}
    assert not [action for action in actions if re.match(r"dynamodb:(Delete|Update)Table", action)]


def test_a_wildcard_without_a_reason_is_refused(role):
    with pytest.raises(ValueError, match=r"Test/Role: ReadAll: a wildcard needs a reason"):
        allow(role, "ReadAll", actions=["s3:GetObject"], resources=["arn:aws:s3:::lake/*"])


def test_a_wildcard_in_an_action_needs_a_reason_too(role):
    with pytest.raises(ValueError, match=r"got none for Action::s3:Get\*"):
        allow(role, "ReadAll", actions=["s3:Get*"], resources=["arn:aws:s3:::lake/file"])


def test_a_reason_without_a_wildcard_is_refused_because_it_hides_a_change(role):
    with pytest.raises(ValueError, match=r"a reason for a wildcard, but no wildcard: got 'old'"):
        allow(
            role,
            "ReadOne",
            actions=["s3:GetObject"],
            resources=["arn:aws:s3:::lake/file"],
            wildcard="old",
        )


def test_a_statement_is_written_out_under_its_name(stack, role):
    allow(role, "ReadOne", actions=["s3:GetObject"], resources=["arn:aws:s3:::lake/file"])
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::ManagedPolicy",
        {
            "PolicyDocument": {
                "Statement": [
                    {
                        "Sid": "ReadOne",
                        "Effect": "Allow",
                        "Action": "s3:GetObject",
                        "Resource": "arn:aws:s3:::lake/file",
                    }
                ]
            }
        },
    )
