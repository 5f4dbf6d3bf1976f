"""Everything that moves data: arrivals, pipelines, schedules and notices."""

from collections.abc import Mapping, Sequence

from constructs import Construct

from data_lake.alerts import ALERTING_SERVICES, RUNBOOKS, AlertRouting, Subscriber
from data_lake.arrival_ledger import ArrivalLedger
from data_lake.catalog import LakeCatalog
from data_lake.compaction import ParquetTable, TableCompaction
from data_lake.contract_bundle import ContractBundle, Writable
from data_lake.curate_pipeline import CuratePipeline
from data_lake.encryption import LakeKey
from data_lake.function import FunctionPlatform, FunctionSize, LakeFunction
from data_lake.ingest_pipeline import IngestPipeline
from data_lake.lake_tables import LakeTables
from data_lake.metrics import NAMESPACE
from data_lake.pipeline import PipelineParts
from data_lake.private_network import ExistingNetwork, PrivateNetwork
from data_lake.processing_values import Sizes, Sources
from data_lake.protection_secret import ProtectionSecret
from data_lake.run_functions import RunFunctions
from data_lake.saved_queries import SavedQueries
from data_lake.schedules import DatasetSchedule, DatasetSchedules
from data_lake.spark_job import SparkLibrary
from data_lake.state_machine import LakeStateMachine
from data_lake.sweep import LakeSweep
from data_lake.table_jobs import TableJobs
from data_lake.zone import LakeZone


class LakeProcessing(Construct):
    """Registers what arrives, ingests it, rebuilds products and tells people.

    Args:
        prefix: ``<project>-<environment>``: owner of the ledger's records, part of names.
        environment: the environment's name, as records and notices show it.
        zones: every zone.
        catalog: the databases and the raw crawler.
        contracts: the compiled contracts.
        schedules: by dataset, for those that have one. Default: none.
        micro_batches: minutes between two looks at what waits, by dataset. Default: none.
        parquet_tables: by dataset or product, those whose format is parquet; they are compacted.
            Default: none, and then nothing is there to compact them.
        sources: where the code is. Default: the code that ships with the library.
        sizes: how much everything may use. Default: see ``Sizes``.
        subscribers: who gets the notices and alarms. Default: nobody.
        alerts_by_severity: alarms have a topic for each severity. Default: false.
        runbooks: the folder or URL of the runbooks, whose pages messages name. Default: the
            folder of this repository.
        schedules_enabled: false keeps the schedules but starts nothing. Default: true.
        retain: keep tables and key when the stack is deleted. Default: true.
        key_arn: a key that exists, in place of a new one for queues, tables, notices and logs.
            Default: none.
        protection_key_arn: a key that exists, in place of a new one for the secret of personal
            data. Default: none.
        network: a VPC that exists, in which functions and jobs run. Default: none, since its
            endpoints cost by the hour.

    Attributes:
        network: where functions and jobs run; ``None`` in the services' own networks.
        key: encrypts queues, tables, notices and logs.
        alerts: the topics and their subscribers.
        tables: the ledger and the audit.
        protection: the secret that personal data is hashed with.
        contracts: the deployed bundle.
        ingest: the pipeline of the datasets.
        curate: the pipeline of the products.
        compaction: what compacts Parquet tables; ``None`` where there are none.
        arrivals: the queue and what empties it.
        schedules: the contracts' schedules.
        sweep: what finds and mends what nobody else would.
        queries: the saved queries over the logs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        environment: str,
        zones: Mapping[str, LakeZone],
        catalog: LakeCatalog,
        contracts: Writable,
        schedules: Mapping[str, DatasetSchedule] | None = None,
        micro_batches: Mapping[str, int] | None = None,
        parquet_tables: Mapping[str, ParquetTable] | None = None,
        sources: Sources | None = None,
        sizes: Sizes | None = None,
        subscribers: Sequence[Subscriber] = (),
        alerts_by_severity: bool = False,
        runbooks: str = RUNBOOKS,
        schedules_enabled: bool = True,
        retain: bool = True,
        key_arn: str | None = None,
        protection_key_arn: str | None = None,
        network: ExistingNetwork | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        sizes, sources = sizes or Sizes(), sources or Sources()
        self._zones, self._catalog = zones, catalog
        self.network = None if network is None else PrivateNetwork(self, "Network", network=network)
        self.key = LakeKey(
            self,
            "Key",
            description=f"{prefix}: queues, tables, notices and logs",
            services=("events.amazonaws.com", "sns.amazonaws.com", *ALERTING_SERVICES),
            retain=retain,
            existing_arn=key_arn,
        ).key
        self.alerts = AlertRouting(
            self,
            "Alerts",
            key=self.key,
            subscribers=subscribers,
            by_severity=alerts_by_severity,
            runbooks=runbooks,
        )
        self.tables = LakeTables(self, "Tables", key=self.key, retain=retain)
        self.protection = ProtectionSecret(
            self, "Protection", prefix=prefix, retain=retain, key_arn=protection_key_arn
        )
        self.contracts = ContractBundle(self, "Contracts", contracts=contracts)
        platform = self._platform(sources, prefix, environment, sizes.function)
        parts = self._parts(prefix, platform, sources, sizes)
        self.ingest = IngestPipeline(
            self,
            "Ingest",
            parts=parts,
            crawler_name=catalog.crawler.ref,
            artifacts=zones["artifacts"],
            inspection_map=sizes.inspection_map,
        )
        self.curate = CuratePipeline(self, "Curate", parts=parts, artifacts=zones["artifacts"])
        self.compaction = (
            TableCompaction(
                self, "Compaction", parts=parts, tables=parquet_tables, settings=sizes.compaction
            )
            if parquet_tables
            else None
        )
        self.arrivals = ArrivalLedger(
            self,
            "Arrivals",
            raw=zones["raw"],
            quarantine=zones["quarantine"],
            tables=self.tables,
            contracts=self.contracts,
            topic=self.alerts.topic,
            machine=self.ingest.machine,
            platform=platform,
            batching=sizes.batching,
        )
        self.sweep = LakeSweep(
            self,
            "Sweep",
            raw=zones["raw"],
            tables=self.tables,
            contracts=self.contracts,
            topic=self.alerts.topic,
            ingest=self.ingest.machine,
            curate=self.curate.machine,
            queue=self.arrivals.queue,
            platform=platform,
            limits=sizes.sweep,
            enabled=schedules_enabled,
        )
        self.schedules = DatasetSchedules(
            self,
            "Schedules",
            schedules=schedules or {},
            micro_batches=micro_batches,
            sweep=self.sweep,
            compaction=self.compaction,
            machine=self.ingest.machine,
            key=self.key,
            enabled=schedules_enabled,
        )

        self.queries = SavedQueries(
            self,
            "Queries",
            prefix=prefix,
            functions=[
                one.log_group for one in self.node.find_all() if isinstance(one, LakeFunction)
            ],
            machines=[machine.log_group for machine in self.machines.values()],
        )

    @property
    def machines(self) -> dict[str, LakeStateMachine]:
        """Every state machine of the lake, by name."""
        machines = {"ingest": self.ingest.machine, "curate": self.curate.machine}
        return machines | ({"compact": self.compaction.machine} if self.compaction else {})

    def _platform(
        self, sources: Sources, prefix: str, environment: str, size: FunctionSize
    ) -> FunctionPlatform:
        return FunctionPlatform(
            self,
            "Functions",
            folder=sources.functions,
            key=self.key,
            size=size,
            network=self.network,
            environment={
                "ENVIRONMENT": environment,
                "OWNER": prefix,
                "LEDGER_TABLE": self.tables.ledger.table_name,
                "AUDIT_TABLE": self.tables.audit.table_name,
                "CONTRACTS_URI": self.contracts.uri,
                "RAW_BUCKET": self._zones["raw"].name,
                "QUARANTINE_BUCKET": self._zones["quarantine"].name,
                "ARTIFACTS_BUCKET": self._zones["artifacts"].name,
                "ALERT_TOPIC_ARN": self.alerts.topic.topic_arn,
                "RUNBOOKS": self.alerts.runbooks,
                "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
                "LOG_LEVEL": "INFO",
            },
        )

    def _parts(
        self, prefix: str, platform: FunctionPlatform, sources: Sources, sizes: Sizes
    ) -> PipelineParts:
        return PipelineParts(
            prefix=prefix,
            functions=RunFunctions(
                self,
                "Runs",
                platform=platform,
                zones=self._zones,
                raw_database=self._catalog.database_names["raw"],
                tables=self.tables,
                contracts=self.contracts,
                limits=sizes.run,
                spark=sizes.spark,
            ),
            jobs=TableJobs(
                library=SparkLibrary(self, "Spark", folder=sources.jobs),
                contracts=self.contracts,
                zones=self._zones,
                databases=self._catalog.database_names,
                protection=self.protection,
                optimizers=self._catalog.optimizers,
                security_configuration=self._catalog.security_configuration,
                size=sizes.spark,
                log_prefix=f"/strata/{prefix}",
                network=self.network,
            ),
            alerts=self.alerts,
            key=self.key,
            timeout_minutes=sizes.timeout_minutes,
            log_retention_days=sizes.log_retention_days,
        )
