"""A state machine as the lake runs it."""

from collections.abc import Callable
from typing import Any, Final

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from data_lake.log_retention import retention
from data_lake.permissions import allow, service_role

LIVE: Final = "live"
"""The alias under which everything starts executions."""


class LakeStateMachine(Construct):
    """A standard state machine in JSONata: traced, logged for a while, with a role of its own.

    Every deployment that changes the definition publishes a version and moves the alias
    ``live`` to it. Running executions keep the definition they started with, and a version
    stays, so that an execution of yesterday can be read with its own definition.

    Logs have every event but not the data that passes between states: file names and reasons
    for rejection may hold personal data. The execution history has the data, behind IAM.

    Args:
        name: the machine's physical name, of which its ARN is made before the machine exists:
            it starts itself, and its role says so.
        definition: gives the definition, from the ARN with which it is started.
        timeout_minutes: the longest one execution may take.
        log_retention_days: how long logs are kept; one of CloudWatch's values.
        key: encrypts the log.

    Attributes:
        machine: the machine.
        arn: its ARN, written out.
        executions_arn: the ARN of every execution.
        start_arn: the ARN of the alias, with which executions are started.
        live: the alias as a machine, for targets that start it.
        alias: the alias, for what must wait until it exists.
        role: what the machine may do; add to it with ``allow``.
        log_group: its log.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        definition: Callable[[str], dict[str, Any]],
        timeout_minutes: int,
        log_retention_days: int,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self.arn = stack.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self.start_arn = f"{self.arn}:{LIVE}"
        self.executions_arn = f"{self.arn.replace(':stateMachine:', ':execution:')}:*"
        self.role = service_role(self, "Role", "states.amazonaws.com", f"Runs {name}")
        self._allow_telemetry()
        self.log_group = self._log(name, log_retention_days, key)
        timeout = Duration.minutes(timeout_minutes)
        asl = definition(self.start_arn) | {
            "QueryLanguage": "JSONata",
            "TimeoutSeconds": timeout.to_seconds(),
        }
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_string(stack.to_json_string(asl)),
            role=self.role.without_policy_updates(),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=self.log_group,
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
        # Creating the machine checks that its role may write the log.
        self.machine.node.add_dependency(self.role)
        self.alias = self._publish()
        self.live = sfn.StateMachine.from_state_machine_arn(self, "Live", self.start_arn)

    def allow_starting(self, role: iam.Role) -> None:
        """Let a role start executions."""
        allow(role, "StartRuns", actions=["states:StartExecution"], resources=[self.start_arn])

    def allow_children(self, label: str) -> None:
        """Let the machine run the items of a distributed Map as executions of their own.

        Args:
            label: the Map's label, which is part of their names.
        """
        allow(
            self.role,
            "StartChildren",
            actions=["states:StartExecution"],
            resources=[self.arn],
        )
        children = self.arn.replace(":stateMachine:", ":execution:")
        allow(
            self.role,
            "WatchChildren",
            actions=[
                "states:DescribeExecution",
                "states:RedriveExecution",
                "states:StopExecution",
            ],
            resources=[f"{children}/{label}:*"],
            wildcard="Step Functions names the executions of a Map's items.",
        )

    def _log(self, name: str, log_retention_days: int, key: kms.IKey) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            # Names under /aws/vendedlogs/ spare the account's limit on log resource policies.
            log_group_name=f"/aws/vendedlogs/states/{name}",
            retention=retention(log_retention_days),
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _publish(self) -> sfn.CfnStateMachineAlias:
        version = sfn.CfnStateMachineVersion(
            self,
            "Version",
            state_machine_arn=self.machine.state_machine_arn,
            state_machine_revision_id=self.machine.state_machine_revision_id,
        )
        version.apply_removal_policy(RemovalPolicy.RETAIN)
        return sfn.CfnStateMachineAlias(
            self,
            "Alias",
            name=LIVE,
            routing_configuration=[
                sfn.CfnStateMachineAlias.RoutingConfigurationVersionProperty(
                    state_machine_version_arn=version.attr_arn, weight=100
                )
            ],
        )

    def _allow_telemetry(self) -> None:
        allow(
            self.role,
            "DeliverLog",
            actions=[
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ],
            resources=["*"],
            wildcard="CloudWatch's log delivery has no resources to name.",
        )
        allow(
            self.role,
            "WriteTraces",
            actions=[
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            resources=["*"],
            wildcard="X-Ray has no resources to name.",
        )
