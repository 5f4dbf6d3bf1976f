"""The lake's objects in a second region."""

from collections.abc import Mapping

from constructs import Construct

from data_lake.storage import LakeStorage
from data_lake.zone import ZoneLifecycle


class ReplicaZones(Construct):
    """A bucket per zone and a key in the second region, to be filled by ``ZoneReplication``.

    The primary region finds both by name, because CloudFormation passes nothing between regions:
    buckets as ``<prefix>-<zone>-<account>-<region>``, the key as ``replica_key_alias``. Deploy
    this before the primary's replication. New objects are not announced to EventBridge: a
    replicated file is not an arrival.

    Args:
        prefix: first part of every bucket's name, ``<project>-<environment>``.
        account: 12 digits; part of the names.
        region: the second region; part of the names.
        lifecycles: by zone, and ``access-logs``; S3 does not replicate what a lifecycle does.
        key_arn: a key of the second region that exists, in place of a new one. Default: none.
        access_log_bucket: a bucket of the second region that exists and gets the access logs.
            Default: none.
        retain: keep buckets and key when the stack is deleted. Default: true.

    Attributes:
        storage: the zones, their key and their access logs.
        key_alias: the alias of a key made here.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        account: str,
        region: str,
        lifecycles: Mapping[str, ZoneLifecycle],
        key_arn: str | None = None,
        access_log_bucket: str | None = None,
        retain: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self.key_alias = replica_key_alias(prefix)
        self.storage = LakeStorage(
            self,
            "Storage",
            prefix=prefix,
            account=account,
            region=region,
            lifecycles=lifecycles,
            key_alias=self.key_alias,
            key_arn=key_arn,
            access_log_bucket=access_log_bucket,
            announce_arrivals=False,
            not_replicated="It is the replica: the first region's zone is the other copy.",
            retain=retain,
        )


def replica_key_alias(prefix: str) -> str:
    """Give the alias of the key that encrypts the replicas of a lake."""
    return f"alias/{prefix}-replica"
