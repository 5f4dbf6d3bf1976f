"""Glue's own upkeep of Iceberg tables: what it may do, and by which settings."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from data_lake.grants import catalog_arns, read_objects, use_key, write_objects
from data_lake.permissions import allow, service_role
from data_lake.zone import LakeZone

_SERVICE: Final = "glue.amazonaws.com"
_TABLE_FILES: Final = "Iceberg chooses the names of a table's files."
_TABLES: Final = "Contracts add tables; the database is named."
_LOGS: Final = ("iceberg-compaction", "iceberg-orphan-file-deletion", "iceberg-retention")


@dataclass(frozen=True)
class OptimizerSettings:
    """How Glue's optimizers keep every Iceberg table of the lake.

    Attributes:
        enabled: false keeps the optimizers but lets them rest. Default: true.
        snapshot_days: how long a snapshot can be read and rolled back to; an older one stays as
            long as a branch or a tag names it. Default: 30.
        snapshots_kept: the newest snapshots, which stay whatever their age, so that incremental
            products find what they have consumed. Default: 20.
        orphan_days: how old a file must be that no snapshot names before it is deleted. It must
            be longer than a run takes, whose files no snapshot names yet. Default: 7.

    Raises:
        ValueError: a number is under 1.
    """

    enabled: bool = True
    snapshot_days: int = 30
    snapshots_kept: int = 20
    orphan_days: int = 7

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < 1 and value is not False:
                raise ValueError(
                    f"OptimizerSettings: {field.name}: must be at least 1: got {value}"
                )


class TableOptimizers(Construct):
    """The role of the table optimizers, which the first publish of a table creates.

    Optimizers belong to tables, and tables come from publishing, not from a template. So the
    publish jobs get the role and the settings as arguments and create or change the optimizers.

    Args:
        zones: by name, the zones with Iceberg tables that the optimizers may change.
        databases: name of each of these zones' database.
        settings: how tables are kept. Default: see ``OptimizerSettings``.

    Attributes:
        role: what the optimizers act under.
        settings: how tables are kept.
        arguments: role and settings as default arguments of a publish job.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        zones: Mapping[str, LakeZone],
        databases: Mapping[str, str],
        settings: OptimizerSettings | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.settings = settings or OptimizerSettings()
        self.role = service_role(
            self, "Role", _SERVICE, "Compacts Iceberg tables and deletes what they no longer need"
        )
        for name, zone in zones.items():
            read_objects(self.role, zone, why=_TABLE_FILES)
            write_objects(self.role, zone, delete=True, why=_TABLE_FILES)
            use_key(self.role, f"Use{zone.node.id}Key", zone.key)
            allow(
                self.role,
                f"Change{zone.node.id}Tables",
                actions=["glue:GetTable", "glue:UpdateTable"],
                resources=catalog_arns(Stack.of(self), databases[name]),
                wildcard=_TABLES,
            )
        self._allow_logs()

    @property
    def arguments(self) -> dict[str, str]:
        """Role and settings as default arguments of a publish job."""
        return {
            "--optimizer_role": self.role.role_arn,
            "--optimizers_enabled": str(self.settings.enabled).lower(),
            "--snapshot_days": str(self.settings.snapshot_days),
            "--snapshots_kept": str(self.settings.snapshots_kept),
            "--orphan_days": str(self.settings.orphan_days),
        }

    def allow_keeping(self, role: iam.Role, database: str) -> None:
        """Let a role create and change the optimizers of one database's tables.

        Args:
            role: who.
            database: the database's name.
        """
        allow(
            role,
            "KeepTableOptimizers",
            actions=[
                "glue:CreateTableOptimizer",
                "glue:GetTableOptimizer",
                "glue:UpdateTableOptimizer",
            ],
            resources=catalog_arns(Stack.of(role), database),
            wildcard=_TABLES,
        )
        allow(
            role,
            "PassOptimizerRole",
            actions=["iam:PassRole"],
            resources=[self.role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": _SERVICE}},
        )

    def _allow_logs(self) -> None:
        # The groups are the account's, not the lake's: Glue names them.
        # https://docs.aws.amazon.com/glue/latest/dg/optimization-prerequisites.html
        stack = Stack.of(self)
        root = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:/aws-glue"
        allow(
            self.role,
            "WriteLogs",
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{root}/{name}/logs:*" for name in _LOGS],
            wildcard="Glue chooses the names of the streams; the groups are named.",
        )
