"""How a new object becomes an entry in the ledger."""

from collections.abc import Mapping
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
from data_lake.encryption import KEY_READ_WRITE
from data_lake.function import FunctionCode, FunctionSize, LakeFunction
from data_lake.grants import read_objects, use_items, write_objects
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
    """

    window_seconds: int = 20

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
        source: code and layer of the function.
        environment: the function's environment variables.
        key: encrypts queues and log; its policy must let EventBridge use it.
        size: memory, timeout and log retention of the function.
        batching: how arrivals are gathered. Default: at most 20 seconds.
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
        source: FunctionCode,
        environment: Mapping[str, str],
        key: kms.IKey,
        size: FunctionSize,
        batching: Batching,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = DeadLetters(self, "DeadLetters", key=key).queue
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=KEPT,
            # Lambda's own rule: six times the function's timeout, and the batching window.
            visibility_timeout=Duration.seconds(6 * size.timeout_seconds + batching.window_seconds),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=_TRIES
            ),
        )
        self._listen(raw)
        self.register = LakeFunction(
            self,
            "Register",
            source=source,
            name="register",
            description="Writes each new object version into the ledger and starts its run",
            environment={**environment, "INGEST_STATE_MACHINE_ARN": machine.start_arn},
            key=key,
            size=size,
        )
        self._allow_register(raw, quarantine, tables, key)
        contracts.allow_reading(self.register.role)
        machine.allow_starting(self.register.role)
        allow(
            self.register.role,
            "SendNotices",
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
        )
        self._empty_queue(batching)

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
        read_objects(role, raw, versions=True, why="Producers choose the keys of their files.")
        write_objects(
            role, quarantine, ("unclaimed/",), why="Unclaimed objects keep the keys they came with."
        )
        allow(
            role,
            "UseKeys",
            actions=KEY_READ_WRITE,
            resources=[key.key_arn, raw.key.key_arn],
        )
