"""A Glue job as the lake runs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from data_lake.acknowledgement import SOLUTIONS, acknowledge
from data_lake.encryption import KEY_READ_WRITE
from data_lake.log_retention import retention
from data_lake.permissions import PREVIOUS_ASSETS, allow, service_role
from data_lake.private_network import PrivateNetwork

ICEBERG_CATALOG: Final = "glue_catalog"
"""The Spark catalog under which jobs see the Glue catalog's Iceberg tables."""


@dataclass(frozen=True)
class SparkSize:
    """What one job may use.

    Attributes:
        worker_type: Glue's name for a worker, such as ``G.1X`` (4 vCPU, 16 GB).
        workers: how many, with the driver; at least 2.
        timeout_minutes: the longest one run may take.
        max_concurrent_runs: how many runs may go on at once; a further one is refused with
            ``ConcurrentRunsExceededException`` and retried by the state machine.
        log_retention_days: how long its logs are kept; one of CloudWatch's values.
    """

    worker_type: str = "G.1X"
    workers: int = 2
    timeout_minutes: int = 60
    max_concurrent_runs: int = 5
    log_retention_days: int = 30


class SparkLibrary(Construct):
    """The Python package that every job imports, as one zip beside the scripts.

    Args:
        folder: the folder with the scripts and the package.
    """

    def __init__(self, scope: Construct, construct_id: str, *, folder: str) -> None:
        super().__init__(scope, construct_id)
        self.folder = folder
        self.asset = assets.Asset(
            self,
            "Package",
            path=folder,
            # Only packages: the scripts are assets of their own.
            exclude=["*.py", "!*/**/*.py", "**/__pycache__", "**/*.pyc"],
        )


class SparkJob(Construct):
    """A Spark job on Glue 5.1 with Iceberg: encrypted, bounded, logged for a while.

    The role may read the script and the library, write its own logs and metrics, and use the
    key; everything else is allowed where the job is used.

    Args:
        library: the package that the script imports.
        script: the script's file name in the library's folder.
        description: what the job does, in one sentence.
        arguments: default ``--name value`` arguments; a run may add to them.
        warehouse: the ``s3://`` address under which new Iceberg tables are created.
        security_configuration: encrypts logs, bookmarks and what Spark writes.
        key: the key of that configuration and of the lake's buckets.
        size: workers, timeout, concurrency and log retention.
        log_prefix: first part of the names of the job's two log groups.
        network: where the job runs. Default: in Glue's own network.

    Attributes:
        job: the job.
        role: what it may do; add to it with ``allow``.
        timeout: the longest one run may take.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        library: SparkLibrary,
        script: str,
        description: str,
        arguments: Mapping[str, str],
        warehouse: str,
        security_configuration: glue.ISecurityConfiguration,
        key: kms.IKey,
        size: SparkSize,
        log_prefix: str,
        network: PrivateNetwork | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.timeout = Duration.minutes(size.timeout_minutes)
        self.role = service_role(self, "Role", "glue.amazonaws.com", description)
        log_groups = self._log_groups(log_prefix, security_configuration, key, size)
        script_asset = assets.Asset(self, "Script", path=f"{library.folder}/{script}")
        self._allow_basics(script_asset, key, log_groups)
        if network is not None:
            network.allow_job(self.role)
        self.job = glue.PySparkEtlJob(
            self,
            "Job",
            role=self.role.without_policy_updates(),
            description=description,
            script=glue.Code.from_bucket(script_asset.bucket, script_asset.s3_object_key),
            extra_python_files=[
                glue.Code.from_bucket(library.asset.bucket, library.asset.s3_object_key)
            ],
            glue_version=glue.GlueVersion.V5_1,
            worker_configuration=glue.WorkerConfiguration(
                worker_type=glue.WorkerType[size.worker_type.replace(".", "_")],
                number_of_workers=size.workers,
            ),
            timeout=self.timeout,
            # The state machine decides what is worth another try.
            max_retries=0,
            max_concurrent_runs=size.max_concurrent_runs,
            security_configuration=security_configuration,
            connections=None if network is None else network.connections,
            enable_metrics=True,
            enable_observability_metrics=True,
            default_arguments={
                "--custom-logGroup-prefix": log_prefix,
                "--datalake-formats": "iceberg",
                "--conf": iceberg_conf(warehouse),
                **arguments,
            },
        )
        self.job.node.add_dependency(self.role)
        acknowledge(
            self.job,
            f"{SOLUTIONS}-GL1",
            f"{SOLUTIONS}-GL3",
            reason="The security configuration is in another stack, where the rule cannot see "
            "that it encrypts logs and bookmarks.",
        )

    def _log_groups(
        self,
        prefix: str,
        security_configuration: glue.ISecurityConfiguration,
        key: kms.IKey,
        size: SparkSize,
    ) -> list[logs.LogGroup]:
        # Glue would create them itself, to be kept for ever. It adds the name of an encrypting
        # security configuration to the name of the group:
        # https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
        suffix = security_configuration.security_configuration_name
        return [
            logs.LogGroup(
                self,
                f"{stream.capitalize()}Log",
                log_group_name=f"{prefix}/{stream}-{suffix}",
                retention=retention(size.log_retention_days),
                encryption_key=key,
                removal_policy=RemovalPolicy.DESTROY,
            )
            for stream in ("error", "output")
        ]

    def _allow_basics(
        self, code: assets.Asset, key: kms.IKey, log_groups: list[logs.LogGroup]
    ) -> None:
        allow(
            self.role,
            "ReadCode",
            actions=["s3:GetObject"],
            resources=[code.bucket.arn_for_objects("*.py"), code.bucket.arn_for_objects("*.zip")],
            wildcard=PREVIOUS_ASSETS,
        )
        allow(
            self.role,
            "WriteLogs",
            actions=["logs:AssociateKmsKey", "logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[group.log_group_arn for group in log_groups],
        )
        allow(
            self.role,
            "WriteMetrics",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": "Glue"}},
            wildcard="The action has no resources; the namespace narrows it to Glue's metrics.",
        )
        allow(
            self.role,
            "ReadSecurityConfiguration",
            actions=["glue:GetSecurityConfiguration"],
            resources=["*"],
            wildcard="The action does not support resource-level permissions.",
        )
        allow(self.role, "UseKey", actions=KEY_READ_WRITE, resources=[key.key_arn])


def iceberg_conf(warehouse: str) -> str:
    """Give Spark's configuration for Iceberg in the Glue catalog, as one ``--conf`` value.

    Glue takes one ``--conf`` argument, so each further pair carries the flag inside the value:
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-iceberg.html

    Args:
        warehouse: the ``s3://`` address under which new tables are created.
    """
    catalog = f"spark.sql.catalog.{ICEBERG_CATALOG}"
    pairs = {
        "spark.sql.extensions": (
            "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"
        ),
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        f"{catalog}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.warehouse": warehouse,
        # Contracts speak of instants; the job's clock must not depend on the worker's region.
        "spark.sql.session.timeZone": "UTC",
    }
    return " --conf ".join(f"{name}={value}" for name, value in pairs.items())
