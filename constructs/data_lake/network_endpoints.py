"""The ways from a private network to the services that functions and jobs call."""

from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

HTTPS: Final = 443
GATEWAYS: Final = ("s3", "dynamodb")
"""The services that are reached through gateway endpoints, which cost nothing."""

CALLED_BY_GLUE: Final = frozenset({"kms", "logs", "monitoring", "sts"})
"""What no code of the lake calls, but the service around a job: for the encryption that its
security configuration asks for, logs, metrics, and the role's credentials."""

INTERFACES: Final = tuple(
    sorted({"glue", "secretsmanager", "sns", "sqs", "states", *CALLED_BY_GLUE})
)
"""The services that functions and jobs call, each of which needs an interface endpoint."""


def add_endpoints(
    scope: Construct,
    *,
    vpc: ec2.IVpc,
    subnets: Mapping[str, str],
    route_table_ids: Sequence[str],
    security_groups: Sequence[ec2.ISecurityGroup],
) -> None:
    """Make an endpoint for each service, and a group that lets the lake reach them.

    Args:
        scope: where they belong.
        vpc: the VPC.
        subnets: availability zone of each subnet, by its id. An interface endpoint is in one of
            each zone: https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
        route_table_ids: of the subnets.
        security_groups: of functions and jobs. Those that the lake made are opened towards the
            endpoints.
    """
    group = ec2.SecurityGroup(
        scope,
        "EndpointsGroup",
        vpc=vpc,
        description="Endpoints of the lake: open to its functions and jobs",
        allow_all_outbound=False,
    )
    for source in security_groups:
        group.add_ingress_rule(source, ec2.Port.tcp(HTTPS), "Functions and jobs")
        # A group that exists already is left as it is: it was imported as not mutable.
        source.add_egress_rule(group, ec2.Port.tcp(HTTPS), "Endpoints of the lake")
    first = {zone: subnet for subnet, zone in reversed(list(subnets.items()))}
    gateways = {"route_table_ids": list(route_table_ids)}
    interfaces = {
        "private_dns_enabled": True,
        "subnet_ids": [subnet for subnet, zone in subnets.items() if first[zone] == subnet],
        "security_group_ids": [group.security_group_id],
    }
    for kind, suffix, services, how in (
        ("Gateway", "Gateway", GATEWAYS, gateways),
        ("Interface", "Endpoint", INTERFACES, interfaces),
    ):
        for service in services:
            ec2.CfnVPCEndpoint(
                scope,
                f"{service.capitalize()}{suffix}",
                vpc_id=vpc.vpc_id,
                service_name=f"com.amazonaws.{Stack.of(scope).region}.{service}",
                vpc_endpoint_type=kind,
                **how,
            )
