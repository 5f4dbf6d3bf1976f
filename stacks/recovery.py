"""What stands by for the day on which the primary region is lost."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from config.settings import Settings
from data_lake.recovery_region import RecoveryRegion
from stacks.second_region import replica_buckets


class RecoveryStack(Stack):
    """A standby catalog in the second region, over the replicas.

    Args:
        settings: the environment.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, **stack: Any
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        self.standby = RecoveryRegion(
            self,
            "Recovery",
            prefix=settings.prefix,
            buckets=replica_buckets(settings),
            retain=settings.retain_data,
        )
