"""A batch of claimed files -> a verdict for each."""

from inspect_files.inspection import inspect_file
from lake_runtime.artifacts import read_json
from lake_runtime.contracts import load_contracts
from lake_runtime.environment import Environment
from lake_runtime.errors import ReportMissing, is_passing
from lake_runtime.handlers import Request, Response, state_machine_task
from lake_runtime.inspections import write_batch
from lake_runtime.records import Claim, Inspection
from lake_runtime.run import Run
from lake_runtime.telemetry import logger


class BatchReference(Response):
    """Where the batch is written down."""

    uri: str


class InspectRequest(Request):
    """Which batch of which run."""

    run_id: str
    run_prefix: str
    batch: BatchReference


class InspectResponse(Response):
    """How many files were inspected."""

    inspected: int


@state_machine_task(InspectRequest)
def handle(request: InspectRequest) -> InspectResponse:
    """Inspect the files of one batch, one after the other; a repeated batch goes on.

    A file that cannot be inspected does not keep the others from it; its error is raised after
    them. What passes by itself is raised at once, because the batch is tried again.
    """
    environment = Environment.read()
    run = Run(environment, request.dataset, request.run_id)
    dataset = load_contracts(environment.contracts_uri).dataset(request.dataset)
    entries = read_json(request.batch.uri)
    if entries is None:
        raise ReportMissing(f"{request.batch.uri}: missing; open_run has not written this batch")
    batch = run.batch() if dataset.comes_in_batches else None
    inspections: list[Inspection] = []
    failures: list[Exception] = []
    for entry in entries:
        claim = Claim.model_validate(entry)
        try:
            inspections.append(inspect_file(run, claim, dataset, batch))
        except Exception as error:
            if is_passing(error):
                raise
            logger.exception("a file could not be inspected", extra={"key": claim.key})
            failures.append(error)
    if failures:
        raise failures[0]
    write_batch(run, request.batch.uri, inspections)
    return InspectResponse(inspected=len(inspections))
