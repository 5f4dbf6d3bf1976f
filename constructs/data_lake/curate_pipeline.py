"""The pipeline that rebuilds data products when a dataset that they read was published."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from data_lake.curate_states import CurateMachine
from data_lake.dead_letters import DeadLetters
from data_lake.permissions import service_role
from data_lake.pipeline import PipelineParts
from data_lake.run_states import DATASET_PUBLISHED, EVENT_SOURCE
from data_lake.state_machine import LakeStateMachine
from data_lake.zone import LakeZone


class CuratePipeline(Construct):
    """One state machine for every product, started by the event that a dataset was published.

    EventBridge tries for a day to start the machine; what it could not start is kept for 14 days
    in a dead-letter queue.

    Args:
        parts: what the pipeline is made of. Only events of its prefix start the machine.
        artifacts: the zone that holds what runs write about themselves.

    Attributes:
        machine: the state machine.
        build: the job that writes rows where readers do not see them.
        publish: the job that makes them visible.
        dead_letters: events that could not start the machine.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, parts: PipelineParts, artifacts: LakeZone
    ) -> None:
        super().__init__(scope, construct_id)
        self.build = parts.jobs.build(self)
        self.publish = parts.jobs.publish(self, "curated")
        definition = CurateMachine(
            shared=parts.states(),
            build=self.build,
            publish=self.publish,
            artifacts_uri=artifacts.uri(),
            longest=Duration.minutes(parts.timeout_minutes),
        ).definition()
        self.machine = LakeStateMachine(
            self,
            "Machine",
            name=f"{parts.prefix}-curate",
            definition=lambda _start_arn: definition,
            timeout_minutes=parts.timeout_minutes,
            log_retention_days=parts.log_retention_days,
            key=parts.key,
        )
        functions = parts.functions
        parts.allow_steps(
            self.machine,
            functions=[
                functions.plan_products,
                functions.open_run,
                functions.judge,
                functions.close_run,
            ],
            jobs=[self.build, self.publish],
        )
        self.dead_letters = DeadLetters(
            self, "DeadLetters", key=parts.key, sender="an EventBridge rule"
        ).queue
        self._listen(parts.prefix)

    def _listen(self, owner: str) -> None:
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
        # The target's own role would have its permission inline.
        role = service_role(
            self, "DatasetPublishedRole", "events.amazonaws.com", "Starts the curate machine"
        )
        self.machine.allow_starting(role)
        rule.add_target(
            targets.SfnStateMachine(
                self.machine.live,
                role=role.without_policy_updates(),
                input=events.RuleTargetInput.from_event_path("$.detail"),
                dead_letter_queue=self.dead_letters,
                max_event_age=Duration.hours(24),
                retry_attempts=185,
            )
        )
        rule.node.add_dependency(self.machine.alias, role)
