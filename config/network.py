"""A network that exists already, in which functions and jobs run; by default there is none."""

from ipaddress import ip_network
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from config.lifecycle import Strict

GroupId = Annotated[str, Field(pattern=r"^sg-[0-9a-f]{8,17}$")]
RouteTableId = Annotated[str, Field(pattern=r"^rtb-[0-9a-f]{8,17}$")]
DESCRIPTION = r"^[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]+$"
"""What EC2 takes as the description of a rule."""

NARROWEST_OPEN = {4: 8, 6: 32}
"""A CIDR block with a shorter prefix than this is taken for open, by IP version."""


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
                ip_network(cidr)
            except ValueError as error:
                raise ValueError(f"must be a CIDR block: {error}") from error
        return cidr

    @model_validator(mode="after")
    def _goes_to_one_place(self) -> Self:
        if (self.cidr is None) == (self.prefix_list is None):
            raise ValueError("must have either cidr or prefix_list")
        return self

    @property
    def is_open(self) -> bool:
        """Whether it leads to most of the internet."""
        if self.cidr is None:
            return False
        block = ip_network(self.cidr)
        return block.prefixlen < NARROWEST_OPEN[block.version]


class Network(Strict):
    """Subnets of a VPC, and what may leave them.

    With ``security_group_ids`` these groups decide what may leave, and ``egress`` must be empty.
    Without, the lake makes a group that lets out what ``egress`` names, and nothing else.
    ``endpoints: create`` makes the interface and gateway endpoints that the lake needs, for which
    ``route_table_ids`` are those of the subnets; ``existing`` makes none.
    """

    vpc_id: str = Field(pattern=r"^vpc-[0-9a-f]{8,17}$")
    subnets: Annotated[tuple[Subnet, ...], Field(strict=False, min_length=1, max_length=16)]
    security_group_ids: Annotated[tuple[GroupId, ...], Field(strict=False, max_length=5)] = ()
    egress: Annotated[tuple[Egress, ...], Field(strict=False, max_length=50)] = ()
    endpoints: Literal["existing", "create"] = "existing"
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
        if (self.endpoints == "create") != bool(self.route_table_ids):
            raise ValueError("must have route_table_ids if endpoints is create, and only then")
        return self
