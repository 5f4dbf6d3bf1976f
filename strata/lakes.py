"""The lake that a command works on: the emulated one, or one that was deployed to an account."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3

from config.loading import load_settings
from data_lake.contracts import ContractSet, load_contracts
from strata.accounts import asking, session_in
from strata.errors import StrataError
from strata.local.lake import ENVIRONMENT, attach, find
from strata.paths import CONTRACTS


class Lake(Protocol):
    """A lake by the names of its parts."""

    @property
    def region(self) -> str:
        """The region of its stacks."""

    @property
    def prefix(self) -> str:
        """`<project>-<environment>`, with which the names of its resources begin."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of all its stacks, by name."""

    def client(self, service: str) -> Any:
        """Give a client of an AWS service of the lake."""

    def database(self, zone: str) -> str:
        """Give the name of a zone's Glue database."""

    def __getitem__(self, output: str) -> str:
        """Give a stack's output; raises `StrataError` where no stack has it."""


@dataclass(frozen=True)
class DeployedLake:
    """A lake in an AWS account, reached with the profile and endpoint of the process."""

    session: boto3.Session
    region: str
    prefix: str
    outputs: Mapping[str, str]
    """The outputs of all its stacks, by name."""

    def client(self, service: str) -> Any:
        """Give a client of an AWS service of the lake."""
        return self.session.client(service)  # type: ignore[call-overload]

    def database(self, zone: str) -> str:
        """Give the name of a zone's Glue database."""
        return f"{self.prefix.replace('-', '_')}_{zone}"

    def __getitem__(self, output: str) -> str:
        """Give a stack's output; raises `StrataError` where no stack has it."""
        try:
            return self.outputs[output]
        except KeyError:
            raise StrataError(
                f"no stack {self.prefix}-* in {self.region} has an output {output}; deploy it: "
                "cdk deploy --all"
            ) from None


def find_lake(environment: str | None) -> Lake:
    """Give the lake of an environment: by default the emulated one that runs here.

    Raises `StrataError` if none runs here, or if the environment's account cannot be reached.
    """
    if environment in (None, ENVIRONMENT):
        return attach()
    return deployed_lake(str(environment))


def contracts_of(environment: str | None) -> ContractSet:
    """Give the contracts of the lake of an environment.

    Those of the emulated lake are in the folder that it was brought up with; where none runs, and
    for any other environment, they are the checkout's. Raises `ContractError` if they are not
    valid.
    """
    running = find() if environment in (None, ENVIRONMENT) else None
    return load_contracts(Path(running.contracts) if running else CONTRACTS)


def deployed_lake(environment: str) -> DeployedLake:
    """Give the lake that an environment's stacks make up.

    Credentials and endpoint are those of the process: `AWS_PROFILE`, `AWS_ENDPOINT_URL` and the
    like. Raises `StrataError` if they are of another account than the environment's.
    """
    settings = load_settings(environment)
    session = session_in(settings.account, settings.region, environment)
    with asking(f"the stacks of {environment} cannot be read"):
        pages = session.client("cloudformation").get_paginator("describe_stacks").paginate()
        stacks = [stack for page in pages for stack in page["Stacks"]]
    outputs = {
        output["OutputKey"]: output["OutputValue"]
        for stack in stacks
        if stack["StackName"].startswith(f"{settings.prefix}-")
        for output in stack.get("Outputs", [])
    }
    return DeployedLake(session, settings.region, settings.prefix, outputs)
