"""The tags by which cost reports tell lakes apart, and the rule that nothing goes without them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import jsii
from aws_cdk import (
    App,
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
    Stack,
    Tags,
    Validations,
)

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


def tag_everything(app: App, tags: Mapping[str, str]) -> None:
    """Tag every resource of an app, and fail its synthesis where a required tag is missing.

    The stacks themselves take their tags from ``Stack(tags=…)``, which is checked as well.

    Args:
        app: the app.
        tags: by key; every one of ``REQUIRED_TAGS``.

    Raises:
        ValueError: a required tag has no value.
    """
    missing = [key for key in REQUIRED_TAGS if not tags.get(key)]
    if missing:
        raise ValueError(f"tags: must have a value for every required key: got none for {missing}")
    for key, value in tags.items():
        Tags.of(app).add(key, value)
    Validations.of(app).add_plugins(RequiredTags(app))


@jsii.implements(IPolicyValidationPlugin)
class RequiredTags:
    """Finds what lacks a required tag, and names it by its place in the construct tree.

    Args:
        app: whose stacks and templates are read.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def name(self) -> str:
        """The name under which the report lists the rule."""
        return "RequiredTags"

    @property
    def rule_ids(self) -> list[str]:
        """The rules: one."""
        return ["RequiredTags"]

    @property
    def version(self) -> str:
        """The rule's version."""
        return "1.0.0"

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Give a violation for each missing key, with everything that lacks it."""
        lacking: dict[str, list[PolicyViolatingResource]] = {}
        for key, resource in (*self._stacks(), *_resources(context.template_paths)):
            lacking.setdefault(key, []).append(resource)
        violations = [
            PolicyViolation(
                rule_name="RequiredTags",
                description=f"The tag {key} is missing, and without it cost has no owner",
                fix=f"Give {key}: Tags.of(app) for resources, tags= for a stack; if CloudFormation "
                "cannot tag the type, add it to UNTAGGABLE",
                violating_resources=resources,
            )
            for key, resources in lacking.items()
        ]
        return PolicyValidationPluginReport(success=not violations, violations=violations)

    def _stacks(self) -> Iterator[tuple[str, PolicyViolatingResource]]:
        for child in self._app.node.children:
            if isinstance(child, Stack):
                for key in _missing(child.tags.tag_values()):
                    yield (
                        key,
                        PolicyViolatingResource(construct_path=child.node.path, locations=["tags"]),
                    )


def _resources(paths: list[str]) -> Iterator[tuple[str, PolicyViolatingResource]]:
    for path in paths:
        for name, resource in json.loads(Path(path).read_text()).get("Resources", {}).items():
            if resource["Type"] in UNTAGGABLE:
                continue
            for key in _missing(tags_of(resource.get("Properties", {}))):
                yield (
                    key,
                    PolicyViolatingResource(
                        resource_logical_id=name,
                        template_path=path,
                        locations=[resource["Type"]],
                    ),
                )


def _missing(tags: Mapping[str, Any]) -> list[str]:
    return [key for key in REQUIRED_TAGS if not tags.get(key)]


def tags_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Give a resource's tags by key, from whichever property its type has them in."""
    if "Replicas" in properties:
        return tags_of(properties["Replicas"][0])
    tags = properties.get("Tags") or properties.get("ResourceTags") or {}
    return tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}
