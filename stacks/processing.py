"""Where the lake moves data."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from config.settings import Settings
from data_lake.alerts import Subscriber
from data_lake.catalog import LakeCatalog
from data_lake.contracts import ContractSet
from data_lake.processing import LakeProcessing
from data_lake.schedules import DatasetSchedule
from data_lake.severity import Severity
from data_lake.storage import LakeStorage
from stacks.sizes import network_of, parquet_tables_of, sizes_of


class ProcessingStack(Stack):
    """Arrivals, pipelines, schedules and notices.

    Args:
        settings: the environment.
        storage: the zones.
        catalog: the databases and the raw crawler.
        contracts: the datasets and products.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        storage: LakeStorage,
        catalog: LakeCatalog,
        contracts: ContractSet,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        self.lake = LakeProcessing(
            self,
            "Processing",
            prefix=settings.prefix,
            environment=settings.environment,
            zones=storage.zones,
            catalog=catalog,
            contracts=contracts,
            schedules={
                name: DatasetSchedule(
                    dataset.schedule.cron, dataset.schedule.time_zone, dataset.schedule.catch_up
                )
                for name, dataset in contracts.datasets.items()
                if dataset.schedule is not None
            },
            micro_batches={
                name: dataset.trigger.every_minutes
                for name, dataset in contracts.datasets.items()
                if dataset.trigger.every_minutes is not None
            },
            parquet_tables=parquet_tables_of(settings, contracts),
            sizes=sizes_of(settings),
            subscribers=[
                Subscriber(
                    who.protocol,
                    who.endpoint,
                    tuple(Severity(word) for word in who.severities),
                    who.notices,
                )
                for who in settings.alerts.subscribers
            ],
            runbooks=settings.alerts.runbooks,
            alerts_by_severity=settings.alerts.topics == "by_severity",
            schedules_enabled=settings.schedules.enabled,
            retain=settings.retain_data,
            key_arn=settings.company.processing_key,
            protection_key_arn=settings.company.protection_key,
            network=network_of(settings),
        )
        self._tell_names()

    def _tell_names(self) -> None:
        outputs = {
            "IngestStateMachineArn": self.lake.ingest.machine.arn,
            "CurateStateMachineArn": self.lake.curate.machine.arn,
            "LedgerTableName": self.lake.tables.ledger.table_name,
            "AuditTableName": self.lake.tables.audit.table_name,
            "ContractsUri": self.lake.contracts.uri,
            "AlertTopicArn": self.lake.alerts.topic.topic_arn,
            "SweepFunctionName": self.lake.sweep.function.function.function_name,
            "ArrivalQueueUrl": self.lake.arrivals.queue.queue_url,
            "NoticeDeadLetterQueueUrl": self.lake.alerts.dead_letters.queue_url,
            "ArrivalDeadLetterQueueUrl": self.lake.arrivals.dead_letters.queue_url,
            "CurateDeadLetterQueueUrl": self.lake.curate.dead_letters.queue_url,
            "DriftDeadLetterQueueUrl": self.lake.ingest.dead_letters.queue_url,
            "ScheduleDeadLetterQueueUrl": self.lake.schedules.dead_letters.queue_url,
            "SweepDeadLetterQueueUrl": self.lake.sweep.dead_letters.queue_url,
        }
        if self.lake.compaction is not None:
            outputs["CompactStateMachineArn"] = self.lake.compaction.machine.arn
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
