"""What stands in for Glue: jobs that write the documents of Spark's, and a crawler."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from benchmarks.load.clock import Clock
from benchmarks.load.prices import crawler_hours, dpu_hours
from tests.functions.support.lake import Lake
from tests.synth.player import TaskFailedError

STAGE_SECONDS: Final = 90.0
"""What a stage job of a few small files is assumed to take on Glue, its start included."""
PUBLISH_SECONDS: Final = 60.0
"""The same of a publish job."""
CRAWL_SECONDS: Final = 60.0
"""The same of a crawl."""
_REFUSED: Final = "Glue.ConcurrentRunsExceededException"
_SUCCEEDED: Final = {"JobRunState": "SUCCEEDED"}


@dataclass(frozen=True)
class JobLimits:
    """What the templates say of the ingest jobs.

    Attributes:
        publish_workers: worker type and number of the publish job.
        at_once: the most runs of each of them at the same time.
        retry: how the machine repeats a start that this refuses, as in its definition.
    """

    publish_workers: tuple[str, int]
    at_once: int
    retry: Mapping[str, Any]


@dataclass
class Jobs:
    """Stands in for the Spark jobs: every accepted file holds one good row.

    A job that runs as often as it may refuses to start, and the start is repeated as the machine
    would repeat it, which the player of the machine leaves to its answers.

    Attributes:
        runs: job runs, by step.
        refused: starts that were repeated later.
        hours: DPU hours that the runs are billed.
    """

    lake: Lake
    clock: Clock
    limits: JobLimits
    chance: Random
    runs: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    hours: float = 0.0
    _running: Counter[str] = field(default_factory=Counter)

    def stage(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer StartJobRun of the stage job: write `stage.json`."""
        dataset, run_id = run_of(arguments)
        rows = len(self.files(arguments))
        size = arguments["WorkerType"], arguments["NumberOfWorkers"]
        self._run("stage", size, STAGE_SECONDS)
        self.lake.stage(run_id, dataset, rows_in=rows, rows_good=rows)
        return _SUCCEEDED

    def publish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer StartJobRun of the publish job: write `publish.json`."""
        dataset, run_id = run_of(arguments)
        self._run("publish", self.limits.publish_workers, PUBLISH_SECONDS)
        self.lake.publish(run_id, dataset, published_at=datetime.now(UTC).isoformat())
        return _SUCCEEDED

    def files(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """Give what a run was planned to read."""
        dataset, run_id = run_of(arguments)
        found: list[dict[str, Any]] = self.lake.artifact(run_id, "input.json", dataset)["files"]
        return found

    def _run(self, step: str, size: tuple[str, int], seconds: float) -> None:
        self._start(step)
        self.runs[step] += 1
        self.hours += dpu_hours(*size, seconds)
        self.clock.sleep(seconds)
        self._running[step] -= 1

    def _start(self, step: str) -> None:
        retry, tries = self.limits.retry, 0
        while self._running[step] >= self.limits.at_once:
            if tries == retry["MaxAttempts"]:
                raise TaskFailedError(_REFUSED, f"{self.limits.at_once} runs are under way")
            longest = retry["IntervalSeconds"] * retry["BackoffRate"] ** tries
            # Full jitter: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
            self.clock.sleep(self.chance.uniform(0, min(longest, retry["MaxDelaySeconds"])))
            tries += 1
            self.refused += 1
        self._running[step] += 1


def run_of(arguments: dict[str, Any]) -> tuple[str, str]:
    """Give dataset and run id of a job's arguments."""
    given = arguments["Arguments"]
    return given["--dataset"], given["--run_id"]


def concurrency_retry(states: Iterable[tuple[str, Mapping[str, Any]]]) -> Mapping[str, Any]:
    """Give how a machine's `StageRows` repeats a start that the job's concurrency refuses."""
    stage = next(state for name, state in states if name == "StageRows")
    found: Mapping[str, Any] = next(
        retry for retry in stage["Retry"] if _REFUSED in retry["ErrorEquals"]
    )
    return found


@dataclass
class Crawler:
    """Stands in for the crawler that all datasets share: busy until its crawl has ended.

    When a crawl began is told in the machine's own time, because runs compare it with theirs.

    Attributes:
        crawls: how many were begun.
        hours: DPU hours that they are billed.
    """

    clock: Clock
    crawls: int = 0
    hours: float = 0.0
    _ends: float = 0.0
    _began: str = ""

    def start(self, _: Any) -> dict[str, Any]:
        """Answer StartCrawler; fails if a crawl is under way."""
        if self.clock.now < self._ends:
            raise TaskFailedError("Glue.CrawlerRunningException", "a crawl is under way")
        self._began = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._ends = self.clock.now + CRAWL_SECONDS
        self.crawls += 1
        self.hours += crawler_hours(CRAWL_SECONDS)
        return {}

    def get(self, _: Any) -> dict[str, Any]:
        """Answer GetCrawler; who asks has waited, so there is a crawl."""
        state = "RUNNING" if self.clock.now < self._ends else "READY"
        last = {"Status": "SUCCEEDED", "StartTime": self._began}
        found = {"Name": "raw", "State": state}
        return {"Crawler": found | ({"LastCrawl": last} if state == "READY" else {})}
