"""Where the lake keeps its objects once more."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from config.settings import Settings
from data_lake.replica_zones import ReplicaZones
from stacks.sizes import lifecycles_of


class ReplicaStack(Stack):
    """The zones and their key in the second region, deployed before the primary's storage.

    Args:
        settings: the environment.
        region: its second region.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        region: str,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        replica = ReplicaZones(
            self,
            "Replica",
            prefix=settings.prefix,
            account=settings.account,
            region=region,
            lifecycles=lifecycles_of(settings),
            key_arn=settings.company.recovery_zones_key,
            access_log_bucket=settings.company.recovery_access_log_bucket,
            retain=settings.retain_data,
        )
        for name, zone in replica.storage.zones.items():
            CfnOutput(self, f"Replica{name.capitalize()}BucketName", value=zone.bucket.bucket_name)
