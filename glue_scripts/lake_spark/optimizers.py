"""The Glue table optimizers of an Iceberg table: they keep its files large, few and needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lake_spark.catalog import glue_client
from lake_spark.errors import LakeError
from lake_spark.tables import IcebergTable

ARGUMENTS = (
    "optimizer_role",
    "optimizers_enabled",
    "snapshot_days",
    "snapshots_kept",
    "orphan_days",
)


@dataclass(frozen=True)
class OptimizerSettings:
    """What the stack says of every table's optimizers; `role_arn` is what they act under.

    A snapshot expires when it is older than `snapshot_days` and not among the newest
    `snapshots_kept`; files that no snapshot names are deleted `orphan_days` after they were
    written. Optimizers that are not `enabled` exist and rest.
    """

    role_arn: str
    enabled: bool
    snapshot_days: int
    snapshots_kept: int
    orphan_days: int

    @property
    def account(self) -> str:
        """The account of the role, which is that of the catalog."""
        return self.role_arn.split(":")[4]

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, str]) -> "OptimizerSettings":
        """Read the job's arguments; raises `LakeError` naming the one that cannot be."""
        enabled, role_arn = arguments["optimizers_enabled"], arguments["optimizer_role"]
        if enabled not in ("true", "false"):
            raise LakeError(f"--optimizers_enabled must be true or false: got {enabled!r}")
        if role_arn.count(":") < 5:
            raise LakeError(f"--optimizer_role must be the ARN of a role: got {role_arn!r}")
        return cls(
            role_arn=role_arn,
            enabled=enabled == "true",
            snapshot_days=_number(arguments, "snapshot_days"),
            snapshots_kept=_number(arguments, "snapshots_kept"),
            orphan_days=_number(arguments, "orphan_days"),
        )

    def configurations(self, location: str) -> dict[str, dict[str, Any]]:
        """Give the configuration of each kind of optimizer for a table at a location."""
        parts: dict[str, tuple[str, dict[str, Any]]] = {
            "compaction": ("compactionConfiguration", {"strategy": "binpack"}),
            "retention": (
                "retentionConfiguration",
                {
                    "snapshotRetentionPeriodInDays": self.snapshot_days,
                    "numberOfSnapshotsToRetain": self.snapshots_kept,
                    "cleanExpiredFiles": True,
                },
            ),
            "orphan_file_deletion": (
                "orphanFileDeletionConfiguration",
                {"orphanFileRetentionPeriodInDays": self.orphan_days, "location": location},
            ),
        }
        return {
            kind: {
                "roleArn": self.role_arn,
                "enabled": self.enabled,
                part: {"icebergConfiguration": settings},
            }
            for kind, (part, settings) in parts.items()
        }


def keep_optimizers(table: IcebergTable, settings: OptimizerSettings) -> dict[str, Any]:
    """Bring a table's optimizers to the settings; only what is missing or differs is changed.

    Gives `optimizers`, by kind `created`, `updated`, `unchanged` or `failed`, and `warnings`: what
    readers see is published already, so that a failure is told and left for the next publish.
    """
    done: dict[str, str] = {}
    warnings: list[str] = []
    for kind, configuration in settings.configurations(table.location).items():
        try:
            done[kind] = _keep(table, settings.account, kind, configuration)
        except (BotoCoreError, ClientError) as error:
            done[kind] = "failed"
            warnings.append(
                f"{table.plain_name}: its {kind} optimizer is not as the settings say, which the "
                f"next publish tries to mend: {' '.join(str(error).split())}"
            )
    return {"optimizers": done, "warnings": warnings}


def _keep(table: IcebergTable, account: str, kind: str, configuration: dict[str, Any]) -> str:
    client = glue_client()
    which: dict[str, Any] = {
        "CatalogId": account,
        "DatabaseName": table.database,
        "TableName": table.contract.name,
        "Type": kind,
    }
    try:
        answer = client.get_table_optimizer(**which)
    except client.exceptions.EntityNotFoundException:
        client.create_table_optimizer(**which, TableOptimizerConfiguration=configuration)  # type: ignore[arg-type]
        return "created"
    found: Mapping[str, Any] = answer["TableOptimizer"].get("configuration", {})
    if _says(found, configuration):
        return "unchanged"
    client.update_table_optimizer(**which, TableOptimizerConfiguration=configuration)  # type: ignore[arg-type]
    return "updated"


def _says(found: Any, wanted: Any) -> bool:
    """Tell whether what was found holds all that is wanted; Glue adds its own defaults."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            _says(found.get(name), value) for name, value in wanted.items()
        )
    return bool(found == wanted)


def _number(arguments: Mapping[str, str], name: str) -> int:
    text = arguments[name]
    if not text.isdecimal() or int(text) < 1:
        raise LakeError(f"--{name} must be a whole number of at least 1: got {text!r}")
    return int(text)
