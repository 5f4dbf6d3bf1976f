"""What the lake is doing right now, and the moment at which it has nothing left to do."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from strata.errors import StrataError
from strata.local.lake import LocalLake

POLL_SECONDS = 0.4
CALM_POLLS = 3
"""How many quiet looks in a row count as done: an event may be between two services."""


@dataclass(frozen=True)
class Execution:
    """One running execution: which pipeline, for which dataset, and in which state."""

    pipeline: str
    name: str
    dataset: str
    state: str


Watcher = Callable[[list[Execution]], None]


def running(lake: LocalLake) -> list[Execution]:
    """Give the executions that run now, ingest before curate."""
    states = lake.client("stepfunctions")
    found = []
    for pipeline in ("ingest", "curate"):
        machine = lake[f"{pipeline.capitalize()}StateMachineArn"]
        listed = states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
        for execution in listed["executions"]:
            arn = execution["executionArn"]
            described = states.describe_execution(executionArn=arn)
            dataset = json.loads(described["input"]).get("dataset", "?")
            found.append(Execution(pipeline, execution["name"], dataset, _state(lake, arn)))
    return found


def wait_until_quiet(
    lake: LocalLake, *, seconds: float = 900, watch: Watcher = lambda _: None
) -> None:
    """Wait until nothing runs, nothing is queued, and no arrival waits.

    `watch` hears what runs, several times a second. Raises `StrataError` after `seconds`, naming
    what still runs.
    """
    deadline = time.monotonic() + seconds
    calm = 0
    while calm < CALM_POLLS:
        now = running(lake)
        watch(now)
        calm = 0 if now or _messages(lake, "ArrivalQueueUrl") else calm + 1
        if dead := _messages(lake, "ArrivalDeadLetterQueueUrl"):
            raise StrataError(
                f"{dead} arrivals could not be registered and lie in the dead-letter queue; "
                f"the log says why: {lake.folder}/emulator.log"
            )
        if time.monotonic() > deadline:
            busy = ", ".join(f"{one.dataset} in {one.state}" for one in now) or "messages"
            raise StrataError(f"the lake was still busy after {seconds:.0f} s: {busy}")
        time.sleep(POLL_SECONDS)


def _state(lake: LocalLake, execution_arn: str) -> str:
    history = lake.client("stepfunctions").get_execution_history(
        executionArn=execution_arn, reverseOrder=True, maxResults=50
    )
    for event in history["events"]:
        if "stateEnteredEventDetails" in event:
            return str(event["stateEnteredEventDetails"]["name"])
    return "starting"


def _messages(lake: LocalLake, queue: str) -> int:
    counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    answer = lake.client("sqs").get_queue_attributes(
        QueueUrl=lake[queue], AttributeNames=list(counts)
    )
    return sum(int(answer["Attributes"][name]) for name in counts)
