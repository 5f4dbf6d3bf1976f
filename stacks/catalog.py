"""Where the lake knows what its objects mean."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from config.settings import Settings
from data_lake.catalog import LakeCatalog
from data_lake.contracts import ContractSet
from data_lake.quality_rulesets import QualityRulesets
from data_lake.storage import LakeStorage
from stacks.sizes import optimizers_of


class CatalogStack(Stack):
    """Databases, the raw crawler, the query workgroup and the rulesets for Glue Data Quality.

    Args:
        settings: the environment.
        storage: the zones that the catalog describes.
        contracts: the datasets and products whose rules are exported.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        storage: LakeStorage,
        contracts: ContractSet,
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
            optimizers=optimizers_of(settings),
            retain=settings.retain_data,
        )
        QualityRulesets(self, "Rulesets", prefix=settings.prefix, contracts=contracts)
        CfnOutput(self, "WorkGroupName", value=self.lake.workgroup.name)
        CfnOutput(self, "CrawlerName", value=self.lake.crawler.ref)
