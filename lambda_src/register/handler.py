"""Queue of arrivals -> ledger -> ingest runs."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from lake_runtime.contracts import load_contracts
from lake_runtime.identity import utc_now
from lake_runtime.telemetry import emit_metrics, logger, tracer
from register.events import read_event
from register.registration import RegisterEnvironment, register_object
from register.results import Kind, Registration
from register.starting import start_runs


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Register the objects of a batch and start runs; answers with the messages that failed.

    A failed message returns to the queue alone. If a run cannot be started, the messages that
    asked for it fail, and their next delivery finds the markers waiting and starts it.
    """
    environment = RegisterEnvironment.read()
    contracts = load_contracts(environment.contracts_uri)
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def register_message(record: SQSRecord) -> Registration:
        claim = read_event(record.body, bucket=environment.raw_bucket, registered_at=utc_now())
        return register_object(claim, contracts, environment)

    with processor(records=event["Records"], handler=register_message, lambda_context=context):
        results = processor.process()
    done = {record["messageId"]: result for state, result, record in results if state == "success"}
    for state, error, record in results:
        if state != "success":
            logger.error("a message failed: %s", error, extra={"message_id": record["messageId"]})
    failed = [failure["itemIdentifier"] for failure in processor.response()["batchItemFailures"]]
    failed += start_runs(done, environment)
    _count(environment, [result.kind for result in done.values()], len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _count(environment: RegisterEnvironment, kinds: list[Kind], failed: int) -> None:
    emit_metrics(
        {"environment": environment.environment},
        {
            "ArrivalsRegistered": (MetricUnit.Count, kinds.count(Kind.REGISTERED)),
            "ArrivalsKnown": (MetricUnit.Count, kinds.count(Kind.KNOWN)),
            "ArrivalsSkipped": (MetricUnit.Count, kinds.count(Kind.SKIPPED)),
            "ObjectsUnclaimed": (MetricUnit.Count, kinds.count(Kind.UNCLAIMED)),
            "ArrivalsFailed": (MetricUnit.Count, failed),
        },
    )
