"""In a company's network, everything that runs code runs there, and nothing else gets out."""

import json
import re

import pytest

from config.network import Network
from data_lake.network_endpoints import CALLED_BY_GLUE, GATEWAYS, INTERFACES
from data_lake.required_tags import UNTAGGABLE, tags_of
from tests.synth.synthesised import STACKS, listed

SUBNETS = ["subnet-0123abc1", "subnet-0123abc2", "subnet-0123abc3"]
OWN_GROUP = {
    "vpc_id": "vpc-0123abcd",
    "subnets": [
        {"id": SUBNETS[0], "availability_zone": "us-east-1a"},
        {"id": SUBNETS[1], "availability_zone": "us-east-1b"},
        {"id": SUBNETS[2], "availability_zone": "us-east-1a"},
    ],
    "egress": [
        {"prefix_list": "pl-0123abcd", "why": "S3"},
        {"cidr": "10.20.0.0/16", "port": 5432, "why": "The warehouse"},
    ],
    "route_table_ids": ["rtb-0123abcd"],
}
THEIR_GROUPS = {
    "vpc_id": "vpc-0123abcd",
    "subnets": [{"id": SUBNETS[0], "availability_zone": "us-east-1a"}],
    "security_group_ids": ["sg-0123abc1", "sg-0123abc2"],
}


@pytest.fixture(scope="module")
def closed(vary):
    """Give production in a network whose group and endpoints the lake makes."""
    return vary(network=Network.model_validate(OWN_GROUP))


@pytest.fixture(scope="module")
def theirs(vary):
    """Give production in a network that has groups and endpoints."""
    return vary(network=Network.model_validate(THEIR_GROUPS))


def rules(lake, direction):
    """Give every rule of every security group, inline or not, that goes in or out."""
    inline = [
        rule
        for group in lake.properties("AWS::EC2::SecurityGroup")
        for rule in group.get(f"SecurityGroup{direction}", [])
    ]
    return inline + lake.properties(f"AWS::EC2::SecurityGroup{direction}")


def test_every_function_runs_in_the_subnets_under_the_groups(closed, theirs):
    functions = closed.properties("AWS::Lambda::Function")
    assert len(functions) > 8
    for function in functions:
        assert function["VpcConfig"]["SubnetIds"] == SUBNETS
        assert len(function["VpcConfig"]["SecurityGroupIds"]) == 1
    for function in theirs.properties("AWS::Lambda::Function"):
        assert function["VpcConfig"] == {
            "SubnetIds": SUBNETS[:1],
            "SecurityGroupIds": ["sg-0123abc1", "sg-0123abc2"],
        }


def test_every_job_has_a_connection_for_each_subnet(closed):
    connections = closed.resources("AWS::Glue::Connection")
    placed = [
        one["Properties"]["ConnectionInput"]["PhysicalConnectionRequirements"]
        for one in connections.values()
    ]
    assert [(one["SubnetId"], one["AvailabilityZone"]) for one in placed] == [
        (SUBNETS[0], "us-east-1a"),
        (SUBNETS[1], "us-east-1b"),
        (SUBNETS[2], "us-east-1a"),
    ]
    for job in closed.properties("AWS::Glue::Job"):
        assert job["Connections"] == {"Connections": [{"Ref": name} for name in connections]}


def test_nothing_leaves_but_what_is_stated(closed):
    ways = [
        (
            rule.get("CidrIp") or rule.get("DestinationPrefixListId") or "a group of the lake",
            rule["FromPort"],
            rule["ToPort"],
            rule["Description"],
        )
        for rule in rules(closed, "Egress")
        if rule["IpProtocol"] == "tcp"
    ]
    assert sorted(ways) == [
        ("10.20.0.0/16", 5432, 5432, "The warehouse"),
        ("a group of the lake", 0, 65535, "Workers of one job"),
        ("a group of the lake", 443, 443, "Endpoints of the lake"),
        ("pl-0123abcd", 443, 443, "S3"),
    ]
    other = [rule for rule in rules(closed, "Egress") if rule["IpProtocol"] != "tcp"]
    assert {rule["CidrIp"] for rule in other} <= {"255.255.255.255/32"}
    assert "0.0.0.0/0" not in json.dumps(closed.templates["Processing"])


def test_nothing_comes_in_from_outside_of_the_groups(closed):
    for rule in rules(closed, "Ingress"):
        assert "SourceSecurityGroupId" in rule
        assert not {"CidrIp", "CidrIpv6", "SourcePrefixListId"} & set(rule)


def test_endpoints_are_made_for_every_service_that_is_called(closed, repository):
    made = {
        endpoint["ServiceName"].rpartition(".")[2]: endpoint
        for endpoint in closed.properties("AWS::EC2::VPCEndpoint")
    }
    assert set(made) == {*GATEWAYS, *INTERFACES}
    for service in GATEWAYS:
        assert made[service]["VpcEndpointType"] == "Gateway"
        assert made[service]["RouteTableIds"] == ["rtb-0123abcd"]
    for service in INTERFACES:
        assert made[service]["PrivateDnsEnabled"] is True
        # One in each zone, which is all that an endpoint can have.
        assert made[service]["SubnetIds"] == SUBNETS[:2]
    called = {
        service
        for folder in ("lambda_src", "glue_scripts")
        for file in (repository / folder).rglob("*.py")
        for service in re.findall(
            r"boto3\.(?:client|resource)\(\s*\"([a-z0-9-]+)\"", file.read_text()
        )
    }
    assert {"s3", "glue", "secretsmanager", "dynamodb"} <= called
    called = {service.replace("stepfunctions", "states") for service in called}
    assert set(made) - called == CALLED_BY_GLUE
    assert called <= set(made)


def test_existing_groups_and_endpoints_are_left_alone(theirs):
    for kind in (
        "SecurityGroup",
        "SecurityGroupIngress",
        "SecurityGroupEgress",
        "VPCEndpoint",
    ):
        assert theirs.properties(f"AWS::EC2::{kind}") == []


def test_code_of_a_function_cannot_use_what_lambda_needs_for_its_interfaces(closed):
    for function in closed.properties("AWS::Lambda::Function"):
        statements = {one["Sid"]: one for one in closed.statements(function["Role"])}
        denied = statements["KeepCodeFromInterfaces"]
        assert denied["Effect"] == "Deny"
        assert denied["Condition"] == {"Null": {"lambda:SourceFunctionArn": "false"}}
        allowed = {*statements["UseInterfaces"]["Action"], *statements["SeeNetwork"]["Action"]}
        assert allowed == set(denied["Action"])


def test_every_job_may_read_its_connections_and_no_others(closed):
    for job in closed.properties("AWS::Glue::Job"):
        statements = {one["Sid"]: one for one in closed.statements(job["Role"])}
        resources = listed(statements["ReadConnections"]["Resource"])
        assert len(resources) == 1 + len(SUBNETS)
        assert "connection/*" not in json.dumps(resources)


def test_no_function_is_excused_from_the_network_that_it_is_in(closed):
    report = (closed.folder / "validation-report.json").read_text()
    assert "has no address that could be called" not in report


def test_without_a_network_there_is_none(prod):
    assert prod.properties("AWS::Glue::Connection") == []
    for job in prod.properties("AWS::Glue::Job"):
        assert "Connections" not in job


def test_every_resource_of_the_network_that_can_be_tagged_is(closed):
    for stack in STACKS:
        for resource in closed.templates[stack]["Resources"].values():
            if resource["Type"] not in UNTAGGABLE:
                assert tags_of(resource["Properties"])["Owner"] == closed.settings.owner
