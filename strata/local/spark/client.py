"""The emulator's side of the Spark process: start it once, hand it jobs, notice when it dies."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import psutil

KILLED = 128
"""What a shell adds to the number of the signal that ended a process; 137 is kill -9."""


class SparkJobError(Exception):
    """A job run that did not succeed; `state` is the Glue run state it ends in."""

    def __init__(self, message: str, state: str = "FAILED") -> None:
        """Keep the state beside the message."""
        super().__init__(message)
        self.state = state


class SparkWorker:
    """One Spark process, started on the first job and again after it dies.

    Jobs run one at a time: two cores serve one local Spark well and two of them badly.
    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._answers: Queue[str] = Queue()

    def run(self, run_id: str, script: str, arguments: dict[str, str], *, minutes: float) -> None:
        """Run one script to its end.

        `minutes` bounds the run as the job's own timeout does. Raises `SparkJobError` with the
        exception that ended the script, a dead process, or the timeout.
        """
        with self._turn:
            process = self._living_process()
            try:
                self._send(process, {"run_id": run_id, "script": script, "arguments": arguments})
                answer = self._await_answer(minutes)
            except (BrokenPipeError, EOFError) as error:
                code = process.wait()
                code = code if code >= 0 else KILLED - code
                self._process = None
                raise SparkJobError(f"the Spark process died with exit code {code}") from error
            except Empty as error:
                process.kill()
                self._process = None
                raise SparkJobError(f"no end after {minutes} minutes", "TIMEOUT") from error
        if not answer["ok"]:
            raise SparkJobError(answer["error"])

    def warm(self, arguments: dict[str, str]) -> None:
        """Start the process and a session for jobs with these arguments; return at once."""
        with self._turn:
            if self._process is None:
                self._send(self._living_process(), {"warm": True, "arguments": arguments})

    def kill(self) -> None:
        """End the process and what it started at once, in the middle of whatever it does."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()

    def _send(self, process: subprocess.Popen[str], job: dict[str, Any]) -> None:
        assert process.stdin is not None  # noqa: S101 - a pipe by construction
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()

    def _await_answer(self, minutes: float) -> dict[str, Any]:
        line = self._answers.get(timeout=minutes * 60)
        if not line:
            raise EOFError
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _living_process(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._answers = Queue()
            self._process = self._start()
        return self._process

    def _start(self) -> subprocess.Popen[str]:
        log = Path(os.environ.get("STRATA_SPARK_LOG", os.devnull))
        reader, writer = os.pipe()
        with log.open("ab") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "strata.local.spark.worker", str(writer)],
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=subprocess.STDOUT,
                text=True,
                pass_fds=[writer],
            )
        os.close(writer)
        threading.Thread(
            target=_pump, args=(reader, self._answers), name="spark-answers", daemon=True
        ).start()
        return process


def _pump(descriptor: int, answers: "Queue[str]") -> None:
    with os.fdopen(descriptor) as pipe:
        for line in pipe:
            answers.put(line)
    answers.put("")
