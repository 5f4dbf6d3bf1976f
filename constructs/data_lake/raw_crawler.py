"""The crawler over the raw zone."""

import json
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from constructs import Construct

from data_lake.grants import PRODUCERS_NAMES, catalog_arns, use_key
from data_lake.permissions import allow, service_role
from data_lake.zone import LakeZone

# One table per first-level folder of the bucket, which is how producers lay out datasets.
_CONFIGURATION: Final = {
    "Version": 1.0,
    "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
    "Grouping": {
        "TableGroupingPolicy": "CombineCompatibleSchemas",
        "TableLevelConfiguration": 2,
    },
}
MANIFESTS: Final = "**manifest.json"
"""Lists of files, which have another schema than the files beside them; a Glue exclude pattern."""


class RawCrawler(Construct):
    """Finds the schema of what arrived, to compare it with the contract.

    It has no schedule: each run crawls after its files are there. Tables of files that left the
    raw zone by lifecycle stay.

    Args:
        raw: what is crawled.
        database: where the tables go.
        database_name: its name, written out.
        security_configuration: encrypts the crawler's log with the zone's key.

    Attributes:
        crawler: the crawler.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        raw: LakeZone,
        database: glue.IDatabase,
        database_name: str,
        security_configuration: glue.ISecurityConfiguration,
    ) -> None:
        super().__init__(scope, construct_id)
        role = self._role(raw, database_name)
        self.crawler = glue.CfnCrawler(
            self,
            "Crawler",
            role=role.role_arn,
            database_name=database.database_name,
            description="Finds the schema of what arrived, to compare it with the contract",
            targets=glue.CfnCrawler.TargetsProperty(
                s3_targets=[
                    glue.CfnCrawler.S3TargetProperty(path=raw.uri(), exclusions=[MANIFESTS])
                ]
            ),
            crawler_security_configuration=security_configuration.security_configuration_name,
            configuration=json.dumps(_CONFIGURATION),
            schema_change_policy=glue.CfnCrawler.SchemaChangePolicyProperty(
                update_behavior="UPDATE_IN_DATABASE", delete_behavior="LOG"
            ),
        )
        self.crawler.node.add_dependency(role)

    def _role(self, raw: LakeZone, database_name: str) -> iam.Role:
        stack = Stack.of(self)
        role = service_role(
            self, "Role", "glue.amazonaws.com", "Crawls the raw zone into its database"
        )
        allow(
            role,
            "ListRaw",
            actions=["s3:GetBucketLocation", "s3:ListBucket"],
            resources=[raw.arn],
        )
        allow(
            role,
            "ReadRaw",
            actions=["s3:GetObject"],
            resources=[raw.objects()],
            wildcard=PRODUCERS_NAMES,
        )
        use_key(role, "UseKey", raw.key)
        allow(
            role,
            "DescribeRawTables",
            actions=[
                "glue:BatchCreatePartition",
                "glue:BatchGetPartition",
                "glue:BatchUpdatePartition",
                "glue:CreateTable",
                "glue:GetDatabase",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:GetTable",
                "glue:GetTables",
                "glue:UpdatePartition",
                "glue:UpdateTable",
            ],
            resources=catalog_arns(stack, database_name),
            wildcard="The crawler names a table after each folder that it finds.",
        )
        allow(
            role,
            "ReadSecurityConfiguration",
            actions=["glue:GetSecurityConfiguration"],
            resources=["*"],
            wildcard="The action does not support resource-level permissions.",
        )
        allow(
            role,
            "WriteLogs",
            actions=[
                "logs:AssociateKmsKey",
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
            ],
            resources=[
                f"arn:{stack.partition}:logs:{stack.region}:{stack.account}"
                ":log-group:/aws-glue/crawlers*"
            ],
            wildcard="Glue names a crawler's log group after its role and encryption.",
        )
        return role
