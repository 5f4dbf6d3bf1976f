"""Storage that exists already: the lake works in it and leaves it as it is."""

from collections.abc import Mapping

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from data_lake.storage import ZONES
from data_lake.zone import LakeZone


class ExistingZone(LakeZone):
    """A zone in a bucket that exists already. Creates and changes nothing.

    The bucket must be versioned, since a run names the version of each file that it read. The
    raw zone's bucket must also send its events to EventBridge.

    Args:
        bucket_name: the bucket.
        key: what encrypts its objects by default.

    Attributes:
        bucket: the bucket.
        name: its name, written out.
        key: what encrypts its objects.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, bucket_name: str, key: kms.IKey
    ) -> None:
        # LakeZone's own constructor creates the bucket.
        Construct.__init__(self, scope, construct_id)
        self.name = bucket_name
        self.key = key
        self.bucket = s3.Bucket.from_bucket_attributes(
            self, "Bucket", bucket_name=bucket_name, encryption_key=key
        )


class ExistingStorage(Construct):
    """The lake's zones in buckets and under a key that exist already. Creates nothing.

    Takes the place of ``LakeStorage``. What the owner of the buckets provides: versioning,
    EventBridge notifications of the raw bucket, no expiry of current objects in the processed
    and curated buckets; and a key policy that lets this account's roles use the key, and CloudWatch
    Logs encrypt log groups with it.

    Args:
        bucket_names: by zone: raw, processed, curated, quarantine and artifacts; each a bucket
            of its own.
        key_arn: the key that encrypts the objects of every zone.

    Attributes:
        zones: by name: raw, processed, curated, quarantine, artifacts.
        key: the key.

    Raises:
        ValueError: a zone has no bucket, a name is not a zone, or two zones share a bucket.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_names: Mapping[str, str],
        key_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        _check(self.node.path, bucket_names)
        self.key = kms.Key.from_key_arn(self, "Key", key_arn)
        self.zones = {
            zone: ExistingZone(
                self, zone.capitalize(), bucket_name=bucket_names[zone], key=self.key
            )
            for zone in ZONES
        }


def _check(path: str, bucket_names: Mapping[str, str]) -> None:
    if set(bucket_names) != set(ZONES):
        raise ValueError(
            f"{path}: bucket_names: must name a bucket for each of {', '.join(ZONES)}: "
            f"got {', '.join(bucket_names) or 'none'}"
        )
    if len(set(bucket_names.values())) < len(ZONES):
        raise ValueError(
            f"{path}: bucket_names: must be a bucket of its own for each zone: "
            f"got {', '.join(bucket_names.values())}"
        )
