"""Starting the ingest runs that a batch of arrivals asks for: at most one per dataset."""

from collections import defaultdict
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from lake_runtime.identity import execution_name
from lake_runtime.run import Run
from lake_runtime.starts import start_execution
from lake_runtime.telemetry import logger
from register.registration import RegisterEnvironment
from register.results import Registration


def start_runs(
    registrations: Mapping[str, Registration], environment: RegisterEnvironment
) -> list[str]:
    """Start one run per dataset and give the ids of the messages whose run did not start.

    None is started where the run that goes on promises to look for what waits once it has given
    back the lock. The look comes after the arrivals are in the ledger, and both reads are strongly
    consistent: either this look finds the lock free, or that one finds the arrivals.

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
            if Run(environment, dataset, "").lock.takes_what_waits():
                continue
            # What an execution of this name left waiting is the next run's, which closing starts.
            name = execution_name(dataset, arrivals)
            start_execution(environment.ingest_state_machine_arn, name, dataset, "on_arrival")
        except (ClientError, BotoCoreError):
            logger.exception("the run could not be started", extra={"dataset": dataset})
            failed += message_ids
    return failed
