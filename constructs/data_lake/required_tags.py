"""The tags that cost reports ask for, and where a template has them. Needs no AWS CDK."""

from collections.abc import Mapping
from typing import Any, Final

REQUIRED_TAGS: Final = ("Project", "Environment", "Owner", "CostCenter", "ManagedBy")
"""The keys that every stack and every taggable resource carries."""

UNTAGGABLE: Final = frozenset(
    {
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::Glue::Connection",
        "AWS::Glue::Database",
        "AWS::Glue::SecurityConfiguration",
        "AWS::Glue::Table",
        "AWS::IAM::ManagedPolicy",
        "AWS::KMS::Alias",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Logs::QueryDefinition",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::Scheduler::Schedule",
        "AWS::StepFunctions::StateMachineAlias",
        "AWS::StepFunctions::StateMachineVersion",
    }
)
"""The resource types in use that CloudFormation cannot tag. Any other must be tagged, so that a
type that is used for the first time is looked at once."""


def tags_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Give a resource's tags by key, from whichever property its type has them in."""
    if "Replicas" in properties:
        return tags_of(properties["Replicas"][0])
    tags = properties.get("Tags") or properties.get("ResourceTags") or {}
    return tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}
