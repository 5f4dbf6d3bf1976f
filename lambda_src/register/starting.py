"""Starting the ingest runs that a batch of arrivals asks for: one per dataset."""

import json
from collections import defaultdict
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from lake_runtime import clients
from lake_runtime.identity import execution_name
from lake_runtime.telemetry import logger
from register.results import Registration


def start_runs(registrations: Mapping[str, Registration], state_machine_arn: str) -> list[str]:
    """Start one run per dataset and give the ids of the messages whose run did not start.

    The name is a hash of the arrivals and the input is fixed, so a repeated start of a running
    execution is the same execution (StartExecution is idempotent by name and input).
    """
    messages: dict[str, list[str]] = defaultdict(list)
    for message_id, registration in registrations.items():
        if registration.starts is not None:
            messages[registration.starts].append(message_id)
    failed: list[str] = []
    for dataset, message_ids in messages.items():
        arrivals = {one for message_id in message_ids for one in registrations[message_id].waiting}
        try:
            _start(dataset, execution_name(dataset, arrivals), state_machine_arn)
        except (ClientError, BotoCoreError):
            logger.exception("the run could not be started", extra={"dataset": dataset})
            failed += message_ids
    return failed


def _start(dataset: str, name: str, state_machine_arn: str) -> None:
    try:
        clients.stepfunctions().start_execution(
            stateMachineArn=state_machine_arn,
            name=name,
            input=json.dumps({"dataset": dataset, "trigger": "on_arrival"}),
        )
    except clients.stepfunctions().exceptions.ExecutionAlreadyExists:
        # It ran and closed; what it left waiting is the next run's, which closing starts.
        logger.info("the run was started before", extra={"dataset": dataset, "run_id": name})
