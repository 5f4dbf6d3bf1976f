"""CPU, wall time and memory of a process with all its descendants, the JVM included."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

import psutil

from strata.errors import StrataError

INTERVAL = 0.1
"""Seconds between two looks at the memory."""
READY, DONE = b"ready\n", b"done\n"


@dataclass(frozen=True)
class Cost:
    """What some work took: seconds of CPU (user and system), of wall time, and bytes at the peak.

    Memory is what is resident, summed over the processes.
    """

    cpu: float
    wall: float
    peak: int


class Tree:
    """A process and its descendants; inside `with`, their memory is watched."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._root = psutil.Process(pid)
        self._done = Event()
        self._watcher = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._watcher.join()

    def cpu(self) -> float:
        """Give the seconds so far, those of descendants that have ended included."""
        seconds = 0.0
        for process in self._living():
            with suppress(psutil.NoSuchProcess):
                seconds += sum(process.cpu_times()[:4])
        return seconds

    def _watch(self) -> None:
        while not self._done.wait(INTERVAL):
            resident = 0
            for process in self._living():
                with suppress(psutil.NoSuchProcess):
                    resident += process.memory_info().rss
            self.peak = max(self.peak, resident)

    def _living(self) -> Iterator[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            yield from [self._root, *self._root.children(recursive=True)]


def run_measured(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path
) -> Cost:
    """Run a contender's module in a process of its own and measure it until it is done.

    If it says that it is ready, what it did before does not count, except to the memory. Raises
    `StrataError` naming the log if it ends before it says that it is done.
    """
    start = time.monotonic()
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        with Tree(process.pid) as tree:
            answer, before = b"", 0.0
            for answer in process.stdout:
                if answer == READY:
                    start, before = time.monotonic(), tree.cpu()
                if answer == DONE:
                    break
            wall = time.monotonic() - start
            # All of its processes still live: nothing that they took can be missed.
            cpu = tree.cpu() - before
        process.communicate()
    if answer != DONE:
        raise StrataError(f"{module} did not finish; its log says why: {log}")
    return Cost(cpu, wall, tree.peak)
