"""A network is described whole and closed, or refused with its place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loading import load_settings
from config.network import Egress

Written = Callable[[str | bytes], Path]
Complaint = Callable[..., str]
START = """\
network:
  vpc_id: vpc-0123abcd
  subnets: [{id: subnet-0123abcd, availability_zone: us-east-1a}]
"""
GROUPS = "  security_group_ids: [sg-0123abcd]\n"
WAY = "  egress: [{prefix_list: pl-0123abcd, why: S3}]\n"

WRONG = [
    (START, "network: must have egress or security_group_ids: without, nothing could reach S3"),
    (START + GROUPS + WAY, "network: must have either security_group_ids, whose rules the lake"),
    (START.replace("vpc-0123abcd", "main") + GROUPS, "network.vpc_id: must match pattern"),
    (START + GROUPS.replace("sg-0123abcd", "default"),
     "network.security_group_ids[0]: must match pattern"),
    (START + "  egress: [{cidr: 10.0.0.0/99, why: x}]\n",
     "network.egress[0].cidr: must be a CIDR block: '10.0.0.0/99'"),
    (START + "  egress: [{cidr: 10.0.0.1/8, why: x}]\n",
     "network.egress[0].cidr: must be a CIDR block: 10.0.0.1/8 has host bits set"),
    (START + "  egress: [{cidr: 10.0.0.0/8}]\n", "network.egress[0].why: is required; add it"),
    (START.replace("us-east-1a", "eu-west-1a") + GROUPS,
     "network.subnets[0].availability_zone: must be a zone of region us-east-1: got 'eu-west-1a'"),
    (START + "  egress: [{why: both}]\n", "network.egress[0]: must have either cidr or"),
]  # fmt: skip


@pytest.mark.parametrize(("network", "message"), WRONG)
def test_what_is_not_whole_is_one_line_with_its_place(
    dev: str, complaint: Complaint, network: str, message: str
) -> None:
    (told,) = complaint(dev + network).splitlines()
    assert told.split(": ", 1)[1].startswith(message)


@pytest.mark.parametrize("network", [START + GROUPS, START + WAY])
def test_existing_groups_or_stated_ways_make_a_network(
    dev: str, written: Written, network: str
) -> None:
    found = load_settings("dev", written(dev + network)).network
    assert found is not None
    assert not found.route_table_ids


def test_by_default_there_is_no_network(dev: str, written: Written) -> None:
    assert load_settings("dev", written(dev)).network is None


@pytest.mark.parametrize(
    ("cidr", "is_open"),
    [
        ("0.0.0.0/0", True),
        ("0.0.0.0/1", True),
        ("128.0.0.0/1", True),
        ("10.0.0.0/8", False),
        ("::/0", True),
        ("2000::/3", True),
        ("2600:1f00::/32", False),
    ],
)
def test_a_block_that_holds_most_of_the_internet_is_open(cidr: str, is_open: bool) -> None:
    assert Egress(cidr=cidr, why="test").is_open is is_open


@pytest.mark.parametrize(
    ("cidr", "written"),
    [
        ("10.0.0.5", "10.0.0.5/32"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
        ("2600:1F00::/32", "2600:1f00::/32"),
    ],
)
def test_a_block_is_written_as_ec2_writes_it(cidr: str, written: str) -> None:
    assert Egress(cidr=cidr, why="test").cidr == written
