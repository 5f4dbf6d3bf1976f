"""What the ingest and the curate pipeline have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_kms as kms

from data_lake.alerts import AlertRouting
from data_lake.function import LakeFunction
from data_lake.grants import use_key
from data_lake.notice_states import Notices
from data_lake.permissions import allow
from data_lake.run_functions import RunFunctions
from data_lake.run_states import RunStates
from data_lake.spark_job import SparkJob
from data_lake.state_machine import LakeStateMachine
from data_lake.table_jobs import TableJobs


@dataclass(frozen=True)
class PipelineParts:
    """What a pipeline is made of.

    Attributes:
        prefix: ``<project>-<environment>``; machines are named after it.
        functions: the run's functions.
        jobs: makes the Spark jobs.
        alerts: the topic that gets the notices, and the queue that keeps those it refused.
        key: encrypts topic, queues and logs; its policy must let EventBridge use it.
        timeout_minutes: the longest one execution may take, with all that it waits for.
        log_retention_days: how long a machine's log is kept; one of CloudWatch's values.
    """

    prefix: str
    functions: RunFunctions
    jobs: TableJobs
    alerts: AlertRouting
    key: kms.IKey
    timeout_minutes: int = 180
    log_retention_days: int = 30

    def states(self) -> RunStates:
        """Give the states that both machines share."""
        notices = Notices(
            self.alerts.topic.topic_arn,
            self.alerts.dead_letters.queue_url,
            self.alerts.runbooks,
        )
        return RunStates(functions=self.functions, notices=notices)

    def allow_steps(
        self,
        machine: LakeStateMachine,
        *,
        functions: Sequence[LakeFunction],
        jobs: Sequence[SparkJob],
    ) -> None:
        """Let a machine invoke functions, run jobs to their end, send notices and emit events.

        Args:
            machine: who.
            functions: what it invokes.
            jobs: what it runs.
        """
        role, stack = machine.role, Stack.of(machine)
        allow(
            role,
            "InvokeFunctions",
            actions=["lambda:InvokeFunction"],
            resources=[function.function.function_arn for function in functions],
        )
        self.allow_jobs(machine, jobs)
        topic, unsent = self.alerts.topic.topic_arn, self.alerts.dead_letters.queue_arn
        allow(role, "SendNotices", actions=["sns:Publish"], resources=[topic])
        allow(role, "KeepUnsentNotices", actions=["sqs:SendMessage"], resources=[unsent])
        use_key(role, "UseTopicKey", self.key)
        allow(
            role,
            "EmitEvents",
            actions=["events:PutEvents"],
            resources=[
                stack.format_arn(service="events", resource="event-bus", resource_name="default")
            ],
        )

    def allow_jobs(self, machine: LakeStateMachine, jobs: Sequence[SparkJob]) -> None:
        """Let a machine run jobs to their end, and stop them.

        Args:
            machine: who.
            jobs: what it runs.
        """
        allow(
            machine.role,
            "RunJobs",
            actions=[
                "glue:BatchStopJobRun",
                "glue:GetJobRun",
                "glue:GetJobRuns",
                "glue:StartJobRun",
            ],
            resources=[job.job.job_arn for job in jobs],
        )
