"""A lake under a burst: the deployed functions and machine, on a clock that nothing waits for.

Real: every function's handler with production's settings, against an emulated S3 and DynamoDB; the
synthesised ingest machine, state by state; the event source's batches.

Stood in for: Spark (a stand-in writes the documents that the jobs write, and takes assumed
seconds), the crawler and the look at its table (no drift), notices and events (taken), Step
Functions (the player of the tests walks the machine), and time (a clock that is moved on by
assumed durations).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json import loads
from random import Random
from typing import Any, Final

from benchmarks.load.burst import Burst, File
from benchmarks.load.clock import Clock
from benchmarks.load.meter import Meter
from benchmarks.load.stand_ins import Crawler, JobLimits, Jobs
from close_run.handler import handle as close_run
from inspect_files.handler import handle as inspect_files
from judge.handler import handle as judge
from lake_runtime import clients
from open_run.handler import handle as open_run
from plan_read.handler import handle as plan_read
from tests.functions.support.lake import Context, Lake
from tests.functions.support.resources import Version
from tests.synth.answers import checked
from tests.synth.player import Player

SECONDS_PER_INVOCATION: Final = 0.2
SECONDS_PER_REQUEST: Final = 0.02
"""What a function is assumed to take: so much, and so much for each request to a service."""

FUNCTIONS: Final[dict[str, tuple[str, Callable[..., dict[str, Any]]]]] = {
    "OpenRun": ("open_run", open_run),
    "InspectBatch": ("inspect_files", inspect_files),
    "InspectListedBatch": ("inspect_files", inspect_files),
    "PlanRead": ("plan_read", plan_read),
    "Judge": ("judge", judge),
    "CloseRun": ("close_run", close_run),
    "CloseFailed": ("close_run", close_run),
    "CloseQuarantined": ("close_run", close_run),
    "CloseRejected": ("close_run", close_run),
}
_EVENTS: Final = ("EmitEvent", "EmitDrift")
_NOTICES: Final = ("Notify", "NotifyQuarantine", "NotifyFailure", "NotifyCircuitOpen")
_STARTS: Final = ("StartNextRun", "StartRunAfterQuarantine", "StartRetry")


@dataclass(frozen=True)
class Deployment:
    """What the templates say: the machine, the batches of the queue, and the jobs' limits."""

    definition: dict[str, Any]
    batch_size: int
    window_seconds: float
    jobs: JobLimits


@dataclass
class LoadedLake:
    """A lake that takes a burst.

    Attributes:
        published: how often each content was published, by dataset and number.
        waits: seconds from file to publication, of every published file.
        executions: by the state in which they ended.
        failures: what executions failed of.
        transitions: states entered, by all executions.
        jobs, crawler: what stands in for Glue.
        batches: deliveries of the queue to the register function.
    """

    lake: Lake
    burst: Burst
    deployment: Deployment
    meter: Meter
    clock: Clock = field(default_factory=Clock)
    published: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    executions: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, str]] = field(default_factory=list)
    transitions: int = 0
    batches: int = 0
    _versions: list[Version] = field(default_factory=list)
    _files: dict[str, File] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Put in place what stands in for Glue."""
        self.jobs = Jobs(self.lake, self.clock, self.deployment.jobs, Random(1))  # noqa: S311
        self.crawler = Crawler(self.clock)

    def upload(self) -> None:
        """Put all files into the raw zone; this is the producers' work and is not counted."""
        for file in self.burst.files:
            version = self.lake.upload(file.key, file.body)
            self._versions.append(version)
            self._files[version.arrival_id] = file

    def run(self) -> None:
        """Deliver every event and run until nothing is left to do."""
        self.meter.watch(clients.s3(), clients.dynamodb().meta.client, clients.stepfunctions())
        events = clients.stepfunctions().meta.events
        answer: Any = self._start_requested
        events.register("before-call.stepfunctions.StartExecution", answer)
        for at, batch in self._batches():
            self.clock.spawn(lambda batch=batch: self._register(batch), at)  # type: ignore[misc]
        self.clock.run()

    def _batches(self) -> list[tuple[float, list[int]]]:
        """Gather deliveries as the event source does: until a batch is full or has waited."""
        gathered: list[tuple[float, list[int]]] = []
        since, batch = 0.0, list[int]()
        for at, number in self.burst.deliveries:
            if batch and at > since + self.deployment.window_seconds:
                gathered.append((since + self.deployment.window_seconds, batch))
                batch = []
            if not batch:
                since = at
            batch.append(number)
            if len(batch) == self.deployment.batch_size:
                gathered.append((at, batch))
                batch = []
        if batch:
            gathered.append((since + self.deployment.window_seconds, batch))
        return gathered

    def _register(self, batch: list[int]) -> None:
        self.batches += 1
        told = [self.lake.event(self._versions[number]) for number in batch]
        with self.meter.invocation("register"):
            failed = self.lake.register(*told)
        if failed:
            raise RuntimeError(f"{len(failed)} of {len(batch)} events could not be registered")

    def _start_requested(self, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        """Answer StartExecution in the place of the service: idempotent by name."""
        asked = loads(params["body"])
        self._start(asked["name"], loads(asked["input"]))
        arn = f"{asked['stateMachineArn']}:{asked['name']}"
        answer = {"executionArn": arn, "startDate": datetime.now(UTC)}

        class _Answered:
            status_code = 200

        return _Answered(), answer

    def _start(self, name: str, given: dict[str, Any]) -> None:
        if name not in self._names:
            self._names.add(name)
            self.clock.spawn(lambda: self._execute(name, given))

    def _execute(self, name: str, given: dict[str, Any]) -> None:
        player = Player(
            self.deployment.definition,
            self._answers(),
            name=name,
            wait=self.clock.sleep,
            together=self.clock.together,
        ).play(given)
        self.transitions += len(player.visited)
        self.executions[player.visited[-1]] += 1
        if player.failure is not None:
            self.failures.append(player.failure)

    def _answers(self) -> dict[str, Any]:
        return {
            **{state: self._invoker(*function) for state, function in FUNCTIONS.items()},
            **{state: {} for state in (*_EVENTS, *_NOTICES)},
            **dict.fromkeys(_STARTS, self._start_next),
            "InspectManyFiles": self._listed,
            "StartCrawler": self.crawler.start,
            "GetCrawler": self.crawler.get,
            "CheckDrift": checked(),
            "StageRows": self.jobs.stage,
            "PublishRows": self._publish,
        }

    def _invoker(self, name: str, handler: Callable[..., dict[str, Any]]) -> Callable[..., Any]:
        def invoke(arguments: dict[str, Any]) -> dict[str, Any]:
            with self.meter.invocation(name):
                answer = handler(arguments["Payload"], Context())
            self.clock.sleep(self.meter.last_seconds)
            return {"StatusCode": 200, "Payload": answer}

        return invoke

    def _start_next(self, arguments: dict[str, Any]) -> dict[str, Any]:
        given = arguments["Input"]
        self._start(arguments["Name"], loads(given) if isinstance(given, str) else given)
        return {}

    def _listed(self, where: dict[str, str]) -> Any:
        return loads(self.lake.body(where["Bucket"], where["Key"]))

    def _publish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Publish, and keep what was published when."""
        answer = self.jobs.publish(arguments)
        for entry in self.jobs.files(arguments):
            file = self._files[entry["arrival_id"]]
            self.published[file.dataset, file.content] += 1
            self.waits.append(self.clock.now - file.at)
        return answer
