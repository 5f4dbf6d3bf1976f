"""The AWS regions that exist, from the data that ships with botocore; no network."""

from functools import cache

from botocore.loaders import Loader


@cache
def known_regions() -> tuple[str, ...]:
    """Names of all regions of all partitions, sorted."""
    partitions = Loader().load_data("partitions")["partitions"]
    return tuple(
        sorted(
            region
            for partition in partitions
            for region in partition["regions"]
            if not region.endswith("-global")
        )
    )
