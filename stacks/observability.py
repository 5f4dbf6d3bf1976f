"""Where the lake is watched."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from config.settings import Settings
from data_lake.contracts import ContractSet
from data_lake.dashboard import Monitored
from data_lake.monitoring import LakeMonitoring
from data_lake.processing import LakeProcessing
from data_lake.storage import LakeStorage
from stacks.second_region import replica_buckets


class ObservabilityStack(Stack):
    """Alarms, what they have in common, and one dashboard, from the contracts.

    Args:
        settings: the environment.
        storage: the zones, for what is replicated.
        processing: the machines and queues that are watched, and the topics that are told.
        contracts: the datasets and products.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        storage: LakeStorage,
        processing: LakeProcessing,
        contracts: ContractSet,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        self.monitoring = LakeMonitoring(
            self,
            "Monitoring",
            prefix=settings.prefix,
            environment=settings.environment,
            datasets=[
                Monitored(name, contract.freshness_hours, contract.quality.threshold)
                for name, contract in (*contracts.datasets.items(), *contracts.products.items())
            ],
            machines=processing.machines,
            dead_letters={
                "arrivals": processing.arrivals.dead_letters,
                "schedules": processing.schedules.dead_letters,
                "curate": processing.curate.dead_letters,
                "drift": processing.ingest.dead_letters,
                "sweep": processing.sweep.dead_letters,
                "notices": processing.alerts.dead_letters,
            },
            unheard=("notices", "drift"),
            topics=processing.alerts.topics,
            runbooks=processing.alerts.runbooks,
            zones=storage.zones,
            replicas=replica_buckets(settings),
        )
        CfnOutput(self, "DashboardName", value=self.monitoring.dashboard.dashboard_name)
