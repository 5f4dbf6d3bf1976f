"""Inspections -> input.json."""

from lake_runtime.contracts import load_contracts
from lake_runtime.engine import Engine, EngineEnvironment, size_engine
from lake_runtime.errors import InspectionMissing
from lake_runtime.handlers import Request, Response, state_machine_task
from lake_runtime.identity import utc_now
from lake_runtime.inspections import failed_batches, read_inspections
from lake_runtime.records import Verdict
from lake_runtime.replays import change_of
from lake_runtime.run import CLAIMS, INPUT, VERDICTS, Run
from plan_read.planning import REJECTIONS_TOLD, make_plan


class PlanReadRequest(Request):
    """Which run, and how many files it claimed."""

    run_id: str
    run_prefix: str
    claims: int


class Rejection(Response):
    """One file that will not be read, and why."""

    key: str
    rule: str | None
    reason: str | None


class PlanReadResponse(Response):
    """How many files will be read, their bytes, and up to 20 of those that will not.

    `uninspected` files wait for the next run. `crawl` tells whether a crawler has anything to find
    in them: it knows the format, and they are not rows that were judged before.

    `engine` is the size of the job that reads them, `larger` that of its retry if it runs out of
    memory, disk or time.
    """

    accepted: int
    rejected: int
    duplicate: int
    skipped: int
    uninspected: int
    bytes: int
    crawl: bool
    input_uri: str
    engine: Engine
    larger: Engine
    rejections: list[Rejection]


@state_machine_task(PlanReadRequest)
def handle(request: PlanReadRequest) -> PlanReadResponse:
    """Write what Spark is to read and count what it is not."""
    environment = EngineEnvironment.read()
    run = Run(environment, request.dataset, request.run_id)
    claims = run.claims()
    if len(claims) != request.claims:
        raise InspectionMissing(
            f"{run.artifacts.uri(CLAIMS)}: lists {len(claims)} files, but opening the run "
            f"claimed {request.claims}; the run's prefix is not its own"
        )
    is_batch = run.batch() is not None
    dataset = load_contracts(environment.contracts_uri).dataset(run.dataset)
    inspections = read_inspections(run, claims)
    failures: dict[str, str] = {}
    if dataset.retry.tolerated_failure_percent and len(inspections) < len(claims):
        # The Map has counted them: it went on because they are as few as the contract says.
        failures = {
            arrival_id: batch.reason for batch in failed_batches(run) for arrival_id in batch.keys
        }
    plan = make_plan(claims, inspections, is_batch=is_batch, failures=failures)
    files = plan.files
    run.artifacts.write(
        VERDICTS, [inspection.model_dump(mode="json") for inspection in plan.inspections]
    )
    size = sum(file["size"] for file in files)
    engine = size_engine(dataset.engine, environment, size)
    uri = run.artifacts.write(
        INPUT,
        {
            "dataset": run.dataset,
            "run_id": run.run_id,
            # The same when this step is repeated: rules of freshness count from it.
            "started_at": (run.artifacts.read(INPUT) or {}).get("started_at") or utc_now(),
            "engine": engine.describe(),
            "larger": engine.larger().describe(),
            "files": files,
        },
    )
    return PlanReadResponse(
        accepted=len(files),
        rejected=plan.count(Verdict.REJECTED),
        duplicate=plan.count(Verdict.DUPLICATE),
        skipped=plan.count(Verdict.SKIPPED, Verdict.MISSING),
        uninspected=plan.count(Verdict.UNINSPECTED),
        bytes=size,
        crawl=dataset.raw.is_crawlable and not any(change_of(claim.key) for claim in claims),
        input_uri=uri,
        engine=engine,
        larger=engine.larger(),
        rejections=[
            Rejection(key=found.key, rule=found.rule, reason=found.reason)
            for found in plan.rejections[:REJECTIONS_TOLD]
        ],
    )
