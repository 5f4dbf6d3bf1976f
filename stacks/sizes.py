"""Settings as the library's constructs take them: plain values."""

from typing import Final

from config.settings import Settings
from data_lake.arrival_ledger import Batching
from data_lake.asl_many import ChildExecutions
from data_lake.compaction import CompactionSettings, ParquetTable
from data_lake.contracts import ContractSet
from data_lake.function import FunctionSize
from data_lake.inspect_states import InspectionMap
from data_lake.private_network import ExistingNetwork, Way
from data_lake.processing_values import Sizes
from data_lake.run_functions import RunLimits
from data_lake.spark_job import SparkSize
from data_lake.storage import ACCESS_LOGS, ZONES
from data_lake.sweep import SweepLimits
from data_lake.table_optimizers import OptimizerSettings
from data_lake.zone import ZoneLifecycle

_EXPRESS: Final = {"inspection_seconds": 120}
"""An Express execution ends after five minutes, and a batch may need another try."""


def sizes_of(settings: Settings) -> Sizes:
    """How much an environment's processing may use; logs are kept as long everywhere."""
    pipeline, log_retention_days = settings.pipeline, settings.functions.log_retention_days
    is_express = pipeline.inspection_executions == "express"
    return Sizes(
        function=FunctionSize(**settings.functions.model_dump()),
        spark=SparkSize(**settings.spark.model_dump(), log_retention_days=log_retention_days),
        run=RunLimits(
            files_per_run=pipeline.files_per_run,
            files_per_inspection=pipeline.files_per_inspection,
            inline_batches=pipeline.inline_batches,
            lease_minutes=pipeline.lease_minutes,
            **_EXPRESS if is_express else {},
        ),
        inspection_map=InspectionMap(
            at_once=pipeline.inspections_at_once,
            executions=ChildExecutions(pipeline.inspection_executions.upper()),
        ),
        batching=Batching(window_seconds=pipeline.arrival_batching_seconds),
        timeout_minutes=pipeline.timeout_minutes,
        log_retention_days=log_retention_days,
        sweep=SweepLimits(every_minutes=pipeline.sweep_minutes),
        compaction=CompactionSettings(**settings.compaction.model_dump(exclude={"time_zone"})),
    )


def optimizers_of(settings: Settings) -> OptimizerSettings:
    """How an environment's Iceberg tables are kept."""
    return OptimizerSettings(**settings.optimizers.model_dump())


def parquet_tables_of(settings: Settings, contracts: ContractSet) -> dict[str, ParquetTable]:
    """The tables that are compacted, in the time zone of their own schedule where they have one."""
    zones = {
        name: dataset.schedule.time_zone
        for name, dataset in contracts.datasets.items()
        if dataset.schedule is not None
    }
    return {
        name: ParquetTable(contract.zone, zones.get(name, settings.compaction.time_zone))
        for name, contract in contracts.all().items()
        if contract.format == "parquet"
    }


def network_of(settings: Settings) -> ExistingNetwork | None:
    """Where an environment's functions and jobs run; ``None`` in the services' own networks."""
    network = settings.network
    if network is None:
        return None
    return ExistingNetwork(
        vpc_id=network.vpc_id,
        subnets={subnet.id: subnet.availability_zone for subnet in network.subnets},
        security_group_ids=network.security_group_ids,
        ways=[Way(**way.model_dump()) for way in network.egress],
        route_table_ids=network.route_table_ids,
    )


def lifecycles_of(settings: Settings) -> dict[str, ZoneLifecycle]:
    """How long an environment's zones and access logs keep what, in every region."""
    return {
        zone: ZoneLifecycle(**getattr(settings.storage, zone.replace("-", "_")).model_dump())
        for zone in (*ZONES, ACCESS_LOGS)
    }
