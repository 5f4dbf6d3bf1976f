"""Histories of a dataset: files, events, deaths and redrives, as the functions really answer them.

The deployed state machine's definition is played with the real functions over the emulator's
services. Only Spark is a model, of what staging and publishing promise: rows that nobody sees, then
a merge that happens once for each run.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from check_drift.handler import handle as check_drift
from close_run.handler import handle as close_run
from inspect_files.handler import handle as inspect_files
from judge.handler import handle as judge
from open_run.handler import handle as open_run
from plan_read.handler import handle as plan_read
from tests.faults.feed import BROKEN
from tests.functions.support.contracts import dataset_contract, default_bundle
from tests.functions.support.lake import Context, Lake
from tests.functions.support.resources import HEADER
from tests.synth.player import Player, TaskFailedError

DATASET = "flights"
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "CheckDrift": check_drift,
    "CloseRun": close_run,
    "InspectFiles": inspect_files,
    "Judge": judge,
    "OpenRun": open_run,
    "PlanRead": plan_read,
}
CRAWLED = {"Status": "SUCCEEDED", "StartTime": "2100-01-01T00:00:00Z"}
READY = {"Crawler": {"State": "READY", "LastCrawl": CRAWLED}}
"""A crawl that began after whoever asks."""
Version = tuple[str, int]
"""When a row's file arrived, and the row's value."""


class DiedError(BaseException):
    """The execution is gone: no state of it may catch this."""


@dataclass(frozen=True)
class Trouble:
    """What happens to an execution: at its nth task it dies, or the task fails.

    `late` is after the task has done its work.
    """

    task: int
    dies: bool
    late: bool


@dataclass
class Execution(Mapping[str, Any]):
    """One execution: the answers to whatever task asks, until its trouble comes."""

    world: "World"
    trouble: Trouble | None
    tasks: int = 0
    starts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __getitem__(self, state: str) -> Callable[[dict[str, Any]], Any]:
        """Give what answers a state."""
        return self._answer

    def __contains__(self, state: object) -> bool:
        """Every state is answered, by what it asks for."""
        return True

    def __iter__(self) -> Iterator[str]:
        """Have no list of states."""
        return iter(())

    def __len__(self) -> int:
        """Have no list of states."""
        return 0

    def _answer(self, asked: dict[str, Any]) -> Any:
        self.tasks += 1
        trouble = self.trouble if self.trouble and self.trouble.task == self.tasks else None
        if trouble and not trouble.late:
            self._end(trouble)
        answer = self._done(asked)
        if trouble:
            self._end(trouble)
        return answer

    @staticmethod
    def _end(trouble: Trouble) -> None:
        if trouble.dies:
            raise DiedError
        raise TaskFailedError(BROKEN)

    def _done(self, asked: dict[str, Any]) -> Any:
        if "Payload" in asked:
            return {"Payload": self._call(asked["FunctionName"], asked["Payload"])}
        if "JobName" in asked:
            job = self.world.stage if "--input_uri" in asked["Arguments"] else self.world.publish
            job(asked["Arguments"])
            return {"JobRunState": "SUCCEEDED"}
        if "StateMachineArn" in asked:
            self.starts.append((asked["Name"], asked["Input"]))
            return {}
        if "Bucket" in asked and "Key" in asked:
            return json.loads(self.world.lake.body(asked["Bucket"], asked["Key"]))
        if "Entries" in asked:
            return {"FailedEntryCount": 0}
        return {"MessageId": "1"} if "TopicArn" in asked else READY

    def _call(self, arn: str, payload: dict[str, Any]) -> Any:
        (function,) = [handle for name, handle in FUNCTIONS.items() if name in arn]
        try:
            return function(payload, Context())
        except Exception as error:
            raise TaskFailedError(type(error).__name__, json.dumps({})) from error


class Machine:
    """A state machine by its definition, which is too long to be printed with a failed history."""

    def __init__(self, definition: dict[str, Any]) -> None:
        """Keep the definition."""
        self.definition = definition

    def __repr__(self) -> str:
        """Leave the definition out."""
        return "Machine(...)"


@dataclass
class World:
    """A lake, the machine of its runs, and the table that its readers see."""

    machine: Machine
    lake: Lake = field(default_factory=Lake)
    table: dict[int, Version] = field(default_factory=dict)
    staged: dict[str, list[tuple[int, Version]]] = field(default_factory=dict)
    published: set[str] = field(default_factory=set)
    executions: int = 0

    def __post_init__(self) -> None:
        """Make this lake the one that the functions work for, with a patient contract."""
        os.environ.update(self.lake.environment())
        bundle = default_bundle()
        bundle["datasets"][DATASET] = dataset_contract(DATASET, retry={"max_attempts": 100})
        self.lake.deploy(bundle)

    def put(self, key: str, body: bytes, second: int) -> dict[str, Any]:
        """Store a file, and give its event."""
        version = self.lake.upload(key, body)
        minutes, seconds = divmod(second, 60)
        return self.lake.event(version, time=f"2026-01-01T00:{minutes:02}:{seconds:02}Z")

    def run(self, trouble: Trouble | None = None, **given: Any) -> bool:
        """Play an execution, and those that it starts; tell whether any of them found work."""
        self.executions += 1
        todo = [(f"run-{self.executions}", {"dataset": DATASET, "trigger": "on_arrival"} | given)]
        found_work = False
        while todo:
            name, content = todo.pop()
            execution = Execution(self, trouble)
            try:
                Player(self.machine.definition, execution, name=name).play(content)
            except DiedError:
                return True
            found_work |= execution.tasks > 1
            todo += execution.starts
            trouble = None
        return found_work

    def redrive(self, trouble: Trouble | None) -> None:
        """Do the last failed run again under its own id, if there is one."""
        records = self.lake.audit.scan()["Items"]
        failed = [one for one in records if one.get("outcome") == "failed"]
        if failed:
            last = max(failed, key=lambda one: str(one["started_at"]))
            self.run(trouble, trigger="redrive", run_id=last["run_id"])

    def stage(self, arguments: dict[str, str]) -> None:
        """Read the run's files, and keep their rows where readers do not see them."""
        run_id, uri = arguments["--run_id"], arguments["--input_uri"]
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        files = json.loads(self.lake.body(bucket, key))["files"]
        rows = [
            (int(order), (file["arrived_at"], int(value)))
            for file in sorted(files, key=lambda file: str(file["arrived_at"]))
            for _, order, value in self._records(file["read_uri"])
        ]
        self.staged[run_id] = rows
        self.lake.stage(run_id, rows_in=len(rows), rows_good=len(rows))

    def _records(self, uri: str) -> list[list[str]]:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        text = self.lake.body(bucket, key).decode().removeprefix(HEADER.decode())
        return [record.split(",") for record in text.splitlines()]

    def publish(self, arguments: dict[str, str]) -> None:
        """Merge the run's rows into the table, once."""
        run_id = arguments["--run_id"]
        before = f"before-{run_id}" if self.table else None
        if run_id not in self.published:
            for order, version in self.staged[run_id]:
                known = self.table.get(order)
                if known is None or known[0] <= version[0]:
                    self.table[order] = version
            self.published.add(run_id)
        self.lake.publish(run_id, previous_snapshot_id=before)

    def rows(self) -> dict[int, int]:
        """Give the table as its readers see it."""
        return {order: value for order, (_, value) in sorted(self.table.items())}
