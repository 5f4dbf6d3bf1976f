"""What the synthesised templates say of an environment, and a lake with its settings."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.load.burst import Burst
from benchmarks.load.lake import (
    SECONDS_PER_INVOCATION,
    SECONDS_PER_REQUEST,
    Deployment,
    LoadedLake,
)
from benchmarks.load.meter import Meter
from benchmarks.load.stand_ins import JobLimits, concurrency_retry
from strata.local.emulator import Emulator
from tests.functions.support.contracts import dataset_contract
from tests.functions.support.lake import Lake
from tests.synth.synthesised import Synthesised, all_states

ENVIRONMENT: Final = "prod"
SETTINGS: Final = (
    "FILES_PER_RUN",
    "FILES_PER_INSPECTION",
    "INLINE_BATCHES",
    "LEASE_MINUTES",
    "WORKER_TYPE",
    "WORKERS",
    "JOB_TIMEOUT_MINUTES",
)
"""The variables of the functions that are taken from the template as they are."""


def synthesise(folder: Path) -> Synthesised:
    """Synthesise production into a folder, without CDK's own validation."""
    os.environ["CDK_VALIDATION"] = "false"
    # Imported here, because CDK reads the variable when it is imported.
    from config.loading import load_settings  # noqa: PLC0415
    from stacks.application import build_app  # noqa: PLC0415

    app = build_app(ENVIRONMENT, outdir=folder)
    app.synth()
    return Synthesised(load_settings(ENVIRONMENT), app, folder)


def read_deployment(templates: Synthesised) -> Deployment:
    """Read the machine, the queue's batches and the limits of the ingest jobs."""
    (source,) = templates.properties("AWS::Lambda::EventSourceMapping")
    stage, publish = (templates.jobs()[f"processed-{step}"] for step in ("stage", "publish"))
    at_once = min(job["ExecutionProperty"]["MaxConcurrentRuns"] for job in (stage, publish))
    definition = templates.definition("ingest")
    return Deployment(
        definition=definition,
        batch_size=source["BatchSize"],
        window_seconds=source["MaximumBatchingWindowInSeconds"],
        jobs=JobLimits(
            publish_workers=(publish["WorkerType"], publish["NumberOfWorkers"]),
            at_once=at_once,
            retry=concurrency_retry(all_states(definition)),
        ),
    )


def memory_gb(templates: Synthesised) -> dict[str, float]:
    """Give the memory of each function, in GB."""
    found = templates.functions().items()
    return {name: properties["MemorySize"] / 1024 for name, properties in found}


def make_lake(templates: Synthesised, emulator: Emulator, burst: Burst) -> LoadedLake:
    """Make an empty lake of the burst's datasets; sets the variables of the functions."""
    os.environ |= emulator.environment() | {
        "CONTRACTS_URI": "",
        "POWERTOOLS_METRICS_NAMESPACE": "Strata",
        "POWERTOOLS_SERVICE_NAME": "lake",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
    lake = Lake()
    os.environ |= lake.environment() | _settings(templates.functions())
    lake.deploy(
        {
            "format": 1,
            "datasets": {name: dataset_contract(name) for name in burst.datasets},
            "products": {},
        }
    )
    meter = Meter(lake.ledger.name, SECONDS_PER_REQUEST, SECONDS_PER_INVOCATION)
    return LoadedLake(lake, burst, read_deployment(templates), meter)


def _settings(functions: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    found = {
        name: value
        for properties in functions.values()
        for name, value in properties["Environment"]["Variables"].items()
    }
    return {name: found[name] for name in SETTINGS}
