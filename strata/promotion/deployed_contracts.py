"""The datasets that a lake was deployed with, whatever the checkout has by now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from strata.errors import StrataError
from strata.lakes import Lake

OUTPUT: Final = "ContractsUri"
"""The stack's output that says where the compiled contracts are."""


@dataclass(frozen=True)
class DeployedDataset:
    """What a smoke run must know of a dataset.

    Attributes:
        name: of the dataset and its table.
        prefix: where its files arrive in the raw zone.
        write_mode: how rows come into its table: `append`, or one that replaces rows.
    """

    name: str
    prefix: str
    write_mode: str


def deployed_datasets(lake: Lake) -> dict[str, DeployedDataset]:
    """Give the datasets of the contracts that the lake's functions read, by name.

    Raises `StrataError` if they are not where the stacks say, or are no compiled contracts.
    """
    uri = lake[OUTPUT]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    text = lake.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        return _datasets(json.loads(text)["datasets"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StrataError(f"{uri}: must be the compiled contracts: {error!r}") from error


def _datasets(compiled: Mapping[str, Any]) -> dict[str, DeployedDataset]:
    return {
        name: DeployedDataset(name, one["raw"]["prefix"], one["write_mode"])
        for name, one in compiled.items()
    }
