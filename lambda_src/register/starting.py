"""Starting the ingest runs that a batch of arrivals asks for: one per dataset."""

from collections import defaultdict
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from lake_runtime.identity import execution_name
from lake_runtime.starts import start_execution
from lake_runtime.telemetry import logger
from register.results import Registration


def start_runs(registrations: Mapping[str, Registration], state_machine_arn: str) -> list[str]:
    """Start one run per dataset and give the ids of the messages whose run did not start.

    The name is a hash of the arrivals, so that a repeated delivery is the same execution.
    """
    messages: dict[str, list[str]] = defaultdict(list)
    for message_id, registration in registrations.items():
        if registration.starts is not None:
            messages[registration.starts].append(message_id)
    failed: list[str] = []
    for dataset, message_ids in messages.items():
        arrivals = {one for message_id in message_ids for one in registrations[message_id].waiting}
        try:
            # What an execution of this name left waiting is the next run's, which closing starts.
            name = execution_name(dataset, arrivals)
            start_execution(state_machine_arn, name, dataset, "on_arrival")
        except (ClientError, BotoCoreError):
            logger.exception("the run could not be started", extra={"dataset": dataset})
            failed += message_ids
    return failed
