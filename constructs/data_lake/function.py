"""A Lambda function as the lake runs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from data_lake.acknowledgement import HIPAA, NIST, PCI, acknowledge, across
from data_lake.log_retention import retention
from data_lake.permissions import allow, service_role
from data_lake.private_network import PrivateNetwork

POWERTOOLS_VERSION: Final = "3.37.0"
POWERTOOLS_LAYER: Final = f"/aws/service/powertools/python/arm64/python3.14/{POWERTOOLS_VERSION}"
"""The SSM path under which AWS publishes the layer's ARN for one version."""


@dataclass(frozen=True)
class FunctionSize:
    """What one function may use.

    Attributes:
        memory_mb: memory, which also sets the share of CPU.
        timeout_seconds: the longest one invocation may take, at most 900.
        log_retention_days: how long its logs are kept; one of CloudWatch's values.
    """

    memory_mb: int = 512
    timeout_seconds: int = 60
    log_retention_days: int = 30


@dataclass(frozen=True)
class Calls:
    """How a function is called, in words for the policy report.

    Attributes:
        by: what calls it.
        bound: what bounds how many of it run at once, besides a reserved concurrency.
        failures: what takes a call that failed.
    """

    by: str
    bound: str
    failures: str


class FunctionPlatform(Construct):
    """What the functions of a stack share: one code asset, the Powertools layer, and defaults.

    Args:
        folder: the folder with one package per function and what they share.
        environment: environment variables of every function.
        key: encrypts the logs and the environment variables.
        size: memory, timeout and log retention of every function.
        network: where the functions run. Default: in Lambda's own network.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        folder: str,
        environment: Mapping[str, str],
        key: kms.IKey,
        size: FunctionSize,
        network: PrivateNetwork | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.environment = environment
        self.key = key
        self.size = size
        self.network = network
        self.code = lambda_.Code.from_asset(folder, exclude=["**/__pycache__", "**/*.pyc"])
        self.powertools = lambda_.LayerVersion.from_layer_version_arn(
            self,
            "Powertools",
            ssm.StringParameter.value_for_string_parameter(self, POWERTOOLS_LAYER),
        )


class LakeFunction(Construct):
    """A Python 3.14 function on Graviton: traced, logged for a while, with a role of its own.

    The role may write its own log and its traces; everything else is allowed where the function
    is used.

    Args:
        platform: what it shares with other functions.
        name: the function's folder in the asset; its handler is ``<name>.handler.handle``.
        description: what the function does, in one sentence.
        environment: variables besides the platform's. Default: none.
        calls: what calls it; the reason why the findings of policies about reserved concurrency
            and dead letters are right for it. Default: none, and the findings stay.
        reserved_concurrency: how many may run at once. Default: what the account has left.
        size: memory, timeout and log retention. Default: the platform's.
        dead_letters: keeps the event of an asynchronous call that failed; such a call is then not
            repeated, because what makes it calls again. Default: none; the function is only
            called by what waits for its answer.

    Attributes:
        function: the function.
        log_group: its log.
        role: what it may do; add to it with ``allow``.
        timeout: the longest one invocation may take.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: FunctionPlatform,
        name: str,
        description: str,
        environment: Mapping[str, str] | None = None,
        calls: Calls | None = None,
        reserved_concurrency: int | None = None,
        size: FunctionSize | None = None,
        dead_letters: sqs.IQueue | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        size = size or platform.size
        self.timeout = Duration.seconds(size.timeout_seconds)
        self.role = service_role(self, "Role", "lambda.amazonaws.com", description)
        self.log_group = log_group = logs.LogGroup(
            self,
            "Log",
            retention=retention(size.log_retention_days),
            encryption_key=platform.key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self._allow_telemetry(log_group)
        allow(
            self.role,
            "ReadEnvironment",
            actions=["kms:Decrypt"],
            resources=[platform.key.key_arn],
        )
        if dead_letters is not None:
            allow(
                self.role,
                "KeepFailedCalls",
                actions=["sqs:SendMessage"],
                resources=[dead_letters.queue_arn],
            )
        network = platform.network
        if network is not None:
            network.allow_function(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            description=description,
            code=platform.code,
            handler=f"{name}.handler.handle",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            layers=[platform.powertools],
            role=self.role.without_policy_updates(),
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
            memory_size=size.memory_mb,
            timeout=self.timeout,
            reserved_concurrent_executions=reserved_concurrency,
            vpc=None if network is None else network.vpc,
            vpc_subnets=None if network is None else network.selection,
            security_groups=None if network is None else network.security_groups,
            dead_letter_queue=dead_letters,
            retry_attempts=0 if dead_letters else None,
            environment_encryption=platform.key,
            environment={
                **platform.environment,
                **(environment or {}),
                "POWERTOOLS_SERVICE_NAME": name,
            },
        )
        # Invoking it before its permissions exist would fail.
        self.function.node.add_dependency(self.role)
        if network is None:
            acknowledge(
                self.function,
                *across("LambdaInsideVPC", NIST, HIPAA, PCI),
                reason="It calls AWS's own endpoints only, over TLS and under its role, and has no "
                "address that could be called. A network of its own costs an endpoint per service.",
            )
        if calls is not None:
            self._answer(calls, bounded=reserved_concurrency is not None, kept=bool(dead_letters))

    def _answer(self, calls: Calls, *, bounded: bool, kept: bool) -> None:
        if not bounded:
            acknowledge(
                self.function,
                *across("LambdaConcurrency", NIST, HIPAA),
                reason=f"Called by {calls.by}: {calls.bound}. Reserving concurrency would take it "
                "from the account's other functions, also while nothing runs.",
            )
        if not kept:
            acknowledge(
                self.function,
                *across("LambdaDLQ", NIST, HIPAA),
                reason=f"Called by {calls.by}, never asynchronously, so that a queue of its own "
                f"would stay empty. A failure goes to {calls.failures}.",
            )

    def _allow_telemetry(self, log_group: logs.LogGroup) -> None:
        allow(
            self.role,
            "WriteLog",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        )
        allow(
            self.role,
            "WriteTraces",
            actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            resources=["*"],
            wildcard="X-Ray has no resources to name.",
        )
