"""Functions and jobs in a network that exists already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from constructs import Construct

from data_lake.network_endpoints import HTTPS, add_endpoints
from data_lake.permissions import allow, deny

_INTERFACES: Final = "Lambda and Glue choose the ids of the interfaces that they make."
_GLUES_TAG: Final = "aws-glue-service-resource"
_LISTS: Final = "The actions that list have no resources to name."


@dataclass(frozen=True)
class Way:
    """One way out, over TCP.

    Attributes:
        why: what for; shown in the console.
        cidr: a CIDR block; or else ``prefix_list``.
        prefix_list: the id of a managed prefix list, such as S3's in the region.
        port: the port.
    """

    why: str
    cidr: str | None = None
    prefix_list: str | None = None
    port: int = HTTPS


@dataclass(frozen=True)
class ExistingNetwork:
    """A VPC as its owner describes it: nothing is looked up.

    Attributes:
        vpc_id: the VPC.
        subnets: availability zone of each private subnet, by its id.
        security_group_ids: groups that decide what may leave. One of them must let in and out all
            TCP from and to itself, for Glue. Default: none, and a group is made.
        ways: what a group that is made lets out. Default: nothing but itself.
        route_table_ids: of the subnets; with them, endpoints are made. Default: none, and the
            endpoints are there already.
    """

    vpc_id: str
    subnets: Mapping[str, str]
    security_group_ids: Sequence[str] = ()
    ways: Sequence[Way] = ()
    route_table_ids: Sequence[str] = ()


class PrivateNetwork(Construct):
    """Security groups, endpoints and Glue connections in a VPC that exists already.

    Args:
        network: the VPC.

    Attributes:
        vpc: the VPC.
        subnets: its subnets.
        security_groups: what decides about traffic.
        connections: one for each subnet. Glue takes the next one where a subnet has no address
            left: https://docs.aws.amazon.com/glue/latest/dg/glue-troubleshooting-errors.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, network: ExistingNetwork) -> None:
        super().__init__(scope, construct_id)
        zones = list(network.subnets.values())
        self.vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=network.vpc_id,
            availability_zones=sorted(set(zones)),
        )
        self.subnets = [
            ec2.Subnet.from_subnet_attributes(
                self, f"Subnet{number}", subnet_id=subnet, availability_zone=zone
            )
            for number, (subnet, zone) in enumerate(network.subnets.items(), start=1)
        ]
        for subnet in self.subnets:
            Validations.of(subnet).acknowledge(
                Acknowledgment(
                    id="Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId",
                    reason="Nobody asks the subnet for its route table: endpoints get their own.",
                )
            )
        self.security_groups: list[ec2.ISecurityGroup] = [
            ec2.SecurityGroup.from_security_group_id(self, f"Group{number}", group, mutable=False)
            for number, group in enumerate(network.security_group_ids, start=1)
        ] or [self._group(network.ways)]
        if network.route_table_ids:
            add_endpoints(
                self,
                vpc=self.vpc,
                subnets=network.subnets,
                route_table_ids=network.route_table_ids,
                security_groups=self.security_groups,
            )
        self.connections = [
            glue.Connection(
                self,
                f"Connection{number}",
                type=glue.ConnectionType.NETWORK,
                description="Lets jobs run in a subnet of the company's network",
                network=glue.ConnectionNetwork.subnet(subnet),
                security_groups=self.security_groups,
            )
            for number, subnet in enumerate(self.subnets, start=1)
        ]

    @property
    def selection(self) -> ec2.SubnetSelection:
        """The subnets as a function takes them."""
        return ec2.SubnetSelection(subnets=self.subnets)

    def allow_function(self, role: iam.Role) -> None:
        """Let Lambda make interfaces under a function's role, and the function's code not.

        Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
        """
        self._allow_interfaces(role)
        deny(
            role,
            "KeepCodeFromInterfaces",
            actions=[*_CHANGE, *_LIST],
            # Lambda's own calls have no such key; those of the function's code have it.
            conditions={"Null": {"lambda:SourceFunctionArn": "false"}},
        )

    def allow_job(self, role: iam.Role) -> None:
        """Let Glue read the connections and make interfaces under a job's role."""
        self._allow_interfaces(role)
        stack = Stack.of(self)
        root = f"arn:{stack.partition}:glue:{stack.region}:{stack.account}"
        names = [connection.connection_name for connection in self.connections]
        allow(
            role,
            "ReadConnections",
            actions=["glue:GetConnection", "glue:GetConnections"],
            resources=[f"{root}:catalog", *(f"{root}:connection/{name}" for name in names)],
        )
        allow(
            role,
            "TagInterfaces",
            actions=["ec2:CreateTags", "ec2:DeleteTags"],
            resources=[_arn(stack, "network-interface/*")],
            conditions={"ForAllValues:StringEquals": {"aws:TagKeys": [_GLUES_TAG]}},
            wildcard=_INTERFACES,
        )

    def _allow_interfaces(self, role: iam.Role) -> None:
        # With the subnets' own ARNs, Lambda cannot delete what it made.
        allow(
            role,
            "UseInterfaces",
            actions=_CHANGE,
            resources=[_arn(Stack.of(self), "*/*")],
            wildcard=_INTERFACES,
        )
        allow(role, "SeeNetwork", actions=_LIST, resources=["*"], wildcard=_LISTS)

    def _group(self, ways: Sequence[Way]) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "Group",
            vpc=self.vpc,
            description="Functions and jobs of the lake: closed but for what its settings name",
            allow_all_outbound=False,
        )
        # Glue's workers talk to each other on any port:
        # https://docs.aws.amazon.com/glue/latest/dg/setup-vpc-for-glue-access.html
        group.add_ingress_rule(group, ec2.Port.all_tcp(), "Workers of one job")
        group.add_egress_rule(group, ec2.Port.all_tcp(), "Workers of one job")
        for way in ways:
            group.add_egress_rule(_peer(way), ec2.Port.tcp(way.port), way.why)
        return group


_CHANGE: Final = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
)
_LIST: Final = (
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
)


def _peer(way: Way) -> ec2.IPeer:
    if way.prefix_list is not None:
        return ec2.Peer.prefix_list(way.prefix_list)
    if way.cidr is None:
        raise ValueError(f"way {way.why!r}: must have a cidr or a prefix_list: got neither")
    return ec2.Peer.ipv6(way.cidr) if ":" in way.cidr else ec2.Peer.ipv4(way.cidr)


def _arn(stack: Stack, resource: str) -> str:
    return f"arn:{stack.partition}:ec2:{stack.region}:{stack.account}:{resource}"
