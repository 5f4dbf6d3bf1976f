"""Starting the ingest runs that a batch of arrivals asks for: at most one per dataset."""

from collections import defaultdict
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from lake_runtime.identity import execution_name, utc_now
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

    The name is a hash of the arrivals, so that a delivery that is repeated while the execution
    runs is the same one.
    """
    messages: dict[str, list[str]] = defaultdict(list)
    for message_id, registration in registrations.items():
        if registration.starts is not None:
            messages[registration.starts].append(message_id)
    failed: list[str] = []
    for dataset, message_ids in messages.items():
        arrivals = {one for message_id in message_ids for one in registrations[message_id].waiting}
        try:
            if not Run(environment, dataset, "").lock.takes_what_waits():
                _start_run(dataset, arrivals, environment)
        except (ClientError, BotoCoreError):
            logger.exception("the run could not be started", extra={"dataset": dataset})
            failed += message_ids
    return failed


def _start_run(dataset: str, arrivals: set[str], environment: RegisterEnvironment) -> None:
    """Start a run, under another name where one that was started for the same arrivals has ended:
    they wait still, or wait again, as a batch does whose file came late."""
    machine = environment.ingest_state_machine_arn
    name = execution_name(dataset, arrivals)
    if not start_execution(machine, name, dataset, "on_arrival"):
        again = execution_name(dataset, [*arrivals, utc_now()])
        start_execution(machine, again, dataset, "on_arrival")
