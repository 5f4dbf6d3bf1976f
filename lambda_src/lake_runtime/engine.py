"""How large a run's Spark job is: what its contract asks for, else what the environment gives."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lake_runtime.contract_parts import EngineWish
from lake_runtime.environment import Environment

_LEAST_WORKERS = 2
"""A driver and an executor."""
_MOST_WORKERS = 299
_MOST_LARGE_WORKERS = 149
"""Glue's bounds for one job, of G.1X and of every other type:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html"""


class EngineEnvironment(Environment):
    """The environment of a function that sizes jobs: the sizes of contracts that say nothing."""

    worker_type: str = Field(min_length=1)
    workers: int = Field(ge=_LEAST_WORKERS)
    job_timeout_minutes: int = Field(ge=1)


class Engine(BaseModel):
    """The size of one job, in the words of Glue's StartJobRun.

    `auto_scaling` is the text that Glue's job argument of that name takes.
    """

    model_config = ConfigDict(frozen=True)

    worker_type: str
    workers: int
    execution_class: Literal["STANDARD", "FLEX"]
    auto_scaling: Literal["true", "false"]
    timeout_minutes: int

    def larger(self) -> "Engine":
        """Give the size with which a job is run that ran out of memory, disk or time.

        Twice the workers, as far as Glue allows, and none that others may take away.
        """
        most = _MOST_WORKERS if self.worker_type == "G.1X" else _MOST_LARGE_WORKERS
        workers = max(self.workers, min(2 * self.workers, most))
        return self.model_copy(update={"workers": workers, "execution_class": "STANDARD"})

    def describe(self) -> str:
        """Say the size in one line, for the run's record."""
        most = "up to " if self.auto_scaling == "true" else ""
        flex = " flexible" if self.execution_class == "FLEX" else ""
        return f"{most}{self.workers}{flex} {self.worker_type}, {self.timeout_minutes} minutes"


def size_engine(wish: EngineWish, environment: EngineEnvironment, waiting: int) -> Engine:
    """Give the size of a job that reads `waiting` bytes."""
    scales = wish.workers is None and wish.max_workers is not None
    return Engine(
        worker_type=wish.worker_type or environment.worker_type,
        workers=_workers(wish, environment, waiting),
        execution_class="FLEX" if wish.flex else "STANDARD",
        auto_scaling="true" if scales else "false",
        timeout_minutes=wish.timeout_minutes or environment.job_timeout_minutes,
    )


def _workers(wish: EngineWish, environment: EngineEnvironment, waiting: int) -> int:
    if wish.workers == "auto":
        readers = -(-waiting // wish.bytes_per_worker)
        most = wish.max_workers or environment.workers
        return max(_LEAST_WORKERS, min(1 + readers, most))
    return wish.workers or wish.max_workers or environment.workers
