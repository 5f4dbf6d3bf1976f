"""Whether the network that settings describe is there, and as closed as production must be."""

from collections.abc import Iterator
from typing import Any, Final

from config.network import Network, is_open
from strata.doctor.finding import Account, Check, Finding, State


def _network(account: Account, region: str) -> Iterator[Finding]:
    network = account.settings.network
    if network is None:
        return
    client = account.client("ec2", region)
    yield from _subnets(client, network, region)
    if network.security_group_ids:
        yield from _groups(client, network, region, is_production=account.settings.production)


def _subnets(client: Any, network: Network, region: str) -> Iterator[Finding]:
    wanted = {subnet.id: (network.vpc_id, subnet.availability_zone) for subnet in network.subnets}
    # With a filter, an unknown id is an empty answer and no error.
    answer = client.describe_subnets(Filters=[{"Name": "subnet-id", "Values": list(wanted)}])
    there = {one["SubnetId"]: (one["VpcId"], one["AvailabilityZone"]) for one in answer["Subnets"]}
    for subnet, place in wanted.items():
        check = f"network.subnets {subnet}"
        if there.get(subnet) == place:
            yield Finding(check, region, State.OK, " ".join(place))
            continue
        found = " ".join(there[subnet]) if subnet in there else "there is no such subnet"
        fix = f"correct the setting: it says {' '.join(place)}"
        yield Finding(check, region, State.TO_FIX, found, fix)


def _groups(
    client: Any, network: Network, region: str, *, is_production: bool
) -> Iterator[Finding]:
    ids = list(network.security_group_ids)
    answer = client.describe_security_groups(Filters=[{"Name": "group-id", "Values": ids}])
    there = {one["GroupId"]: one for one in answer["SecurityGroups"]}
    for group in ids:
        check = f"network.security_group_ids {group}"
        if group not in there:
            found, fix = "there is no such group", "create it, or correct the setting"
            yield Finding(check, region, State.TO_FIX, found, fix)
        elif there[group]["VpcId"] != network.vpc_id:
            found, fix = there[group]["VpcId"], f"name a group of {network.vpc_id}"
            yield Finding(check, region, State.TO_FIX, found, fix)
        elif is_production and (ways := _open_ways(there[group])):
            found = f"lets everything out to {', '.join(ways)}"
            fix = f"aws ec2 revoke-security-group-egress --group-id {group} ..."
            yield Finding(check, region, State.TO_FIX, found, fix)
        else:
            yield Finding(check, region, State.OK, there[group]["VpcId"])


def _open_ways(group: dict[str, Any]) -> list[str]:
    ways = {
        block.get("CidrIp") or block["CidrIpv6"]
        for rule in group.get("IpPermissionsEgress", [])
        for block in (*rule.get("IpRanges", []), *rule.get("Ipv6Ranges", []))
    }
    return sorted(way for way in ways if is_open(way))


NETWORK: Final = Check("network", _network, first_region=True)
