"""The lake's catalog: databases, the raw crawler, the query workgroup."""

import json
from collections.abc import Mapping
from typing import Final

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from data_lake.encryption import KEY_READ_WRITE
from data_lake.permissions import allow, service_role
from data_lake.zone import LakeZone

DATABASE_ZONES: Final = ("raw", "processed", "curated", "quarantine")
"""The zones that have a database of their own."""

REJECTED_FILE_COLUMNS: Final = (
    "dataset",
    "arrival_id",
    "bucket",
    "key",
    "version_id",
    "rule",
    "reason",
    "run_id",
    "rejected_at",
    "quarantine_uri",
)
MANIFESTS: Final = "**manifest.json"
"""Lists of files, which have another schema than the files beside them; a Glue exclude pattern."""
BYTES_PER_MEGABYTE: Final = 1024 * 1024

# One table per first-level folder of the bucket, which is how producers lay out datasets.
_CRAWLER_CONFIGURATION: Final = {
    "Version": 1.0,
    "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
    "Grouping": {
        "TableGroupingPolicy": "CombineCompatibleSchemas",
        "TableLevelConfiguration": 2,
    },
}


class LakeCatalog(Construct):
    """A Glue database per zone, a crawler over the raw zone and an Athena workgroup.

    The workgroup's settings cannot be overridden by its users: results are encrypted and kept
    in the artifacts zone, and a query that would scan more than the limit is cancelled.

    Args:
        prefix: ``<project>-<environment>``; names the databases and the workgroup.
        zones: raw, processed, curated, quarantine and artifacts.
        key: encrypts query results, logs and job bookmarks.
        scan_limit_mb: the most that one query may scan, in megabytes (2**20 bytes).
            Athena's own minimum is 10.
        retain: keep the databases when the stack is deleted. Default: true.

    Raises:
        ValueError: ``scan_limit_mb`` is under Athena's minimum.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        zones: Mapping[str, LakeZone],
        key: kms.IKey,
        scan_limit_mb: int,
        retain: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        if scan_limit_mb < 10:
            raise ValueError(
                f"{self.node.path}: scan_limit_mb: must be at least 10, Athena's minimum: "
                f"got {scan_limit_mb}"
            )
        self._key = key
        self.removal_policy = RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY
        self.database_names = {zone: database_name(prefix, zone) for zone in DATABASE_ZONES}
        self.databases = {zone: self._database(zone, zones[zone]) for zone in DATABASE_ZONES}
        self.security_configuration = self._security_configuration()
        self.crawler = self._raw_crawler(zones["raw"])
        self.workgroup = self._workgroup(prefix, zones["artifacts"], scan_limit_mb)
        self.rejected_files = self._rejected_files(zones["quarantine"])

    def _database(self, zone: str, home: LakeZone) -> glue.Database:
        return glue.Database(
            self,
            f"{zone.capitalize()}Database",
            # Queries, contracts and other tools spell the name, so it is given.
            database_name=self.database_names[zone],
            description=f"Tables of the {zone} zone",
            location_uri=home.uri(),
            removal_policy=self.removal_policy,
        )

    def _security_configuration(self) -> glue.SecurityConfiguration:
        return glue.SecurityConfiguration(
            self,
            "Encryption",
            cloud_watch_encryption=glue.CloudWatchEncryption.kms(self._key),
            job_bookmarks_encryption=glue.JobBookmarksEncryption.client_side_kms(self._key),
            s3_encryption=glue.S3Encryption.kms(self._key),
        )

    def _raw_crawler(self, raw: LakeZone) -> glue.CfnCrawler:
        role = self._crawler_role(raw)
        crawler = glue.CfnCrawler(
            self,
            "RawCrawler",
            role=role.role_arn,
            database_name=self.databases["raw"].database_name,
            description="Finds the schema of what arrived, to compare it with the contract",
            targets=glue.CfnCrawler.TargetsProperty(
                s3_targets=[
                    glue.CfnCrawler.S3TargetProperty(path=raw.uri(), exclusions=[MANIFESTS])
                ]
            ),
            crawler_security_configuration=(
                self.security_configuration.security_configuration_name
            ),
            configuration=json.dumps(_CRAWLER_CONFIGURATION),
            # Files may leave the raw zone by lifecycle; their table then stays, and is logged.
            schema_change_policy=glue.CfnCrawler.SchemaChangePolicyProperty(
                update_behavior="UPDATE_IN_DATABASE", delete_behavior="LOG"
            ),
        )
        crawler.node.add_dependency(role)
        return crawler

    def _crawler_role(self, raw: LakeZone) -> iam.Role:
        stack = Stack.of(self)
        role = service_role(
            self, "CrawlerRole", "glue.amazonaws.com", "Crawls the raw zone into its database"
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
            wildcard="Producers choose the keys under the raw bucket.",
        )
        allow(role, "UseKey", actions=KEY_READ_WRITE, resources=[self._key.key_arn])
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
            resources=catalog_arns(stack, self.database_names["raw"]),
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

    def _workgroup(
        self, prefix: str, artifacts: LakeZone, scan_limit_mb: int
    ) -> athena.CfnWorkGroup:
        return athena.CfnWorkGroup(
            self,
            "WorkGroup",
            # People and tools choose a workgroup by its name.
            name=prefix,
            description=f"Queries of the {prefix} lake",
            recursive_delete_option=self.removal_policy == RemovalPolicy.DESTROY,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                bytes_scanned_cutoff_per_query=scan_limit_mb * BYTES_PER_MEGABYTE,
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=artifacts.uri("athena/"),
                    encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_KMS", kms_key=self._key.key_arn
                    ),
                ),
            ),
        )

    def _rejected_files(self, quarantine: LakeZone) -> glue.S3Table:
        texts = [glue.Column(name=name, type=glue.Schema.STRING) for name in REJECTED_FILE_COLUMNS]
        return glue.S3Table(
            self,
            "RejectedFiles",
            table_name="rejected_files",
            description="Files that no run would read, with the rule that each broke",
            database=self.databases["quarantine"],
            storage=glue.S3TableStorage.from_bucket(quarantine.bucket),
            s3_prefix="rejections/",
            data_format=glue.DataFormat.JSON,
            columns=[*texts, glue.Column(name="size", type=glue.Schema.BIG_INT)],
        )


def database_name(prefix: str, zone: str) -> str:
    """Give a zone's database name; SQL identifiers have underscores where prefixes have dashes."""
    return f"{prefix}-{zone}".replace("-", "_")


def catalog_arns(stack: Stack, database: str, table: str = "*") -> list[str]:
    """Give the three ARNs that a Glue table action is checked against.

    Args:
        stack: whose account and region hold the catalog.
        database: the database's name.
        table: the table's name. Default: every table of the database.
    """
    root = f"arn:{stack.partition}:glue:{stack.region}:{stack.account}"
    return [f"{root}:catalog", f"{root}:database/{database}", f"{root}:table/{database}/{table}"]
