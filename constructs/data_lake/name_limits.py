"""Whether names fit what services allow, in every environment at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
)

from data_lake.policy.templates import Resource, Templates

STACK: Final = "AWS::CloudFormation::Stack"
NAMES: Final[Mapping[str, tuple[str, int]]] = {
    STACK: ("StackName", 128),
    "AWS::Athena::WorkGroup": ("Name", 128),
    "AWS::Budgets::Budget": ("Budget.BudgetName", 100),
    "AWS::CE::AnomalyMonitor": ("MonitorName", 1024),
    "AWS::CE::AnomalySubscription": ("SubscriptionName", 1024),
    "AWS::CloudWatch::Alarm": ("AlarmName", 255),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmName", 255),
    "AWS::CloudWatch::Dashboard": ("DashboardName", 255),
    "AWS::DynamoDB::GlobalTable": ("TableName", 255),
    "AWS::Events::EventBus": ("Name", 256),
    "AWS::Events::Rule": ("Name", 64),
    "AWS::Glue::Connection": ("ConnectionInput.Name", 255),
    "AWS::Glue::Crawler": ("Name", 255),
    "AWS::Glue::DataQualityRuleset": ("Name", 255),
    "AWS::Glue::Database": ("DatabaseInput.Name", 255),
    "AWS::Glue::Job": ("Name", 255),
    "AWS::Glue::SecurityConfiguration": ("Name", 255),
    "AWS::Glue::Table": ("TableInput.Name", 255),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", 128),
    "AWS::IAM::Policy": ("PolicyName", 128),
    "AWS::IAM::Role": ("RoleName", 64),
    "AWS::KMS::Alias": ("AliasName", 256),
    "AWS::Lambda::Alias": ("Name", 128),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::Logs::MetricFilter": ("FilterName", 512),
    "AWS::Logs::QueryDefinition": ("Name", 255),
    "AWS::S3::Bucket": ("BucketName", 63),
    "AWS::SNS::Topic": ("TopicName", 256),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::SSM::Parameter": ("Name", 1011),
    "AWS::Scheduler::Schedule": ("Name", 64),
    "AWS::Scheduler::ScheduleGroup": ("Name", 64),
    "AWS::SecretsManager::Secret": ("Name", 512),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", 80),
    "AWS::StepFunctions::StateMachineAlias": ("Name", 80),
}
"""Where a type's template has its name, and the most characters that the service takes, as its API
reference says. What has no name in the template gets one from CloudFormation, which fits."""

LONGEST_REFERENCE: Final = 255
"""What a name inside a name counts for where it is known in the cloud only."""


@dataclass(frozen=True)
class LakeNames:
    """What the names of one environment are made of.

    Attributes:
        environment: its name.
        prefix: first part of the names, such as ``strata-prod``.
        regions: those whose name is part of a name; its first region first.
        settings: the file in which ``prefix`` can be shortened.
    """

    environment: str
    prefix: str
    regions: Sequence[str]
    settings: str


@dataclass(frozen=True)
class _Name:
    kind: str
    text: str
    resource: PolicyViolatingResource


@jsii.implements(IPolicyValidationPlugin)
class NameLimits:
    """Finds names that are longer than their service allows.

    Args:
        app: whose stacks and templates are read.
        own: the environment that is synthesised.
        others: environments whose names are the same but for their prefix and regions.
    """

    def __init__(self, app: App, own: LakeNames, others: Sequence[LakeNames]) -> None:
        self._app = app
        self._own = own
        self._others = others

    @property
    def name(self) -> str:
        """The name under which the report lists the rule."""
        return "NameLimits"

    @property
    def rule_ids(self) -> list[str]:
        """The rules: one."""
        return ["NameLimits"]

    @property
    def version(self) -> str:
        """The rule's version."""
        return "1.0.0"

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Give a violation for each name that is too long in one or more environments."""
        names = [*self._stacks(), *self._resources(context.template_paths)]
        violations = [
            violation
            for environment in (self._own, *self._others)
            for name in names
            if (violation := self._violation(name, environment)) is not None
        ]
        return PolicyValidationPluginReport(success=not violations, violations=violations)

    def _stacks(self) -> Iterator[_Name]:
        for child in self._app.node.children:
            if isinstance(child, Stack):
                place = PolicyViolatingResource(construct_path=child.node.path, locations=[STACK])
                yield _Name(STACK, child.stack_name, place)

    def _resources(self, paths: Sequence[str]) -> Iterator[_Name]:
        for resource in Templates.read(paths).all():
            written = written_name(resource)
            if written is not None:
                place = PolicyViolatingResource(
                    resource_logical_id=resource.name,
                    template_path=resource.template,
                    locations=[resource.type],
                )
                yield _Name(resource.type, written, place)

    def _violation(self, name: _Name, environment: LakeNames) -> PolicyViolation | None:
        limit = NAMES[name.kind][1]
        text = max(self._in(environment, name.text), key=len)
        if len(text) <= limit:
            return None
        return PolicyViolation(
            rule_name="NameLimits",
            description=f"In environment {environment.environment} the {name.kind} {text} would "
            f"have {len(text)} characters, and {limit} are allowed",
            fix=f"Shorten project, environment or company.name_prefix in {environment.settings}, "
            f"which begin the name with {environment.prefix}, or what follows in it",
            violating_resources=[name.resource],
        )

    def _in(self, environment: LakeNames, text: str) -> Iterator[str]:
        """Give a name of the synthesised environment as another would have it, once a region."""
        own, other = self._own.prefix, environment.prefix
        text = text.replace(own, other).replace(own.replace("-", "_"), other.replace("-", "_"))
        written = [region for region in self._own.regions if region in text]
        for region in environment.regions:
            yield text.replace(written[0], region) if written else text


def written_name(resource: Resource) -> str | None:
    """Give the name that a template gives a resource, or ``None`` where the cloud chooses one.

    A name inside the name that is known in the cloud only is as many ``?`` as it may be long.
    """
    if resource.type not in NAMES:
        return None
    value = resource.get(*NAMES[resource.type][0].split("."))
    return None if value is None else _flat(value)


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(_flat(part) for part in parts)
    return "?" * LONGEST_REFERENCE
