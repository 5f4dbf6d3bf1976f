"""Where the lake knows what its objects mean."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from config.settings import Settings
from data_lake.catalog import LakeCatalog
from data_lake.storage import LakeStorage


class CatalogStack(Stack):
    """Databases, the raw crawler and the query workgroup.

    Args:
        settings: the environment.
        storage: the zones that the catalog describes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        storage: LakeStorage,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        self.lake = LakeCatalog(
            self,
            "Catalog",
            prefix=settings.prefix,
            zones=storage.zones,
            key=storage.key,
            scan_limit_mb=settings.queries.scan_limit_mb,
            retain=settings.retain_data,
        )
        CfnOutput(self, "WorkGroupName", value=self.lake.workgroup.name)
        CfnOutput(self, "CrawlerName", value=self.lake.crawler.ref)
