"""How objects get to the second region."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from data_lake.permissions import allow, service_role
from data_lake.zone import LakeZone

MINUTES: Final = 15
"""S3's one value for replication time control."""

RULE: Final = "ToSecondRegion"
"""The id of each bucket's replication rule; a dimension of its metrics."""

MIRRORED_DELETIONS: Final = frozenset({"processed", "curated", "quarantine"})
"""Zones whose folders are read as tables: a replica that kept what a run replaced would show rows
twice. Elsewhere a deletion is no part of the lake's work, and the replica keeps the object."""

_EVERY_OBJECT: Final = "Every object of the zone is replicated."


@dataclass(frozen=True)
class ReplicaTarget:
    """Where the replicas are, by names alone.

    Attributes:
        region: the second region.
        buckets: the bucket's name by zone; a zone without one is not replicated.
        key_alias: of the key that encrypts the replicas, such as ``alias/lake-replica``.
        key_arn: of that key, where it was not made by the lake and has no such alias. Default:
            none.
    """

    region: str
    buckets: Mapping[str, str]
    key_alias: str
    key_arn: str | None = None


class ZoneReplication(Construct):
    """Replicates each zone to its bucket in the second region, within 15 minutes and measured.

    Each zone has a role of its own, which can read that zone and write its replica, nothing else.
    Objects that were there before are not replicated: S3 Batch Replication does that once.

    Args:
        zones: by name.
        target: where the replicas are. Its buckets must exist, versioned, before this is deployed.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        zones: Mapping[str, LakeZone],
        target: ReplicaTarget,
    ) -> None:
        super().__init__(scope, construct_id)
        for name, bucket in target.buckets.items():
            zone = zones[name]
            role = self._role(name, zone, bucket, target)
            rule = self._rule(bucket, target, mirror_deletions=name in MIRRORED_DELETIONS)
            zone.resource.replication_configuration = s3.CfnBucket.ReplicationConfigurationProperty(
                role=role.role_arn, rules=[rule]
            )
            # S3 starts with the first object, and gives up on what it may not read.
            zone.resource.node.add_dependency(role)

    def _rule(
        self, bucket: str, target: ReplicaTarget, *, mirror_deletions: bool
    ) -> s3.CfnBucket.ReplicationRuleProperty:
        stack = Stack.of(self)
        within = s3.CfnBucket.ReplicationTimeValueProperty(minutes=MINUTES)
        alias = stack.format_arn(
            service="kms",
            region=target.region,
            resource=target.key_alias,
            arn_format=ArnFormat.NO_RESOURCE_NAME,
        )
        return s3.CfnBucket.ReplicationRuleProperty(
            id=RULE,
            status="Enabled",
            priority=1,
            filter=s3.CfnBucket.ReplicationRuleFilterProperty(prefix=""),
            delete_marker_replication=s3.CfnBucket.DeleteMarkerReplicationProperty(
                status="Enabled" if mirror_deletions else "Disabled"
            ),
            source_selection_criteria=s3.CfnBucket.SourceSelectionCriteriaProperty(
                sse_kms_encrypted_objects=s3.CfnBucket.SseKmsEncryptedObjectsProperty(
                    status="Enabled"
                )
            ),
            destination=s3.CfnBucket.ReplicationDestinationProperty(
                bucket=_bucket_arn(stack, bucket),
                # S3 takes an alias' ARN here, and resolves it in this account:
                # https://docs.aws.amazon.com/AmazonS3/latest/API/API_EncryptionConfiguration.html
                encryption_configuration=s3.CfnBucket.EncryptionConfigurationProperty(
                    replica_kms_key_id=target.key_arn or alias
                ),
                metrics=s3.CfnBucket.MetricsProperty(status="Enabled", event_threshold=within),
                replication_time=s3.CfnBucket.ReplicationTimeProperty(
                    status="Enabled", time=within
                ),
            ),
        )

    def _role(self, name: str, zone: LakeZone, bucket: str, target: ReplicaTarget) -> iam.Role:
        role = service_role(
            self, f"{zone.node.id}Role", "s3.amazonaws.com", f"Replicates the {name} zone"
        )
        allow(
            role,
            "ReadReplicationRule",
            actions=["s3:GetReplicationConfiguration", "s3:ListBucket"],
            resources=[zone.arn],
        )
        allow(
            role,
            "ReadVersions",
            actions=[
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            resources=[zone.objects()],
            wildcard=_EVERY_OBJECT,
        )
        allow(
            role,
            "WriteReplicas",
            actions=["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"],
            resources=[f"{_bucket_arn(Stack.of(self), bucket)}/*"],
            wildcard=_EVERY_OBJECT,
        )
        self._allow_keys(role, zone, bucket, target)
        return role

    def _allow_keys(
        self, role: iam.Role, zone: LakeZone, bucket: str, target: ReplicaTarget
    ) -> None:
        stack = Stack.of(self)
        allow(
            role,
            "DecryptVersions",
            actions=["kms:Decrypt"],
            resources=[zone.key.key_arn],
            conditions=_through_s3(stack.region, zone.arn),
        )
        # Decrypt, too: S3 checks a bucket key with it before it uses the key.
        actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
        through_s3 = _through_s3(target.region, _bucket_arn(stack, bucket))
        if target.key_arn is not None:
            allow(
                role,
                "EncryptReplicas",
                actions=actions,
                resources=[target.key_arn],
                conditions=through_s3,
            )
            return
        allow(
            role,
            "EncryptReplicas",
            actions=actions,
            resources=[
                stack.format_arn(
                    service="kms", region=target.region, resource="key", resource_name="*"
                )
            ],
            # An alias as a resource would be the alias itself, never its key. `kms:RequestAlias`
            # would depend on how S3 names the key in its call; the key's own aliases do not:
            # https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
            conditions=through_s3
            | {"ForAnyValue:StringEquals": {"kms:ResourceAliases": target.key_alias}},
            wildcard="The key of another region is known by its alias, which the condition names.",
        )


def _bucket_arn(stack: Stack, bucket: str) -> str:
    return f"arn:{stack.partition}:s3:::{bucket}"


def _through_s3(region: str, bucket_arn: str) -> dict[str, dict[str, str | list[str]]]:
    # With a bucket key the encryption context is the bucket, without one it is the object.
    return {
        "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket_arn, f"{bucket_arn}/*"]},
    }
