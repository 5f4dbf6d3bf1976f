"""State machine -> lock, audit record, claims."""

from collections.abc import Sequence

from lake_runtime.contracts import Contracts, Dataset, Product, load_contracts
from lake_runtime.engine import Engine, size_engine
from lake_runtime.handlers import Request, Response, state_machine_task
from lake_runtime.inputs import ProductInputs
from lake_runtime.notices import Notice
from lake_runtime.run import INDEX, Run
from lake_runtime.telemetry import logger
from open_run.batch_work import BatchWork
from open_run.notice import circuit_notice
from open_run.opening import OpenStatus, open_run
from open_run.work import ArrivalWork, InputWork, OpenRunEnvironment, Work


class OpenRunRequest(Request):
    """Which run to open."""

    trigger: str
    run_id: str
    execution_arn: str


class Batch(Response):
    """One batch of files to inspect."""

    uri: str


class Index(Response):
    """Where the batches of a run are listed."""

    bucket: str
    key: str


class OpenRunResponse(Response):
    """What was opened; `claims` counts files, `bytes` their size, both 0 unless opened.

    Few batches are named here, many are listed in the document that `index` names.

    `engine` is the size of a product's job, `larger` that of its retry; a dataset's are known once
    its files were inspected.
    """

    status: OpenStatus
    run_id: str
    dataset: str
    kind: str
    run_prefix: str
    claims: int
    bytes: int
    batches: list[Batch]
    index: Index | None = None
    tolerated_failure_percent: float = 0
    threshold: float
    notice: Notice | None = None
    """What to tell of a circuit that refused this run as the first since it opened."""
    engine: Engine
    larger: Engine


@state_machine_task(OpenRunRequest)
def handle(request: OpenRunRequest) -> OpenRunResponse:
    """Open a run of a dataset or of a product."""
    environment = OpenRunEnvironment.read()
    contracts = load_contracts(environment.contracts_uri)
    contract = contracts.any(request.dataset)
    run = Run(environment, request.dataset, request.run_id)
    opening = open_run(
        run,
        _work(run, contracts, environment),
        contract=contract,
        trigger=request.trigger,
        execution_arn=request.execution_arn,
        lease_seconds=environment.lease_minutes * 60,
    )
    status, taken = opening.status, opening.taken
    engine = size_engine(contract.engine, environment, taken.bytes)
    tolerated = _tolerated(contract)
    index = _write_index(run, taken.batches, environment.inline_batches, tolerated)
    logger.info("run %s", status, extra={"files": taken.claims, "bytes": taken.bytes})
    return OpenRunResponse(
        status=status,
        run_id=request.run_id,
        dataset=request.dataset,
        kind=contract.kind,
        run_prefix=run.prefix,
        claims=taken.claims,
        bytes=taken.bytes,
        batches=[] if index else [Batch(uri=uri) for uri in taken.batches],
        index=index,
        tolerated_failure_percent=tolerated,
        threshold=float(contract.quality.threshold),
        notice=circuit_notice(run, opening.refused),
        engine=engine,
        larger=engine.larger(),
    )


def _tolerated(contract: Dataset | Product) -> float:
    return contract.retry.tolerated_failure_percent if isinstance(contract, Dataset) else 0


def _write_index(run: Run, batches: Sequence[str], inline: int, tolerated: float) -> Index | None:
    """List batches in S3 where they are many, so that the machine's state stays small.

    Where some may fail, too: only a Map over such a list counts failures.
    """
    if len(batches) <= inline and not (tolerated and batches):
        return None
    run.artifacts.write(INDEX, [{"uri": uri} for uri in batches])
    return Index(bucket=run.artifacts.bucket, key=f"{run.prefix}{INDEX}")


def _work(run: Run, contracts: Contracts, environment: OpenRunEnvironment) -> Work:
    product = contracts.products.get(run.dataset)
    if product is not None:
        engine = size_engine(product.engine, environment, 0)
        return InputWork(run, ProductInputs(environment, contracts, product), engine)
    if contracts.dataset(run.dataset).comes_in_batches:
        return BatchWork(run, environment.files_per_inspection)
    return ArrivalWork(run, environment.files_per_run, environment.files_per_inspection)
