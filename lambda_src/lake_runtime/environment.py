"""The typed environment of the functions."""

import os
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lake_runtime.errors import MisconfiguredFunction


class Environment(BaseModel):
    """What every function is told by its stack; each field is the variable of the same name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    """The lake instance that writes the records: `<project>-<environment>`."""
    aws_region: str = Field(min_length=1)
    ledger_table: str = Field(min_length=1)
    audit_table: str = Field(min_length=1)
    contracts_uri: str = Field(pattern=r"^s3://[^/]+/.+")
    raw_bucket: str = Field(min_length=1)
    quarantine_bucket: str = Field(min_length=1)
    artifacts_bucket: str = Field(min_length=1)
    alert_topic_arn: str = Field(min_length=1)

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Self:
        """Read the variables of this process, or the given ones.

        Raises `MisconfiguredFunction` naming every variable that is missing or wrong.
        """
        source = os.environ if variables is None else variables
        given = {name: source[name.upper()] for name in cls.model_fields if name.upper() in source}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            problems = "; ".join(
                f"{str(problem['loc'][0]).upper()}: {problem['msg']}" for problem in error.errors()
            )
            raise MisconfiguredFunction(
                f"environment variables of the function: {problems}; set them in its stack"
            ) from error

    @property
    def owner_scope(self) -> str:
        """The key under which all runs of this lake instance in this region are listed."""
        return f"{self.aws_region}#{self.owner}"

    def scope(self, dataset: str) -> str:
        """Give the partition key of a dataset's records: `<region>#<owner>#<dataset>`."""
        return f"{self.owner_scope}#{dataset}"
