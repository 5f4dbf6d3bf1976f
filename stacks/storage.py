"""Where the lake keeps its objects."""

from typing import Any, Final

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from config.settings import Settings
from data_lake.storage import LakeStorage
from data_lake.zone_replication import ZoneReplication
from stacks.second_region import replica_target
from stacks.sizes import lifecycles_of

NO_SECOND_REGION: Final = (
    "The environment has no second region: after the loss of its region, producers send its files "
    "again. `recovery_region` in its file replicates every zone."
)
"""Why zones are not replicated in an environment that is not for production."""


class StorageStack(Stack):
    """The zones, their key, their access logs, and their replication to a second region.

    Args:
        settings: the environment.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, **stack: Any
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        target = replica_target(settings)
        self.lake = LakeStorage(
            self,
            "Storage",
            prefix=settings.prefix,
            account=settings.account,
            region=settings.region,
            lifecycles=lifecycles_of(settings),
            key_arn=settings.company.zones_key,
            access_log_bucket=settings.company.access_log_bucket,
            not_replicated=NO_SECOND_REGION if target is None else None,
            retain=settings.retain_data,
        )
        if target is not None:
            ZoneReplication(self, "Replication", zones=self.lake.zones, target=target)
        for name, zone in self.lake.zones.items():
            CfnOutput(self, f"{name.capitalize()}BucketName", value=zone.bucket.bucket_name)
