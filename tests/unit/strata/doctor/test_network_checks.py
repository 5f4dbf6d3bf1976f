"""A network is judged by what EC2 says of it."""

import pytest
from botocore.exceptions import ClientError

from config.loading import load_settings
from config.network import Network
from strata.doctor.finding import Account, Finding, State
from strata.doctor.network_checks import NETWORK

VPC, SUBNET, GROUP, ZONE = "vpc-0123abcd", "subnet-0123abcd", "sg-0123abcd", "us-east-1a"
THEIRS = Network.model_validate(
    {
        "vpc_id": VPC,
        "subnets": [{"id": SUBNET, "availability_zone": ZONE}],
        "security_group_ids": [GROUP],
    }
)
THERE = {"SubnetId": SUBNET, "VpcId": VPC, "AvailabilityZone": ZONE}


class Ec2:
    """EC2 with one subnet and one group, or without."""

    def __init__(
        self,
        subnet: dict[str, str] | None,
        egress: list[dict[str, object]] | None,
        vpc: str = VPC,
    ):
        self._subnets = [] if subnet is None else [subnet]
        self._groups = (
            []
            if egress is None
            else [{"GroupId": GROUP, "VpcId": vpc, "IpPermissionsEgress": egress}]
        )

    def describe_subnets(self, **_: object) -> dict[str, object]:
        """Give the subnets."""
        return {"Subnets": self._subnets}

    def describe_security_groups(self, **_: object) -> dict[str, object]:
        """Give the groups."""
        return {"SecurityGroups": self._groups}


def judged(ec2: Ec2, environment: str = "prod", network: Network | None = THEIRS) -> list[Finding]:
    """Give what the check found."""
    settings = load_settings(environment).model_copy(update={"network": network})
    return list(NETWORK.look(Account(settings, lambda *_: ec2), "us-east-1"))


def test_a_network_as_described_is_ok() -> None:
    closed = [{"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    assert {one.state for one in judged(Ec2(THERE, closed))} == {State.OK}
    assert judged(Ec2(None, None), network=None) == []


def test_a_subnet_that_is_not_there_or_elsewhere_is_to_fix() -> None:
    (missing, _) = judged(Ec2(None, []))
    assert (missing.state, missing.found) == (State.TO_FIX, "there is no such subnet")
    (elsewhere, _) = judged(Ec2(THERE | {"AvailabilityZone": "us-east-1b"}, []))
    assert elsewhere.found == f"{VPC} us-east-1b"
    assert elsewhere.fix == f"correct the setting: it says {VPC} {ZONE}"


def test_a_group_that_is_not_there_is_to_fix() -> None:
    (_, group) = judged(Ec2(THERE, None))
    assert (group.state, group.found) == (State.TO_FIX, "there is no such group")


def test_a_group_of_another_network_is_to_fix() -> None:
    (_, group) = judged(Ec2(THERE, [], vpc="vpc-9999abcd"))
    assert (group.state, group.found) == (State.TO_FIX, "vpc-9999abcd")
    assert group.fix == f"name a group of {VPC}"


@pytest.mark.parametrize(
    "rule",
    [
        {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"IpRanges": [{"CidrIp": "0.0.0.0/1"}, {"CidrIp": "128.0.0.0/1"}]},
        {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
    ],
)
def test_a_group_that_lets_everything_out_is_to_fix_in_production_only(
    rule: dict[str, object],
) -> None:
    (_, group) = judged(Ec2(THERE, [rule]))
    assert group.state is State.TO_FIX
    assert "lets everything out to" in group.found
    (_, group) = judged(Ec2(THERE, [rule]), "dev")
    assert group.state is State.OK


def test_what_ec2_refuses_is_raised_and_so_not_judged() -> None:
    class Closed(Ec2):
        def describe_subnets(self, **_: object) -> dict[str, object]:
            raise ClientError({"Error": {"Code": "UnauthorizedOperation"}}, "DescribeSubnets")

    with pytest.raises(ClientError):
        judged(Closed(THERE, []))
