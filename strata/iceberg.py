"""Iceberg tables of a lake through the Glue catalog, without Spark."""

from pyiceberg.catalog import load_catalog
from pyiceberg.table import Table

from strata.lakes import Lake
from strata.local.lake import LocalLake


def load_table(lake: Lake, zone: str, name: str) -> Table:
    """Give an Iceberg table of a zone with its snapshots.

    A deployed lake is reached with the credentials of the process. Raises pyiceberg's
    `NoSuchTableError`.
    """
    where = {"type": "glue", "client.region": lake.region}
    if isinstance(lake, LocalLake):
        where |= {
            "glue.endpoint": lake.endpoint,
            "s3.endpoint": lake.endpoint,
            "client.access-key-id": lake.account,
            "client.secret-access-key": "emulated",
        }
    return load_catalog("lake", **where).load_table((lake.database(zone), name))
