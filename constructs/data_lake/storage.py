"""The lake's storage: five zones, their key and their access logs."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from data_lake.acknowledgement import HIPAA, NIST, PCI, acknowledge, across
from data_lake.encryption import LakeKey
from data_lake.policy.protection import ENCRYPTION
from data_lake.zone import LakeZone, ZoneLifecycle, lifecycle_rules

ZONES: Final = ("raw", "processed", "curated", "quarantine", "artifacts")
"""The zones, in the order in which data meets them."""

ACCESS_LOGS: Final = "access-logs"
TABLE_ZONES: Final = frozenset({"processed", "curated"})
LONGEST_BUCKET_NAME: Final = 63

_REPLICATION: Final = across("S3BucketReplicationEnabled", NIST, HIPAA, PCI)


class LakeStorage(Construct):
    """A bucket per zone, one key for their objects, and one bucket for access logs.

    Args:
        prefix: first part of every bucket's name, ``<project>-<environment>``.
        account: 12 digits; part of the names, which are unique across AWS.
        region: part of the names.
        lifecycles: by zone, and ``access-logs``; if given, every one is required. Default:
            current objects stay for ever, see ``ZoneLifecycle``.
        key_alias: a name under which another region finds the key. Default: none.
        key_arn: a key that exists and encrypts the objects, in place of a new one; it gets no
            alias. Default: none.
        access_log_bucket: a bucket that exists and gets the access logs under ``<prefix>/``, in
            place of a new one. Its policy must let ``logging.s3.amazonaws.com`` write. Default:
            none.
        announce_arrivals: send the raw zone's events to EventBridge. Default: true.
        not_replicated: why the zones have no replica elsewhere, for the policy report. Default:
            none, and a policy that asks for replicas finds fault with zones that have none.
        retain: keep buckets and key when the stack is deleted. Default: true.

    Attributes:
        zones: by name: raw, processed, curated, quarantine, artifacts.
        key: encrypts the objects of every zone.
        access_logs: the bucket of the access logs.

    Raises:
        ValueError: a lifecycle is missing, or a bucket name is longer than S3's 63 characters.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        account: str,
        region: str,
        lifecycles: Mapping[str, ZoneLifecycle] | None = None,
        key_alias: str | None = None,
        key_arn: str | None = None,
        access_log_bucket: str | None = None,
        announce_arrivals: bool = True,
        not_replicated: str | None = None,
        retain: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        if lifecycles is None:
            lifecycles = dict.fromkeys((*ZONES, ACCESS_LOGS), ZoneLifecycle())
        missing = [name for name in (*ZONES, ACCESS_LOGS) if name not in lifecycles]
        if missing:
            raise ValueError(f"{self.node.path}: lifecycles: missing for {', '.join(missing)}")
        # Apps without this flag deliver access logs by ACL, which owner-enforced buckets refuse.
        self.node.set_context("@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy", True)
        names = {zone: bucket_name(prefix, zone, account, region) for zone in (*ZONES, ACCESS_LOGS)}
        self.key = LakeKey(
            self,
            "DataKey",
            description=f"{prefix}: objects in every zone",
            alias=key_alias,
            retain=retain,
            existing_arn=key_arn,
        ).key
        self.access_logs = (
            self._access_logs(names[ACCESS_LOGS], lifecycles[ACCESS_LOGS], retain)
            if access_log_bucket is None
            else s3.Bucket.from_bucket_name(self, "AccessLogs", access_log_bucket)
        )
        self.zones = {
            zone: LakeZone(
                self,
                zone.capitalize(),
                bucket_name=names[zone],
                key=self.key,
                lifecycle=lifecycles[zone],
                access_logs=self.access_logs,
                access_logs_folder="" if access_log_bucket is None else f"{prefix}/",
                holds_tables=zone in TABLE_ZONES,
                notify=announce_arrivals and zone == "raw",
                retain=retain,
            )
            for zone in ZONES
        }
        if not_replicated is not None:
            for one in self.zones.values():
                acknowledge(one, *_REPLICATION, reason=not_replicated)

    def _access_logs(self, name: str, lifecycle: ZoneLifecycle, retain: bool) -> s3.IBucket:
        bucket = s3.Bucket(
            self,
            "AccessLogs",
            bucket_name=name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            # S3 delivers access logs only to buckets encrypted with its own keys.
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=True,
            lifecycle_rules=lifecycle_rules(lifecycle),
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        acknowledge(
            bucket,
            *across("S3DefaultEncryptionKMS", NIST, HIPAA, PCI),
            ENCRYPTION.id,
            reason="S3 delivers access logs only to buckets encrypted with its own keys; a bucket "
            "with a KMS key would get none. The logs name objects, never what is in them.",
        )
        acknowledge(
            bucket,
            *_REPLICATION,
            reason="Access logs tell who asked for what in this region; nothing is restored from "
            "them, and the second region's buckets write their own.",
        )
        return bucket


def bucket_name(prefix: str, zone: str, account: str, region: str) -> str:
    """Give a zone's bucket name: ``<prefix>-<zone>-<account>-<region>``.

    Raises:
        ValueError: the name is longer than 63 characters.
    """
    name = f"{prefix}-{zone}-{account}-{region}"
    if len(name) > LONGEST_BUCKET_NAME:
        raise ValueError(
            f"bucket name: must have at most {LONGEST_BUCKET_NAME} characters: got {name!r} "
            f"({len(name)}); shorten the project's name"
        )
    return name
