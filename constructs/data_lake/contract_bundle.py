"""The compiled contracts, shipped as one file."""

import tempfile
from pathlib import Path
from typing import Protocol

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from data_lake.permissions import PREVIOUS_ASSETS, allow


class Writable(Protocol):
    """What writes itself to a file, such as a ``ContractSet``."""

    def write(self, path: Path) -> None:
        """Write the whole to a file."""


class ContractBundle(Construct):
    """One asset with every contract, in the form that functions and jobs read.

    Args:
        contracts: writes the bundle; equal contracts must give equal bytes, so that the
            asset's hash, and with it the deployment, changes only when a contract does.

    Attributes:
        uri: the ``s3://`` address of the bundle.
    """

    def __init__(self, scope: Construct, construct_id: str, *, contracts: Writable) -> None:
        super().__init__(scope, construct_id)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "contracts.json"
            contracts.write(path)
            self._asset = assets.Asset(self, "File", path=str(path))
        self.uri = self._asset.s3_object_url

    def allow_reading(self, role: iam.Role) -> None:
        """Let a role read the bundle."""
        allow(
            role,
            "ReadContracts",
            actions=["s3:GetObject"],
            resources=[self._asset.bucket.arn_for_objects("*.json")],
            wildcard=PREVIOUS_ASSETS,
        )
