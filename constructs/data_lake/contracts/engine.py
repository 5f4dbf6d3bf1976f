"""How large the Spark job of a dataset or product is: the custom property ``engine``."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

# https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
WorkerType = Literal[
    "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X"
]
FLEXIBLE = ("G.1X", "G.2X")
"""Workers that the flexible execution class has:
https://docs.aws.amazon.com/glue/latest/dg/add-job.html"""
Workers = Annotated[int, Field(ge=2, le=299)]


class Engine(BaseModel):
    """What the job that writes the rows gets; what is not said, the environment decides.

    Attributes:
        worker_type: Glue's name for a worker.
        workers: how many, with the driver. ``auto``: by the bytes that a run reads.
        max_workers: the most, with ``workers: auto``; without ``workers``, Glue scales up to it.
        bytes_per_worker: how much of a run's input one worker reads, with ``workers: auto``.
        flex: run on spare capacity, which is cheaper and may start late.
        timeout_minutes: the longest that one job may take.
        shuffle_partitions: into how many parts Spark cuts rows that it exchanges.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)

    worker_type: WorkerType | None = None
    workers: Workers | Literal["auto"] | None = None
    max_workers: Workers | None = None
    bytes_per_worker: Annotated[int, Field(ge=2**20)] = 2**30
    flex: bool = False
    timeout_minutes: Annotated[int, Field(ge=1, le=10_080)] | None = None
    shuffle_partitions: Annotated[int, Field(ge=1, le=100_000)] | None = None

    @field_validator("workers", mode="before")
    @classmethod
    def _number_or_auto(cls, workers: object) -> object:
        is_number = isinstance(workers, int) and not isinstance(workers, bool)
        if workers != "auto" and not (is_number and 2 <= workers <= 299):  # type: ignore[operator]
            raise PydanticCustomError(
                "workers", "must be a number from 2 to 299, or auto", {"options": ("auto",)}
            )
        return workers

    @field_validator("max_workers")
    @classmethod
    def _bounds_something(cls, most: int, info: ValidationInfo) -> int:
        if info.data.get("workers") not in ("auto", None):
            raise ValueError("is for workers: auto, or for no workers; remove one of both")
        return most

    @field_validator("bytes_per_worker")
    @classmethod
    def _sizes_something(cls, size: int, info: ValidationInfo) -> int:
        if info.data.get("workers", "auto") != "auto":
            raise ValueError("is for workers: auto; remove it, or use workers: auto")
        return size

    @field_validator("flex")
    @classmethod
    def _is_offered(cls, flex: bool, info: ValidationInfo) -> bool:
        if flex and info.data.get("worker_type", FLEXIBLE[0]) not in FLEXIBLE:
            raise ValueError(f"needs workerType {' or '.join(FLEXIBLE)} beside it")
        return flex

    @model_validator(mode="after")
    def _has_a_limit(self) -> "Engine":
        if self.workers == "auto" and self.max_workers is None:
            raise PydanticCustomError(
                "max_workers",
                "needs maxWorkers beside it, the most that a run may cost",
                {"field": "workers", "value": "auto"},
            )
        return self
