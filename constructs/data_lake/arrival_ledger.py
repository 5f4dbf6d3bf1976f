"""How a new object becomes an entry in the ledger."""

from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from data_lake.contract_bundle import ContractBundle
from data_lake.dead_letters import KEPT, DeadLetters
from data_lake.function import Calls, FunctionPlatform, LakeFunction
from data_lake.grants import (
    PRODUCERS_NAMES,
    read_objects,
    use_items,
    use_key,
    use_table_key,
    write_objects,
)
from data_lake.lake_tables import LakeTables
from data_lake.permissions import allow
from data_lake.state_machine import LakeStateMachine
from data_lake.zone import LakeZone

_TRIES: Final = 5


@dataclass(frozen=True)
class Batching:
    """How arrivals are gathered before they are registered.

    Attributes:
        window_seconds: the longest an event waits for others. 0 registers at once.
        batches_at_once: how many batches are registered at the same time, from 2 to 1,000. A
            burst of files waits in the queue, and leaves the account's other functions theirs.
    """

    window_seconds: int = 20
    batches_at_once: int = 50

    @property
    def size(self) -> int:
        """The most events in one batch; Lambda allows more than 10 only with a window."""
        return 100 if self.window_seconds else 10


class ArrivalLedger(Construct):
    """Takes every new object of the raw zone from its event to an entry in the ledger.

    S3's event goes over EventBridge into a queue, and the register function empties the queue.
    An event that cannot be delivered, and a message that failed five times, end up in the
    dead-letter queue, kept for 14 days.

    Args:
        raw: the zone whose objects arrive; it must send its events to EventBridge.
        quarantine: the zone that keeps objects which no contract claims.
        tables: the ledger that is written.
        contracts: the compiled contracts.
        topic: gets the notice of an object that no contract claims.
        machine: the machine that is started for datasets that are taken on arrival.
        platform: what the register function shares with others. Its key also encrypts the
            queues, and its policy must let EventBridge use it.
        batching: how arrivals are gathered.

    Attributes:
        queue: events that wait to be registered.
        dead_letters: events that could not be delivered or registered.
        register: the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        raw: LakeZone,
        quarantine: LakeZone,
        tables: LakeTables,
        contracts: ContractBundle,
        topic: sns.ITopic,
        machine: LakeStateMachine,
        platform: FunctionPlatform,
        batching: Batching,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = DeadLetters(self, "DeadLetters", key=platform.key).queue
        self.queue = self._queue(platform, batching)
        self._listen(raw)
        self.register = LakeFunction(
            self,
            "Register",
            platform=platform,
            name="register",
            description="Writes each new object version into the ledger and starts its run",
            environment={"INGEST_STATE_MACHINE_ARN": machine.start_arn},
            calls=Calls(
                by="an event source mapping",
                bound="the mapping takes a bounded number of batches at the same time",
                failures="the queue, which gives a failed message to its dead letters",
            ),
        )
        self._allow_register(raw, quarantine, tables, platform.key)
        contracts.allow_reading(self.register.role)
        machine.allow_starting(self.register.role)
        allow(
            self.register.role,
            "SendNotices",
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
        )
        self._empty_queue(batching)

    def _queue(self, platform: FunctionPlatform, batching: Batching) -> sqs.Queue:
        return sqs.Queue(
            self,
            "Queue",
            encryption_master_key=platform.key,
            enforce_ssl=True,
            retention_period=KEPT,
            # Lambda's own rule: six times the function's timeout, and the batching window.
            visibility_timeout=Duration.seconds(
                6 * platform.size.timeout_seconds + batching.window_seconds
            ),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=_TRIES
            ),
        )

    def _listen(self, raw: LakeZone) -> None:
        rule = events.Rule(
            self,
            "ObjectCreated",
            description="Every new object version of the raw zone",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [raw.name]}},
            ),
        )
        rule.add_target(targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters))

    def _empty_queue(self, batching: Batching) -> None:
        self.register.function.add_event_source(
            sources.SqsEventSource(
                self.queue,
                batch_size=batching.size,
                max_batching_window=Duration.seconds(batching.window_seconds),
                max_concurrency=batching.batches_at_once,
                report_batch_item_failures=True,
            )
        )

    def _allow_register(
        self, raw: LakeZone, quarantine: LakeZone, tables: LakeTables, key: kms.IKey
    ) -> None:
        role = self.register.role
        allow(
            role,
            "EmptyQueue",
            actions=[
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
            ],
            resources=[self.queue.queue_arn],
        )
        use_items(role, "WriteLedger", tables.ledger, ("GetItem", "PutItem"))
        use_table_key(role, tables.key)
        read_objects(role, raw, versions=True, why=PRODUCERS_NAMES)
        write_objects(role, quarantine, ("unclaimed/",), why=PRODUCERS_NAMES)
        use_key(role, "UseZonesKey", raw.key)
        use_key(role, "UseMessagesKey", key)
