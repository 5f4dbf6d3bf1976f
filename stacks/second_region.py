"""The names by which the stacks of one region know what is in the other."""

from config.settings import Settings
from data_lake.replica_zones import replica_key_alias
from data_lake.storage import ZONES, bucket_name
from data_lake.zone_replication import ReplicaTarget


def replica_buckets(settings: Settings) -> dict[str, str]:
    """Give the replica bucket's name by zone; empty where no second region is named."""
    if settings.recovery_region is None:
        return {}
    return {
        zone: bucket_name(settings.prefix, zone, settings.account, settings.recovery_region)
        for zone in ZONES
    }


def replica_target(settings: Settings) -> ReplicaTarget | None:
    """Give where replicas go; ``None`` where no second region is named."""
    if settings.recovery_region is None:
        return None
    return ReplicaTarget(
        region=settings.recovery_region,
        buckets=replica_buckets(settings),
        key_alias=replica_key_alias(settings.prefix),
        key_arn=settings.company.recovery_zones_key,
    )
