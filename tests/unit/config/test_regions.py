"""Regions are known without a network."""

from config.regions import known_regions


def test_regions_of_all_partitions_are_known_and_pseudo_regions_are_not() -> None:
    regions = known_regions()

    assert {"us-east-1", "us-west-2", "eu-central-1", "us-gov-west-1", "cn-north-1"} <= set(regions)
    assert "aws-global" not in regions
    assert list(regions) == sorted(regions)
