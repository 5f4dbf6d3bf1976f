"""The pipeline that turns waiting arrivals into rows of a processed table."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from data_lake.crawl_states import DRIFT_FOUND
from data_lake.dead_letters import DeadLetters
from data_lake.grants import read_objects, use_key, write_objects
from data_lake.ingest_states import IngestMachine
from data_lake.inspect_states import LABEL as INSPECT_MANY
from data_lake.inspect_states import InspectionMap
from data_lake.permissions import allow, service_role
from data_lake.pipeline import PipelineParts
from data_lake.run_functions import RUNS
from data_lake.run_states import EVENT_SOURCE
from data_lake.state_machine import LakeStateMachine
from data_lake.zone import LakeZone


class IngestPipeline(Construct):
    """One state machine for every dataset: the contract carries the difference.

    Args:
        parts: what the pipeline is made of.
        crawler_name: the crawler over the raw zone.
        artifacts: the zone that holds what runs write about themselves.
        inspection_map: how many files are inspected. Default: see ``InspectionMap``.

    Attributes:
        machine: the state machine.
        stage: the job that writes rows where readers do not see them.
        publish: the job that makes them visible.
        dead_letters: events of drift that could not be told.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parts: PipelineParts,
        crawler_name: str,
        artifacts: LakeZone,
        inspection_map: InspectionMap | None = None,
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
                artifacts_bucket=artifacts.name,
                inspection_map=inspection_map or InspectionMap(),
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
        self._allow_inspecting_many(artifacts)
        self.dead_letters = DeadLetters(
            self, "DriftDeadLetters", key=parts.key, sender="an EventBridge rule"
        ).queue
        self._tell_drift(parts)
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

    def _tell_drift(self, parts: PipelineParts) -> None:
        """Send a notice of each event that raw files differ from their contract."""
        rule = events.Rule(
            self,
            "DriftFound",
            description="Raw files of this lake differ from their contract",
            event_pattern=events.EventPattern(
                source=[EVENT_SOURCE],
                detail_type=[DRIFT_FOUND],
                detail={"owner": [parts.prefix]},
            ),
        )
        # Without a role, the topic would have to take messages from the rules of any account.
        role = service_role(self, "DriftRole", "events.amazonaws.com", "Sends notices of drift")
        topic = [parts.alerts.topic.topic_arn]
        allow(role, "SendNotices", actions=["sns:Publish"], resources=topic)
        use_key(role, "UseMessagesKey", parts.key)
        of = events.EventField.from_path
        rule.add_target(
            targets.SnsTopic(
                parts.alerts.topic,
                authorize_using_role=True,
                role=role.without_policy_updates(),
                message=events.RuleTargetInput.from_object(
                    {
                        "notice": "drift_found",
                        "severity": "warning",
                        "environment": of("$.detail.environment"),
                        "dataset": of("$.detail.dataset"),
                        "run_id": of("$.detail.run_id"),
                        "outcome": None,
                        "counts": {},
                        "reasons": of("$.detail.reasons"),
                        "next_step": "Compare the columns with the contract; change it, or have "
                        "the producer change the files.",
                        "runbook": f"{parts.alerts.runbooks}/error-data.md",
                    }
                ),
                dead_letter_queue=self.dead_letters,
                max_event_age=Duration.hours(24),
                retry_attempts=185,
            )
        )

    def _allow_inspecting_many(self, artifacts: LakeZone) -> None:
        """Let the machine read its lists of batches, start an execution for each, and write what
        became of them."""
        role = self.machine.role
        why = "A run's folder is named after its dataset and its execution."
        read_objects(role, artifacts, RUNS, why=why)
        write_objects(role, artifacts, RUNS, why=why)
        allow(
            role,
            "WriteLargeResults",
            actions=["s3:ListMultipartUploadParts"],
            resources=[artifacts.objects(prefix) for prefix in RUNS],
            wildcard=why,
        )
        use_key(role, "UseZonesKey", artifacts.key)
        self.machine.allow_children(INSPECT_MANY)
