"""The pipeline that turns waiting arrivals into rows of a processed table."""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from data_lake.encryption import KEY_READ_WRITE
from data_lake.ingest_states import IngestMachine
from data_lake.permissions import allow
from data_lake.run_functions import RunFunctions
from data_lake.run_states import RunStates
from data_lake.state_machine import LakeStateMachine
from data_lake.table_jobs import TableJobs


@dataclass(frozen=True)
class MachineSize:
    """What one execution may take.

    Attributes:
        timeout_minutes: the longest one execution may take, with all that it waits for.
        log_retention_days: how long its log is kept; one of CloudWatch's values.
    """

    timeout_minutes: int = 180
    log_retention_days: int = 30


class IngestPipeline(Construct):
    """One state machine for every dataset: the contract carries the difference.

    Args:
        prefix: ``<project>-<environment>``; the machine is named after it.
        functions: the run's functions.
        jobs: makes the Spark jobs.
        crawler_name: the crawler over the raw zone.
        topic: gets the notices.
        key: encrypts the topic and the log.
        size: timeout and log retention.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        functions: RunFunctions,
        jobs: TableJobs,
        crawler_name: str,
        topic: sns.ITopic,
        key: kms.IKey,
        size: MachineSize,
    ) -> None:
        super().__init__(scope, construct_id)
        self.stage = jobs.stage(self)
        self.publish = jobs.publish(self, "processed")
        self.machine = LakeStateMachine(
            self,
            "Machine",
            name=f"{prefix}-ingest",
            definition=lambda start_arn: IngestMachine(
                shared=RunStates(functions=functions, topic_arn=topic.topic_arn),
                stage=self.stage,
                publish=self.publish,
                crawler_name=crawler_name,
                start_arn=start_arn,
            ).definition(),
            timeout_minutes=size.timeout_minutes,
            log_retention_days=size.log_retention_days,
            key=key,
        )
        self.machine.allow_tasks(
            functions=[
                functions.open_run,
                functions.inspect_files,
                functions.plan_read,
                functions.check_drift,
                functions.judge,
                functions.close_run,
            ],
            jobs=[self.stage, self.publish],
        )
        self.machine.allow_itself()
        allow_outlets(self.machine, topic, key)
        stack = Stack.of(self)
        allow(
            self.machine.role,
            "RunCrawler",
            actions=["glue:GetCrawler", "glue:StartCrawler"],
            resources=[
                stack.format_arn(service="glue", resource="crawler", resource_name=crawler_name)
            ],
        )


def allow_outlets(machine: LakeStateMachine, topic: sns.ITopic, key: kms.IKey) -> None:
    """Let a machine send notices to a topic and events to the account's own bus.

    Args:
        machine: who sends.
        topic: gets the notices.
        key: encrypts the topic.
    """
    stack = Stack.of(machine)
    allow(machine.role, "SendNotices", actions=["sns:Publish"], resources=[topic.topic_arn])
    allow(machine.role, "UseTopicKey", actions=KEY_READ_WRITE, resources=[key.key_arn])
    allow(
        machine.role,
        "EmitEvents",
        actions=["events:PutEvents"],
        resources=[
            stack.format_arn(service="events", resource="event-bus", resource_name="default")
        ],
    )
