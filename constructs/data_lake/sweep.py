"""The sweep: what no event, run or person brought to its end is found on a schedule."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from data_lake.contract_bundle import ContractBundle
from data_lake.dead_letters import DeadLetters
from data_lake.encryption import KEY_READ_WRITE
from data_lake.function import Calls, FunctionPlatform, LakeFunction
from data_lake.grants import use_items, use_key, use_table_key
from data_lake.lake_tables import LakeTables
from data_lake.permissions import allow, service_role
from data_lake.state_machine import LakeStateMachine
from data_lake.zone import LakeZone


@dataclass(frozen=True)
class SweepLimits:
    """How often the sweep looks, and at how much.

    Attributes:
        every_minutes: minutes between two sweeps.
        grace_minutes: what is younger is left to its own event, run or end.
        objects: the most object versions of the raw zone that one sweep compares with the ledger.
        pass_minutes: the raw zone is gone through once in so many minutes, unless that takes
            longer.
    """

    every_minutes: int = 15
    grace_minutes: int = 15
    objects: int = 5000
    pass_minutes: int = 60


class LakeSweep(Construct):
    """A function on a schedule that mends what nobody else would.

    It starts a run where the last one died or where something waits and no run is going, sends
    the event of an object anew that the ledger does not know, names batches whose files did not
    come in time, and tells the topic what it found. What it cannot do, it tries again the next
    time; a sweep that failed is kept for 14 days in a dead-letter queue.

    Args:
        raw: the zone that is compared with the ledger.
        tables: the ledger.
        contracts: the compiled contracts.
        topic: gets the notice of what was found.
        ingest: the machine that is started for datasets.
        curate: the machine that is started for products.
        queue: takes the events of objects that were never announced.
        platform: what the function shares with others. Its key also encrypts the dead letters.
        limits: how often it looks, and at how much. Default: see ``SweepLimits``.
        enabled: false keeps the schedule but starts nothing. Default: true.

    Attributes:
        function: the function; with a dataset's name it starts that dataset's run if anything
            waits.
        dead_letters: sweeps that could not be started, or failed.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        raw: LakeZone,
        tables: LakeTables,
        contracts: ContractBundle,
        topic: sns.ITopic,
        ingest: LakeStateMachine,
        curate: LakeStateMachine,
        queue: sqs.IQueue,
        platform: FunctionPlatform,
        limits: SweepLimits | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        limits = limits or SweepLimits()
        self.dead_letters = DeadLetters(self, "DeadLetters", key=platform.key).queue
        self.function = LakeFunction(
            self,
            "Sweep",
            platform=platform,
            name="sweep",
            description="Finds and mends what died, was forgotten, never announced, or is overdue",
            environment={
                "INGEST_STATE_MACHINE_ARN": ingest.start_arn,
                "CURATE_STATE_MACHINE_ARN": curate.start_arn,
                "ARRIVAL_QUEUE_URL": queue.queue_url,
                "GRACE_MINUTES": str(limits.grace_minutes),
                "OBJECTS_PER_SWEEP": str(limits.objects),
                "PASS_MINUTES": str(limits.pass_minutes),
            },
            calls=Calls(
                by="schedules",
                bound="each schedule calls it once at a time, minutes apart",
                failures="its dead letters",
            ),
            dead_letters=self.dead_letters,
        )
        contracts.allow_reading(self.function.role)
        self._allow_sweeping(raw, tables, topic, queue, platform.key)
        self._allow_runs(ingest, curate)
        self._schedule(limits, platform.key, enabled=enabled)

    def _allow_sweeping(
        self,
        raw: LakeZone,
        tables: LakeTables,
        topic: sns.ITopic,
        queue: sqs.IQueue,
        key: kms.IKey,
    ) -> None:
        role = self.function.role
        use_items(
            role,
            "UseLedger",
            tables.ledger,
            ("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"),
        )
        use_table_key(role, tables.key)
        allow(role, "ListRaw", actions=["s3:ListBucketVersions"], resources=[raw.arn])
        allow(role, "TellAgain", actions=["sqs:SendMessage"], resources=[queue.queue_arn])
        allow(role, "SendNotices", actions=["sns:Publish"], resources=[topic.topic_arn])
        use_key(role, "UseMessagesKey", key)

    def _allow_runs(self, ingest: LakeStateMachine, curate: LakeStateMachine) -> None:
        allow(
            self.function.role,
            "StartRuns",
            actions=["states:StartExecution"],
            resources=[ingest.start_arn, curate.start_arn],
        )
        allow(
            self.function.role,
            "LookAtRuns",
            actions=["states:DescribeExecution"],
            resources=[machine.executions_arn for machine in (ingest, curate)],
            wildcard="Executions are named after what they were started for.",
        )

    def _schedule(self, limits: SweepLimits, key: kms.IKey, *, enabled: bool) -> None:
        role = service_role(self, "Role", "scheduler.amazonaws.com", "Starts the sweep")
        allow(
            role,
            "InvokeFunction",
            actions=["lambda:InvokeFunction"],
            resources=[self.function.function.function_arn],
        )
        dead_letters = self.dead_letters.queue_arn
        allow(role, "KeepLostStarts", actions=["sqs:SendMessage"], resources=[dead_letters])
        allow(role, "UseKey", actions=KEY_READ_WRITE, resources=[key.key_arn])
        entry = scheduler.Schedule(
            self,
            "Schedule",
            description="Sweeps the lake",
            enabled=enabled,
            schedule=scheduler.ScheduleExpression.rate(Duration.minutes(limits.every_minutes)),
            target=targets.LambdaInvoke(
                self.function.function,
                input=scheduler.ScheduleTargetInput.from_object({"trigger": "sweep"}),
                role=role.without_policy_updates(),
                dead_letter_queue=self.dead_letters,
                max_event_age=Duration.minutes(limits.every_minutes),
                retry_attempts=3,
            ),
        )
        entry.node.add_dependency(role)
