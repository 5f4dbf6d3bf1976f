"""What stands by in the second region."""

from collections.abc import Mapping

from aws_cdk import RemovalPolicy
from aws_cdk import aws_glue as glue
from constructs import Construct

from data_lake.catalog import DATABASE_ZONES, database_name


class RecoveryRegion(Construct):
    """A standby catalog: the primary's databases by the same names, over the replicas.

    Nothing runs in it and it holds no table yet, so that it costs nothing and shows no reader a
    table whose files have not arrived.

    Args:
        prefix: ``<project>-<environment>``; names the databases as in the primary region, so that
            queries run unchanged.
        buckets: the replica bucket's name by zone.
        retain: keep the databases when the stack is deleted. Default: true.

    Attributes:
        databases: by zone.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        buckets: Mapping[str, str],
        retain: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self.databases = {
            zone: glue.Database(
                self,
                f"{zone.capitalize()}Database",
                # Queries and contracts spell the name, and must not change after a failover.
                database_name=database_name(prefix, zone),
                description=f"Standby for the tables of the {zone} zone",
                location_uri=f"s3://{buckets[zone]}/",
                removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
            )
            for zone in DATABASE_ZONES
        }
