"""One zone of the lake: a bucket and the life of its objects."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct


@dataclass(frozen=True)
class ZoneLifecycle:
    """How long objects live, in days. ``None`` turns a rule off.

    Attributes:
        infrequent_access_after_days: move to Standard-IA. Default: never.
        archive_after_days: move to Glacier Flexible Retrieval. Default: never.
        expire_after_days: delete the current version. Default: never.
        noncurrent_expire_after_days: delete versions that were replaced or deleted.
        abort_uploads_after_days: drop multipart uploads that nobody finished.
        intelligent_tiering: store in Intelligent-Tiering, without its archive tiers.
    """

    infrequent_access_after_days: int | None = None
    archive_after_days: int | None = None
    expire_after_days: int | None = None
    noncurrent_expire_after_days: int | None = 30
    abort_uploads_after_days: int | None = 7
    intelligent_tiering: bool = False


class LakeZone(Construct):
    """A versioned, encrypted, private bucket that answers over TLS only.

    Args:
        bucket_name: the physical name. Contracts, producers and recovery refer to zones by
            name, so it is given and not generated.
        key: encrypts the objects.
        lifecycle: how long objects live.
        access_logs: the bucket that gets the server access logs, under ``<construct id>/``.
        access_logs_folder: comes before that, where the bucket is not the lake's alone. Default:
            nothing.
        holds_tables: the zone holds Iceberg tables. Then current objects may neither expire
            nor go to an archive class: a lost data file breaks every snapshot that names it.
            Default: false.
        notify: send events of this bucket to EventBridge. Default: false.
        retain: keep the bucket when the stack is deleted. Default: true. Without it a bucket
            that is not empty makes the deletion fail, and loses nothing.

    Attributes:
        bucket: the bucket.
        name: its name, written out.
        key: what encrypts its objects.

    Raises:
        ValueError: ``holds_tables`` together with expiry or archive.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str,
        key: kms.IKey,
        lifecycle: ZoneLifecycle,
        access_logs: s3.IBucket,
        access_logs_folder: str = "",
        holds_tables: bool = False,
        notify: bool = False,
        retain: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        if holds_tables:
            _refuse_losing_files(self.node.path, lifecycle)
        self.name = bucket_name
        self.key = key
        self.bucket: s3.IBucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=bucket_name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            bucket_key_enabled=True,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=True,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{access_logs_folder}{construct_id}/",
            lifecycle_rules=lifecycle_rules(lifecycle),
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        if notify:
            self._notify_event_bridge()

    @property
    def arn(self) -> str:
        """The bucket's ARN, written out, so that statements in other stacks name it plainly."""
        return f"arn:{Stack.of(self).partition}:s3:::{self.name}"

    def objects(self, prefix: str = "") -> str:
        """The ARN pattern of the objects under a prefix. Default: every object."""
        return f"{self.arn}/{prefix}*"

    def uri(self, prefix: str = "") -> str:
        """The ``s3://`` address of a prefix. Default: the bucket itself."""
        return f"s3://{self.name}/{prefix}"

    @property
    def resource(self) -> s3.CfnBucket:
        """The bucket as CloudFormation knows it, for what the L2 does not offer."""
        resource = self.bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError(f"{self.node.path}: expected a CfnBucket below the bucket")
        return resource

    def _notify_event_bridge(self) -> None:
        # The L2's event_bridge_enabled adds a custom resource and its function for this one flag.
        self.resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )


def lifecycle_rules(lifecycle: ZoneLifecycle) -> list[s3.LifecycleRule]:
    """Give the bucket's one lifecycle rule."""
    stages = (
        (lifecycle.infrequent_access_after_days, s3.StorageClass.INFREQUENT_ACCESS),
        (lifecycle.archive_after_days, s3.StorageClass.GLACIER),
        (0 if lifecycle.intelligent_tiering else None, s3.StorageClass.INTELLIGENT_TIERING),
    )
    transitions = [
        s3.Transition(storage_class=storage, transition_after=Duration.days(days))
        for days, storage in stages
        if days is not None
    ]
    return [
        s3.LifecycleRule(
            id="Life",
            abort_incomplete_multipart_upload_after=_days(lifecycle.abort_uploads_after_days),
            expiration=_days(lifecycle.expire_after_days),
            # S3 refuses both in one rule; an expiring object's markers go with its versions.
            expired_object_delete_marker=True if lifecycle.expire_after_days is None else None,
            noncurrent_version_expiration=_days(lifecycle.noncurrent_expire_after_days),
            transitions=transitions or None,
        )
    ]


def _refuse_losing_files(path: str, lifecycle: ZoneLifecycle) -> None:
    for field in ("expire_after_days", "archive_after_days", "infrequent_access_after_days"):
        value = getattr(lifecycle, field)
        if value is not None:
            raise ValueError(
                f"{path}: {field}: must be off where tables live, because a snapshot names its "
                f"data files: got {value}; use noncurrent_expire_after_days"
            )


def _days(days: int | None) -> Duration | None:
    return None if days is None else Duration.days(days)
