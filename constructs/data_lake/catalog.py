"""The lake's catalog: databases, the raw crawler, table optimizers, the query workgroup."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from constructs import Construct

from data_lake.raw_crawler import RawCrawler
from data_lake.table_optimizers import OptimizerSettings, TableOptimizers
from data_lake.zone import LakeZone

DATABASE_ZONES: Final = ("raw", "processed", "curated", "quarantine")
"""The zones that have a database of their own."""

ICEBERG_ZONES: Final = ("processed", "curated")
"""The zones whose tables may be Iceberg's."""

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
BYTES_PER_MEGABYTE: Final = 1024 * 1024


class LakeCatalog(Construct):
    """A Glue database per zone, a crawler over the raw zone and an Athena workgroup.

    The workgroup's settings cannot be overridden by its users: results are encrypted and kept
    in the artifacts zone, and a query that would scan more than the limit is cancelled.

    Args:
        prefix: ``<project>-<environment>``; names the databases and the workgroup.
        zones: raw, processed, curated, quarantine and artifacts.
        key: encrypts query results, logs and job bookmarks.
        scan_limit_mb: the most that one query may scan, in megabytes (2**20 bytes).
            Athena's own minimum is 10. Default: 10240.
        optimizers: how Glue keeps Iceberg tables. Default: see ``OptimizerSettings``.
        retain: keep the databases when the stack is deleted. Default: true.

    Attributes:
        database_names: by zone, written out.
        databases: by zone.
        crawler: over the raw zone; a run of the lake starts it.
        security_configuration: encrypts what Glue writes.
        optimizers: what Glue keeps Iceberg tables under and by.
        workgroup: for queries.
        rejected_files: the table of files that no run would read.

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
        scan_limit_mb: int = 10240,
        optimizers: OptimizerSettings | None = None,
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
        self.crawler = RawCrawler(
            self,
            "RawCrawler",
            raw=zones["raw"],
            database=self.databases["raw"],
            database_name=self.database_names["raw"],
            security_configuration=self.security_configuration,
        ).crawler
        self.optimizers = TableOptimizers(
            self,
            "Optimizers",
            zones={zone: zones[zone] for zone in ICEBERG_ZONES},
            databases=self.database_names,
            settings=optimizers,
        )
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
