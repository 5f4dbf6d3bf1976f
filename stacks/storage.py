"""Where the lake keeps its objects."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from config.settings import Settings
from data_lake.storage import ACCESS_LOGS, ZONES, LakeStorage
from data_lake.zone import ZoneLifecycle


class StorageStack(Stack):
    """The zones, their key and their access logs.

    Args:
        settings: the environment.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, **stack: Any
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        storage = settings.storage
        lifecycles = {
            zone: ZoneLifecycle(**getattr(storage, zone.replace("-", "_")).model_dump())
            for zone in (*ZONES, ACCESS_LOGS)
        }
        self.lake = LakeStorage(
            self,
            "Storage",
            prefix=settings.prefix,
            account=settings.account,
            region=settings.region,
            lifecycles=lifecycles,
            retain=settings.retain_data,
        )
        for name, zone in self.lake.zones.items():
            CfnOutput(self, f"{name.capitalize()}BucketName", value=zone.bucket.bucket_name)
