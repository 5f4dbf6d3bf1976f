"""How much failure a dataset endures before a person is needed: ``retry`` and ``circuit``."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True
    )


class Retry(_Part):
    """How often an arrival is tried.

    Attributes:
        max_attempts: after so many failed runs an arrival is parked with its reason, and no run
            takes it again by itself.
        tolerated_failure_percent: so many percent of a run's inspections may fail for a reason
            that is not in the files; the run goes on without the files that were not looked at,
            which wait for the next one.
    """

    max_attempts: Annotated[int, Field(ge=1, le=100)] = 5
    tolerated_failure_percent: Annotated[float, Field(ge=0, lt=100)] = 0


class Circuit(_Part):
    """When runs stop being started because they fail again and again.

    Attributes:
        failures: so many failed runs, one after the other, open the circuit: what arrives waits.
        cool_down_minutes: so long after a failure one run is tried; it closes the circuit if it
            ends well.
    """

    failures: Annotated[int, Field(ge=1, le=100)] = 3
    cool_down_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 60
