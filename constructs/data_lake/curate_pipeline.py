"""The pipeline that rebuilds data products when a dataset that they read was published."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from data_lake.curate_states import CurateMachine
from data_lake.dead_letters import DeadLetters
from data_lake.ingest_pipeline import MachineSize, allow_outlets
from data_lake.run_functions import RunFunctions
from data_lake.run_states import DATASET_PUBLISHED, EVENT_SOURCE, RunStates
from data_lake.state_machine import LakeStateMachine
from data_lake.table_jobs import TableJobs
from data_lake.zone import LakeZone


class CuratePipeline(Construct):
    """One state machine for every product, started by the event that a dataset was published.

    An event that cannot start the machine for a day is kept for 14 days in a dead-letter queue.

    Args:
        prefix: ``<project>-<environment>``; the machine is named after it, and only events of
            this owner start it.
        functions: the run's functions.
        jobs: makes the Spark jobs.
        artifacts: the zone that holds what runs write about themselves.
        topic: gets the notices.
        key: encrypts topic, queue and log; its policy must let EventBridge use it.
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
        artifacts: LakeZone,
        topic: sns.ITopic,
        key: kms.IKey,
        size: MachineSize,
    ) -> None:
        super().__init__(scope, construct_id)
        self.build = jobs.build(self)
        self.publish = jobs.publish(self, "curated")
        definition = CurateMachine(
            shared=RunStates(functions=functions, topic_arn=topic.topic_arn),
            build=self.build,
            publish=self.publish,
            artifacts_uri=artifacts.uri(),
        ).definition()
        self.machine = LakeStateMachine(
            self,
            "Machine",
            name=f"{prefix}-curate",
            definition=lambda _start_arn: definition,
            timeout_minutes=size.timeout_minutes,
            log_retention_days=size.log_retention_days,
            key=key,
        )
        self.machine.allow_tasks(
            functions=[
                functions.plan_products,
                functions.open_run,
                functions.judge,
                functions.close_run,
            ],
            jobs=[self.build, self.publish],
        )
        allow_outlets(self.machine, topic, key)
        self.dead_letters = self._listen(prefix, key)

    def _listen(self, owner: str, key: kms.IKey) -> sqs.Queue:
        dead_letters = DeadLetters(self, "DeadLetters", key=key, sender="an EventBridge rule").queue
        rule = events.Rule(
            self,
            "DatasetPublished",
            description="A dataset of this lake has new rows",
            event_pattern=events.EventPattern(
                source=[EVENT_SOURCE],
                detail_type=[DATASET_PUBLISHED],
                detail={"owner": [owner], "kind": ["dataset"]},
            ),
        )
        rule.add_target(
            targets.SfnStateMachine(
                self.machine.live,
                input=events.RuleTargetInput.from_event_path("$.detail"),
                dead_letter_queue=dead_letters,
                max_event_age=Duration.hours(24),
                retry_attempts=185,
            )
        )
        rule.node.add_dependency(self.machine.alias)
        return dead_letters
