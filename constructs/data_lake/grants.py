"""Statements that several roles need, each on named tables, zones and prefixes."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from data_lake.encryption import KEY_READ_WRITE, KEY_TABLE
from data_lake.permissions import allow
from data_lake.zone import LakeZone

PRODUCERS_NAMES: Final = "Producers choose the keys of their files."
"""Why a role may read or keep every raw key."""

CHANGE_TABLES: Final = (
    "glue:CreateTable",
    "glue:GetDatabase",
    "glue:GetTable",
    "glue:GetTables",
    "glue:UpdateTable",
)
CHANGE_PARTITIONS: Final = (
    "glue:BatchCreatePartition",
    "glue:BatchUpdatePartition",
    "glue:DeletePartition",
    "glue:GetPartition",
    "glue:GetPartitions",
)


def read_objects(
    role: iam.Role,
    zone: LakeZone,
    prefixes: Sequence[str] = ("",),
    *,
    versions: bool = False,
    why: str,
) -> None:
    """Let a role read a zone's objects, and learn that one is absent.

    Args:
        role: who reads.
        zone: where.
        prefixes: which keys. Default: all.
        versions: also versions that are no longer current. Default: no.
        why: why the keys cannot be named.
    """
    name = zone.node.id
    allow(
        role,
        f"Read{name}",
        actions=["s3:GetObject", *(["s3:GetObjectVersion"] if versions else [])],
        resources=[zone.objects(prefix) for prefix in prefixes],
        wildcard=why,
    )
    # Without it, S3 answers "forbidden" where the truth is "not there".
    allow(
        role,
        f"List{name}",
        actions=["s3:ListBucket", *(["s3:ListBucketVersions"] if versions else [])],
        resources=[zone.arn],
    )


def write_objects(
    role: iam.Role,
    zone: LakeZone,
    prefixes: Sequence[str] = ("",),
    *,
    delete: bool = False,
    why: str,
) -> None:
    """Let a role write a zone's objects.

    Args:
        role: who writes.
        zone: where.
        prefixes: which keys. Default: all.
        delete: also delete them; the zone keeps the version. Default: no.
        why: why the keys cannot be named.
    """
    allow(
        role,
        f"Write{zone.node.id}",
        actions=[
            "s3:AbortMultipartUpload",
            "s3:PutObject",
            *(["s3:DeleteObject"] if delete else []),
        ],
        resources=[zone.objects(prefix) for prefix in prefixes],
        wildcard=why,
    )


def use_items(role: iam.Role, sid: str, table: dynamodb.ITableV2, actions: Sequence[str]) -> None:
    """Let a role use the items of one table; the table's key is ``use_table_key``.

    Args:
        role: who.
        sid: what for.
        table: which table; its indexes are not included.
        actions: DynamoDB actions without their prefix, such as ``GetItem``.
    """
    allow(
        role,
        sid,
        actions=[f"dynamodb:{action}" for action in actions],
        resources=[table.table_arn],
    )


def use_key(role: iam.Role, sid: str, key: kms.IKey) -> None:
    """Let a role read and write objects or messages that a key encrypts."""
    allow(role, sid, actions=KEY_READ_WRITE, resources=[key.key_arn])


def use_table_key(role: iam.Role, key: kms.IKey) -> None:
    """Let a role read and write tables that a key encrypts."""
    allow(role, "UseTableKey", actions=KEY_TABLE, resources=[key.key_arn])


def change_catalog(role: iam.Role, sid: str, database: str, *, partitions: bool = False) -> None:
    """Let a role create and change the tables of one database.

    Args:
        role: who.
        sid: what for.
        database: the database's name.
        partitions: also partitions, which Iceberg tables do not have in the catalog.
            Default: no.
    """
    allow(
        role,
        sid,
        actions=[*CHANGE_TABLES, *(CHANGE_PARTITIONS if partitions else ())],
        resources=catalog_arns(Stack.of(role), database),
        wildcard="Contracts add tables; the database is named.",
    )


def read_catalog(role: iam.Role, sid: str, database: str) -> None:
    """Let a role read the tables of one database.

    Args:
        role: who.
        sid: what for.
        database: the database's name.
    """
    allow(
        role,
        sid,
        actions=["glue:GetDatabase", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"],
        resources=catalog_arns(Stack.of(role), database),
        wildcard="Contracts add tables; the database is named.",
    )


def catalog_arns(stack: Stack, database: str, table: str = "*") -> list[str]:
    """Give the three ARNs that a Glue table action is checked against.

    Args:
        stack: whose account and region hold the catalog.
        database: the database's name.
        table: the table's name. Default: every table of the database.
    """
    root = f"arn:{stack.partition}:glue:{stack.region}:{stack.account}"
    return [f"{root}:catalog", f"{root}:database/{database}", f"{root}:table/{database}/{table}"]
