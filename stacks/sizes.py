"""Settings, as the library's constructs take them: plain values."""

from config.settings import Settings
from data_lake.alerts import Subscriber
from data_lake.arrival_ledger import Batching
from data_lake.contracts import ContractSet
from data_lake.function import FunctionSize
from data_lake.ingest_pipeline import MachineSize
from data_lake.run_functions import RunLimits
from data_lake.schedules import DatasetSchedule
from data_lake.spark_job import SparkSize


def function_size(settings: Settings) -> FunctionSize:
    """What each function may use."""
    return FunctionSize(**settings.functions.model_dump())


def spark_size(settings: Settings) -> SparkSize:
    """What each Spark job may use."""
    return SparkSize(
        **settings.spark.model_dump(), log_retention_days=settings.functions.log_retention_days
    )


def machine_size(settings: Settings) -> MachineSize:
    """What each execution may take."""
    return MachineSize(
        timeout_minutes=settings.pipeline.timeout_minutes,
        log_retention_days=settings.functions.log_retention_days,
    )


def run_limits(settings: Settings) -> RunLimits:
    """How much one run takes on."""
    pipeline = settings.pipeline
    return RunLimits(
        files_per_run=pipeline.files_per_run,
        files_per_inspection=pipeline.files_per_inspection,
        lease_minutes=pipeline.lease_minutes,
    )


def batching(settings: Settings) -> Batching:
    """How arrivals are gathered."""
    return Batching(window_seconds=settings.pipeline.arrival_batching_seconds)


def subscribers(settings: Settings) -> list[Subscriber]:
    """Who is told."""
    return [Subscriber(**told.model_dump()) for told in settings.alerts.subscribers]


def schedules(contracts: ContractSet) -> dict[str, DatasetSchedule]:
    """When datasets that have a schedule are taken, by dataset."""
    return {
        name: DatasetSchedule(cron=dataset.schedule.cron, time_zone=dataset.schedule.time_zone)
        for name, dataset in contracts.datasets.items()
        if dataset.schedule is not None
    }
