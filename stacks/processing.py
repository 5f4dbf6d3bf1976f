"""Where the lake moves data."""

from pathlib import Path
from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from config.settings import Settings
from data_lake.alerts import AlertRouting
from data_lake.arrival_ledger import ArrivalLedger
from data_lake.catalog import LakeCatalog
from data_lake.contract_bundle import ContractBundle
from data_lake.contracts import ContractSet
from data_lake.curate_pipeline import CuratePipeline
from data_lake.encryption import LakeKey
from data_lake.function import FunctionCode
from data_lake.ingest_pipeline import IngestPipeline
from data_lake.lake_tables import LakeTables
from data_lake.run_functions import RunFunctions
from data_lake.schedules import DatasetSchedules
from data_lake.spark_job import SparkLibrary
from data_lake.storage import LakeStorage
from data_lake.table_jobs import TableJobs
from stacks import sizes


class ProcessingStack(Stack):
    """Arrivals, pipelines, schedules and notices.

    Args:
        settings: the environment.
        storage: the zones.
        catalog: the databases and the raw crawler.
        contracts: the datasets and products.
        sources: the folder that holds ``lambda_src`` and ``glue_scripts``.
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
        sources: Path,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        zones, prefix = storage.zones, settings.prefix
        size, machine_size = sizes.function_size(settings), sizes.machine_size(settings)
        key = LakeKey(
            self,
            "Key",
            description=f"{prefix}: queues, tables, notices and logs",
            services=("events.amazonaws.com", "sns.amazonaws.com"),
            retain=settings.retain_data,
        ).key
        alerts = AlertRouting(self, "Alerts", key=key, subscribers=sizes.subscribers(settings))
        tables = LakeTables(self, "Tables", key=key, retain=settings.retain_data)
        bundle = ContractBundle(self, "Contracts", contracts=contracts)
        code = FunctionCode(self, "Code", folder=str(sources / "lambda_src"))
        environment = {
            "ENVIRONMENT": settings.environment,
            "OWNER": prefix,
            "LEDGER_TABLE": tables.ledger.table_name,
            "AUDIT_TABLE": tables.audit.table_name,
            "CONTRACTS_URI": bundle.uri,
            "RAW_BUCKET": zones["raw"].name,
            "QUARANTINE_BUCKET": zones["quarantine"].name,
            "ARTIFACTS_BUCKET": zones["artifacts"].name,
            "ALERT_TOPIC_ARN": alerts.topic.topic_arn,
        }
        functions = RunFunctions(
            self,
            "Runs",
            source=code,
            environment=environment,
            zones=zones,
            raw_database=catalog.database_names["raw"],
            tables=tables,
            contracts=bundle,
            limits=sizes.run_limits(settings),
            key=key,
            size=size,
        )
        jobs = TableJobs(
            library=SparkLibrary(self, "Spark", folder=str(sources / "glue_scripts")),
            contracts=bundle,
            zones=zones,
            databases=catalog.database_names,
            security_configuration=catalog.security_configuration,
            size=sizes.spark_size(settings),
            log_prefix=f"/strata/{prefix}",
        )
        pipeline: dict[str, Any] = {
            "prefix": prefix,
            "functions": functions,
            "jobs": jobs,
            "topic": alerts.topic,
            "key": key,
            "size": machine_size,
        }
        ingest = IngestPipeline(self, "Ingest", crawler_name=catalog.crawler.ref, **pipeline)
        curate = CuratePipeline(self, "Curate", artifacts=zones["artifacts"], **pipeline)
        arrivals = ArrivalLedger(
            self,
            "Arrivals",
            raw=zones["raw"],
            quarantine=zones["quarantine"],
            tables=tables,
            contracts=bundle,
            topic=alerts.topic,
            machine=ingest.machine,
            source=code,
            environment=environment,
            key=key,
            size=size,
            batching=sizes.batching(settings),
        )
        DatasetSchedules(
            self,
            "Schedules",
            schedules=sizes.schedules(contracts),
            machine=ingest.machine,
            key=key,
            enabled=settings.schedules.enabled,
        )
        outputs = {
            "IngestStateMachineArn": ingest.machine.arn,
            "CurateStateMachineArn": curate.machine.arn,
            "LedgerTableName": tables.ledger.table_name,
            "AuditTableName": tables.audit.table_name,
            "AlertTopicArn": alerts.topic.topic_arn,
            "ArrivalQueueUrl": arrivals.queue.queue_url,
            "ArrivalDeadLetterQueueUrl": arrivals.dead_letters.queue_url,
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
