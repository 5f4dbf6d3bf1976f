"""The jobs of a pipeline: one writes where readers do not look, one makes it visible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from constructs import Construct

from data_lake.contract_bundle import ContractBundle
from data_lake.grants import (
    PRODUCERS_NAMES,
    catalog_arns,
    change_catalog,
    read_catalog,
    read_objects,
    write_objects,
)
from data_lake.permissions import allow
from data_lake.private_network import PrivateNetwork
from data_lake.protection_secret import ProtectionSecret
from data_lake.run_functions import RUNS
from data_lake.spark_job import SparkJob, SparkLibrary, SparkSize
from data_lake.table_optimizers import TableOptimizers
from data_lake.zone import LakeZone

_RUN_FOLDER: Final = "A run's folder is named after its dataset and its execution."
_TABLE_FILES: Final = "Iceberg and Spark choose the names of a table's files."
_BESIDE_TABLES: Final = ("_compaction/", "_staging/")
"""Where compactions and runs keep what is not yet, or no longer, a Parquet table's."""
_QUARANTINED_ROWS: Final = "Quarantined rows are kept by dataset and run."


@dataclass(frozen=True)
class TableJobs:
    """Makes a lake's Spark jobs, each with a role that allows its step only.

    Attributes:
        library: the package that the scripts import.
        contracts: the compiled contracts.
        zones: every zone.
        databases: name of each zone's database.
        protection: what the stage job hashes personal data with.
        optimizers: what the publish jobs give Iceberg tables.
        security_configuration: encrypts what jobs write.
        size: workers, timeout, concurrency and log retention of every job.
        log_prefix: first part of the names of the jobs' log groups.
        network: where the jobs run. Default: in Glue's own network.
    """

    library: SparkLibrary
    contracts: ContractBundle
    zones: Mapping[str, LakeZone]
    databases: Mapping[str, str]
    protection: ProtectionSecret
    optimizers: TableOptimizers
    security_configuration: glue.ISecurityConfiguration
    size: SparkSize
    log_prefix: str
    network: PrivateNetwork | None = None

    def stage(self, scope: Construct) -> SparkJob:
        """Types, validates and deduplicates raw files; writes a branch and quarantined rows."""
        job = self._job(
            scope,
            "Stage",
            script="stage.py",
            description="Writes a run's rows where readers do not see them",
            home="processed",
            arguments={
                "--processed_database": self.databases["processed"],
                "--protection_secret": self.protection.arn,
                **self._quarantine_arguments(),
            },
        )
        self.protection.allow_reading(job.role)
        read_objects(job.role, self.zones["raw"], why=PRODUCERS_NAMES)
        self._write_tables(job.role, "processed")
        self._write_quarantined_rows(job.role)
        return job

    def build(self, scope: Construct) -> SparkJob:
        """Runs a product's query over processed tables; writes a branch and quarantined rows."""
        job = self._job(
            scope,
            "Build",
            script="curate.py",
            description="Writes a product's rows where readers do not see them",
            home="curated",
            arguments={
                "--processed_database": self.databases["processed"],
                "--curated_database": self.databases["curated"],
                **self._quarantine_arguments(),
            },
        )
        read_objects(job.role, self.zones["processed"], why=_TABLE_FILES)
        read_catalog(job.role, "ReadProcessedTables", self.databases["processed"])
        self._write_tables(job.role, "curated")
        self._write_quarantined_rows(job.role)
        return job

    def publish(self, scope: Construct, home: str) -> SparkJob:
        """Makes staged rows visible, and gives Iceberg tables their optimizers.

        Args:
            home: the zone whose tables are published, ``processed`` or ``curated``.
        """
        job = self._job(
            scope,
            "Publish",
            script="publish.py",
            description=f"Makes staged rows of the {home} zone visible",
            home=home,
            arguments={"--database": self.databases[home], **self.optimizers.arguments},
        )
        self.optimizers.allow_keeping(job.role, self.databases[home])
        self._write_tables(job.role, home)
        return job

    def compact(
        self, scope: Construct, home: str, *, tables: Sequence[str], limits: Mapping[str, str]
    ) -> SparkJob:
        """Brings the small files of Parquet tables together, and deletes what nobody needs.

        Args:
            home: the zone of the tables, ``processed`` or ``curated``.
            tables: their names; the job may change no other table and no other table's files.
            limits: the job's arguments that say what is compacted and what is deleted.
        """
        job = self._job(
            scope,
            "Compact",
            script="compact.py",
            description=f"Brings small files of Parquet tables of the {home} zone together",
            home=home,
            arguments={"--database": self.databases[home], **limits},
            reads_runs=False,
        )
        folders = (*_BESIDE_TABLES, *(f"{table}/" for table in tables))
        read_objects(job.role, self.zones[home], folders, why=_TABLE_FILES)
        write_objects(job.role, self.zones[home], folders, delete=True, why=_TABLE_FILES)
        stack, database = Stack.of(scope), self.databases[home]
        named = (arn for table in tables for arn in catalog_arns(stack, database, table))
        allow(
            job.role,
            f"Change{home.capitalize()}Tables",
            actions=[
                "glue:BatchUpdatePartition",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:GetTable",
                "glue:UpdateTable",
            ],
            resources=list(dict.fromkeys(named)),
        )
        return job

    def _job(
        self,
        scope: Construct,
        construct_id: str,
        *,
        script: str,
        description: str,
        home: str,
        arguments: Mapping[str, str],
        reads_runs: bool = True,
    ) -> SparkJob:
        artifacts = self.zones["artifacts"]
        warehouse = self.zones[home].uri()
        job = SparkJob(
            scope,
            construct_id,
            library=self.library,
            script=script,
            description=description,
            arguments={
                "--contracts_uri": self.contracts.uri,
                "--artifacts_bucket": artifacts.name,
                "--warehouse": warehouse,
                **arguments,
            },
            warehouse=warehouse,
            security_configuration=self.security_configuration,
            key=artifacts.key,
            size=self.size,
            log_prefix=f"{self.log_prefix}/{home}-{construct_id.lower()}",
            network=self.network,
        )
        self.contracts.allow_reading(job.role)
        allow(
            job.role,
            "LocateBuckets",
            actions=["s3:GetBucketLocation"],
            resources=[zone.arn for zone in self.zones.values()],
        )
        if reads_runs:
            read_objects(job.role, artifacts, RUNS, why=_RUN_FOLDER)
        write_objects(job.role, artifacts, RUNS, why=_RUN_FOLDER)
        return job

    def _quarantine_arguments(self) -> dict[str, str]:
        return {
            "--quarantine_bucket": self.zones["quarantine"].name,
            "--quarantine_database": self.databases["quarantine"],
        }

    def _write_tables(self, role: iam.Role, home: str) -> None:
        read_objects(role, self.zones[home], why=_TABLE_FILES)
        write_objects(role, self.zones[home], delete=True, why=_TABLE_FILES)
        change_catalog(
            role, f"Change{home.capitalize()}Tables", self.databases[home], partitions=True
        )

    def _write_quarantined_rows(self, role: iam.Role) -> None:
        quarantine = self.zones["quarantine"]
        read_objects(role, quarantine, ("changes/", "rows/"), why=_QUARANTINED_ROWS)
        write_objects(role, quarantine, ("rows/",), delete=True, why=_QUARANTINED_ROWS)
        change_catalog(
            role, "ChangeQuarantineTables", self.databases["quarantine"], partitions=True
        )
