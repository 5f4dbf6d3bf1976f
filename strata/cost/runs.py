"""How often a dataset is loaded, and how large the jobs of its runs are."""

import math
from dataclasses import dataclass
from typing import Final

from data_lake.contracts.engine import Engine
from strata.cost.amounts import DAYS, LEAST_SECONDS, View, dpu_hours
from strata.cost.crons import calls_per_day
from strata.cost.lake import DPU, JobSize
from strata.cost.usage import DatasetUsage

GIB: Final = 2**30
VCPU_PER_DPU: Final = 4
"""https://aws.amazon.com/glue/pricing/"""
FLEX_WORKERS: Final = "G.1X"
_MINUTES_PER_DAY: Final = 1_440
_SECONDS_AROUND: Final = 60.0
"""Of a run, what its functions and waits take besides its jobs; only bounds how many fit a day."""


@dataclass(frozen=True)
class Job:
    """One run of the job that writes rows.

    Attributes:
        hours: DPU hours that it is billed.
        seconds: how long it takes.
        price: the key of its price.
    """

    hours: float
    seconds: float
    price: str


def job_of(view: View, engine: Engine, own: JobSize, rows: float, size: float) -> Job:
    """Give what one run of a job takes that writes so many rows from so many bytes.

    The driver computes nothing. Workers that the contract leaves to the run, or to Glue's auto
    scaling, are counted by the bytes.

    Args:
        view: the case.
        engine: what the contract asks for.
        own: what the template gives the job otherwise.
        rows: of the run.
        size: bytes that it reads.
    """
    kind = engine.worker_type or (FLEX_WORKERS if engine.flex else own.worker_type)
    workers = workers_of(engine, own, size)
    cores = (workers - 1) * DPU[kind] * VCPU_PER_DPU
    work = rows / 1e6 * view.per("cpu_seconds_per_million_rows") / cores
    seconds = view.per("job_start_seconds") + work
    price = "glue_flex_dpu_hour" if engine.flex else "glue_dpu_hour"
    return Job(dpu_hours(kind, workers, seconds), max(seconds, LEAST_SECONDS), price)


def workers_of(engine: Engine, own: JobSize, size: float) -> int:
    """Give the workers of a run that reads so many bytes."""
    if isinstance(engine.workers, int):
        return engine.workers
    if engine.max_workers is None:
        return own.workers
    wanted = math.ceil(size / engine.bytes_per_worker) + 1
    return min(max(wanted, 2), engine.max_workers)


def runs_per_month(view: View, name: str, used: DatasetUsage) -> float:
    """Give how often a dataset is loaded in a month, as its trigger says.

    A burst that starts a run on arrival is taken by two: the first takes the few files that are
    there, the second the rest. No more runs fit into a day than follow each other, and no run
    takes more files than it may.
    """
    trigger = view.lake.contracts.datasets[name].trigger
    files = view.month(used.files_per_day)
    if not files:
        return 0.0
    times = min(view.month(used.times_per_day or used.files_per_day), files)
    if trigger.mode == "on_arrival":
        runs = times * (view.per("runs_per_burst") if files / times > 1 else 1)
    elif trigger.mode == "micro_batch":
        runs = min(times, _MINUTES_PER_DAY / (trigger.every_minutes or 15) * DAYS)
    elif trigger.mode == "schedule":
        runs = min(times, calls_per_day(trigger.cron or "") * DAYS)
    else:
        runs = times
    runs = min(runs, files, _fit(view))
    return max(runs, files / view.lake.setting("FILES_PER_RUN", files))


def _fit(view: View) -> float:
    """Give how many runs of one dataset fit into a month, one after the other.

    That is the same in every case: or faster jobs would make a dearer low case, by more runs.
    """
    work = view.work
    seconds = work.job_start_seconds.expected + work.publish_seconds.expected
    each = seconds + _SECONDS_AROUND
    return DAYS * _MINUTES_PER_DAY * 60 / each
