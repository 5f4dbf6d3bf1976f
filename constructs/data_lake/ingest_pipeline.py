"""The pipeline that turns waiting arrivals into rows of a processed table."""

from aws_cdk import Duration, Stack
from constructs import Construct

from data_lake.ingest_states import IngestMachine
from data_lake.permissions import allow
from data_lake.pipeline import PipelineParts
from data_lake.state_machine import LakeStateMachine


class IngestPipeline(Construct):
    """One state machine for every dataset: the contract carries the difference.

    Args:
        parts: what the pipeline is made of.
        crawler_name: the crawler over the raw zone.

    Attributes:
        machine: the state machine.
        stage: the job that writes rows where readers do not see them.
        publish: the job that makes them visible.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, parts: PipelineParts, crawler_name: str
    ) -> None:
        super().__init__(scope, construct_id)
        self.stage = parts.jobs.stage(self)
        self.publish = parts.jobs.publish(self, "processed")
        self.machine = LakeStateMachine(
            self,
            "Machine",
            name=f"{parts.prefix}-ingest",
            definition=lambda start_arn: IngestMachine(
                shared=parts.states(),
                stage=self.stage,
                publish=self.publish,
                crawler_name=crawler_name,
                start_arn=start_arn,
                longest=Duration.minutes(parts.timeout_minutes),
            ).definition(),
            timeout_minutes=parts.timeout_minutes,
            log_retention_days=parts.log_retention_days,
            key=parts.key,
        )
        functions = parts.functions
        parts.allow_steps(
            self.machine,
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
        self.machine.allow_starting(self.machine.role)
        allow(
            self.machine.role,
            "RunCrawler",
            actions=["glue:GetCrawler", "glue:StartCrawler"],
            resources=[
                Stack.of(self).format_arn(
                    service="glue", resource="crawler", resource_name=crawler_name
                )
            ],
        )
