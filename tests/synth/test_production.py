"""What no setting can switch off holds in every environment."""

import json

import pytest

from tests.synth.synthesised import listed

POLICIES = (
    ("AWS::S3::BucketPolicy", "PolicyDocument"),
    ("AWS::SQS::QueuePolicy", "PolicyDocument"),
    ("AWS::SNS::TopicPolicy", "PolicyDocument"),
    ("AWS::KMS::Key", "KeyPolicy"),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument"),
)


def regions(lake):
    """Give the environment in its first region, and in its second where it has one."""
    return [lake, lake.second_region] if lake.settings.recovery_region else [lake]


def test_every_bucket_keeps_versions(lake):
    for region in regions(lake):
        buckets = region.buckets()
        assert len(buckets) == 6
        for name, bucket in buckets.items():
            assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name


@pytest.mark.parametrize(("kind", "document"), POLICIES)
def test_no_policy_allows_everybody(lake, kind, document):
    seen = 0
    for region in regions(lake):
        for properties in region.properties(kind):
            for statement in properties[document]["Statement"]:
                if statement["Effect"] == "Allow":
                    assert '"*"' not in json.dumps(statement["Principal"]), statement
                    seen += 1
                else:
                    assert listed(statement["Action"]), statement
    assert seen or kind == "AWS::S3::BucketPolicy"


def test_nothing_opens_the_way_out_without_a_network(lake):
    for region in regions(lake):
        for kind in ("SecurityGroup", "SecurityGroupEgress", "InternetGateway", "NatGateway"):
            assert region.properties(f"AWS::EC2::{kind}") == []
        for function in region.properties("AWS::Lambda::Function"):
            assert "VpcConfig" not in function


def test_every_log_group_has_an_end_that_settings_say(lake):
    for region in regions(lake):
        for group in region.properties("AWS::Logs::LogGroup"):
            assert group["RetentionInDays"] == lake.settings.functions.log_retention_days
