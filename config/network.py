"""A network that exists already, in which functions and jobs run; by default there is none."""

from ipaddress import ip_network
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from config.lifecycle import Strict

GroupId = Annotated[str, Field(pattern=r"^sg-[0-9a-f]{8,17}$")]
RouteTableId = Annotated[str, Field(pattern=r"^rtb-[0-9a-f]{8,17}$")]
DESCRIPTION = r"^[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]+$"
"""What EC2 takes as the description of a rule."""

NARROWEST_OPEN = {4: 8, 6: 32}
"""A CIDR block with a shorter prefix than this is taken for open, by IP version."""


def is_open(cidr: str) -> bool:
    """Tell whether a CIDR block holds most of the internet."""
    block = ip_network(cidr)
    return block.prefixlen < NARROWEST_OPEN[block.version]


class Subnet(Strict):
    """A private subnet and its availability zone, which synthesis cannot look up."""

    id: str = Field(pattern=r"^subnet-[0-9a-f]{8,17}$")
    availability_zone: str = Field(pattern=r"^[a-z0-9-]+[a-z]$")


class Egress(Strict):
    """One way out, over TCP: to a CIDR block or a managed prefix list, and ``why``."""

    cidr: str | None = None
    prefix_list: str | None = Field(default=None, pattern=r"^pl-[0-9a-f]{8,17}$")
    port: int = Field(default=443, ge=1, le=65_535)
    why: str = Field(min_length=1, max_length=255, pattern=DESCRIPTION)

    @field_validator("cidr")
    @classmethod
    def _is_a_block(cls, cidr: str | None) -> str | None:
        if cidr is not None:
            try:
                # As EC2 writes it: lower case, and with a length.
                return str(ip_network(cidr))
            except ValueError as error:
                raise ValueError(f"must be a CIDR block: {error}") from error
        return None

    @model_validator(mode="after")
    def _goes_to_one_place(self) -> Self:
        if (self.cidr is None) == (self.prefix_list is None):
            raise ValueError("must have either cidr or prefix_list")
        return self

    @property
    def is_open(self) -> bool:
        """Whether it leads to most of the internet."""
        return self.cidr is not None and is_open(self.cidr)


class Network(Strict):
    """Subnets of a VPC, and what may leave them.

    With ``security_group_ids`` these groups decide what may leave, and ``egress`` must be empty.
    Without, the lake makes a group that lets out what ``egress`` names, and nothing else.
    With ``route_table_ids``, those of the subnets, the lake makes the interface and gateway
    endpoints that it needs; without, they are there already.
    """

    vpc_id: str = Field(pattern=r"^vpc-[0-9a-f]{8,17}$")
    subnets: Annotated[tuple[Subnet, ...], Field(strict=False, min_length=1, max_length=16)]
    security_group_ids: Annotated[tuple[GroupId, ...], Field(strict=False, max_length=5)] = ()
    egress: Annotated[tuple[Egress, ...], Field(strict=False, max_length=50)] = ()
    route_table_ids: Annotated[tuple[RouteTableId, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.security_group_ids and self.egress:
            raise ValueError(
                "must have either security_group_ids, whose rules the lake leaves alone, or egress"
            )
        if not self.security_group_ids and not self.egress:
            raise ValueError(
                "must have egress or security_group_ids: without, nothing could reach S3"
            )
        return self
