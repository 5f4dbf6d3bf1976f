"""Strata's library: constructs and contracts of a data lake that other CDK apps can use.

Every public name can be imported from here. A name is loaded when it is first used, so that
``data_lake.contracts`` and ``data_lake.testing`` work where there is no AWS CDK.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from data_lake.alarms import AlarmSet as AlarmSet
    from data_lake.alerts import AlertRouting as AlertRouting
    from data_lake.alerts import Subscriber as Subscriber
    from data_lake.arrival_ledger import ArrivalLedger as ArrivalLedger
    from data_lake.arrival_ledger import Batching as Batching
    from data_lake.catalog import LakeCatalog as LakeCatalog
    from data_lake.cause_alarms import CauseAlarms as CauseAlarms
    from data_lake.compaction import CompactionSettings as CompactionSettings
    from data_lake.compaction import ParquetTable as ParquetTable
    from data_lake.compaction import TableCompaction as TableCompaction
    from data_lake.contract_bundle import ContractBundle as ContractBundle
    from data_lake.contracts import ContractError as ContractError
    from data_lake.contracts import ContractSet as ContractSet
    from data_lake.contracts import DatasetContract as DatasetContract
    from data_lake.contracts import ProductContract as ProductContract
    from data_lake.contracts import load_contracts as load_contracts
    from data_lake.cost_controls import AnomalyAlerts as AnomalyAlerts
    from data_lake.cost_controls import CostControls as CostControls
    from data_lake.curate_pipeline import CuratePipeline as CuratePipeline
    from data_lake.dashboard import LakeDashboard as LakeDashboard
    from data_lake.dashboard import Monitored as Monitored
    from data_lake.dead_letters import DeadLetters as DeadLetters
    from data_lake.encryption import LakeKey as LakeKey
    from data_lake.existing_storage import ExistingStorage as ExistingStorage
    from data_lake.existing_storage import ExistingZone as ExistingZone
    from data_lake.function import Calls as Calls
    from data_lake.function import FunctionPlatform as FunctionPlatform
    from data_lake.function import FunctionSize as FunctionSize
    from data_lake.function import LakeFunction as LakeFunction
    from data_lake.ingest_pipeline import IngestPipeline as IngestPipeline
    from data_lake.lake_tables import LakeTables as LakeTables
    from data_lake.monitoring import LakeMonitoring as LakeMonitoring
    from data_lake.pipeline import PipelineParts as PipelineParts
    from data_lake.policy import StrataRules as StrataRules
    from data_lake.private_network import ExistingNetwork as ExistingNetwork
    from data_lake.private_network import PrivateNetwork as PrivateNetwork
    from data_lake.private_network import Way as Way
    from data_lake.processing import LakeProcessing as LakeProcessing
    from data_lake.processing_values import Sizes as Sizes
    from data_lake.processing_values import Sources as Sources
    from data_lake.protection_secret import ProtectionSecret as ProtectionSecret
    from data_lake.quality_rulesets import QualityRulesets as QualityRulesets
    from data_lake.raw_crawler import RawCrawler as RawCrawler
    from data_lake.recovery_region import RecoveryRegion as RecoveryRegion
    from data_lake.replica_zones import ReplicaZones as ReplicaZones
    from data_lake.run_functions import RunFunctions as RunFunctions
    from data_lake.run_functions import RunLimits as RunLimits
    from data_lake.saved_queries import SavedQueries as SavedQueries
    from data_lake.schedules import DatasetSchedule as DatasetSchedule
    from data_lake.schedules import DatasetSchedules as DatasetSchedules
    from data_lake.severity import Severity as Severity
    from data_lake.spark_job import SparkJob as SparkJob
    from data_lake.spark_job import SparkLibrary as SparkLibrary
    from data_lake.spark_job import SparkSize as SparkSize
    from data_lake.state_machine import LakeStateMachine as LakeStateMachine
    from data_lake.storage import LakeStorage as LakeStorage
    from data_lake.sweep import LakeSweep as LakeSweep
    from data_lake.sweep import SweepLimits as SweepLimits
    from data_lake.table_jobs import TableJobs as TableJobs
    from data_lake.table_optimizers import OptimizerSettings as OptimizerSettings
    from data_lake.table_optimizers import TableOptimizers as TableOptimizers
    from data_lake.zone import LakeZone as LakeZone
    from data_lake.zone import ZoneLifecycle as ZoneLifecycle
    from data_lake.zone_replication import ReplicaTarget as ReplicaTarget
    from data_lake.zone_replication import ZoneReplication as ZoneReplication

__all__ = [
    "AlarmSet",
    "AlertRouting",
    "AnomalyAlerts",
    "ArrivalLedger",
    "Batching",
    "Calls",
    "CauseAlarms",
    "CompactionSettings",
    "ContractBundle",
    "ContractError",
    "ContractSet",
    "CostControls",
    "CuratePipeline",
    "DatasetContract",
    "DatasetSchedule",
    "DatasetSchedules",
    "DeadLetters",
    "ExistingNetwork",
    "ExistingStorage",
    "ExistingZone",
    "FunctionPlatform",
    "FunctionSize",
    "IngestPipeline",
    "LakeCatalog",
    "LakeDashboard",
    "LakeFunction",
    "LakeKey",
    "LakeMonitoring",
    "LakeProcessing",
    "LakeStateMachine",
    "LakeStorage",
    "LakeSweep",
    "LakeTables",
    "LakeZone",
    "Monitored",
    "OptimizerSettings",
    "ParquetTable",
    "PipelineParts",
    "PrivateNetwork",
    "ProductContract",
    "ProtectionSecret",
    "QualityRulesets",
    "RawCrawler",
    "RecoveryRegion",
    "ReplicaTarget",
    "ReplicaZones",
    "RunFunctions",
    "RunLimits",
    "SavedQueries",
    "Severity",
    "Sizes",
    "Sources",
    "SparkJob",
    "SparkLibrary",
    "SparkSize",
    "StrataRules",
    "Subscriber",
    "SweepLimits",
    "TableCompaction",
    "TableJobs",
    "TableOptimizers",
    "Way",
    "ZoneLifecycle",
    "ZoneReplication",
    "load_contracts",
]

_NAMES = {
    "alarms": ("AlarmSet",),
    "alerts": ("AlertRouting", "Subscriber"),
    "arrival_ledger": ("ArrivalLedger", "Batching"),
    "catalog": ("LakeCatalog",),
    "cause_alarms": ("CauseAlarms",),
    "compaction": ("CompactionSettings", "ParquetTable", "TableCompaction"),
    "contract_bundle": ("ContractBundle",),
    "contracts": (
        "ContractError",
        "ContractSet",
        "DatasetContract",
        "ProductContract",
        "load_contracts",
    ),
    "cost_controls": ("AnomalyAlerts", "CostControls"),
    "curate_pipeline": ("CuratePipeline",),
    "dashboard": ("LakeDashboard", "Monitored"),
    "dead_letters": ("DeadLetters",),
    "encryption": ("LakeKey",),
    "existing_storage": ("ExistingStorage", "ExistingZone"),
    "function": ("Calls", "FunctionPlatform", "FunctionSize", "LakeFunction"),
    "ingest_pipeline": ("IngestPipeline",),
    "lake_tables": ("LakeTables",),
    "monitoring": ("LakeMonitoring",),
    "pipeline": ("PipelineParts",),
    "policy": ("StrataRules",),
    "private_network": ("ExistingNetwork", "PrivateNetwork", "Way"),
    "processing": ("LakeProcessing",),
    "processing_values": ("Sizes", "Sources"),
    "protection_secret": ("ProtectionSecret",),
    "quality_rulesets": ("QualityRulesets",),
    "raw_crawler": ("RawCrawler",),
    "recovery_region": ("RecoveryRegion",),
    "replica_zones": ("ReplicaZones",),
    "run_functions": ("RunFunctions", "RunLimits"),
    "saved_queries": ("SavedQueries",),
    "schedules": ("DatasetSchedule", "DatasetSchedules"),
    "severity": ("Severity",),
    "spark_job": ("SparkJob", "SparkLibrary", "SparkSize"),
    "state_machine": ("LakeStateMachine",),
    "storage": ("LakeStorage",),
    "sweep": ("LakeSweep", "SweepLimits"),
    "table_jobs": ("TableJobs",),
    "table_optimizers": ("OptimizerSettings", "TableOptimizers"),
    "zone": ("LakeZone", "ZoneLifecycle"),
    "zone_replication": ("ReplicaTarget", "ZoneReplication"),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name; raises ``AttributeError`` for any other."""
    if name not in _HOMES:
        raise AttributeError(f"module 'data_lake' has no attribute {name!r}")
    value = getattr(import_module(f"data_lake.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, the ones that are not loaded yet included."""
    return sorted({*globals(), *__all__})
