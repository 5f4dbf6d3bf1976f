"""The emulator as a process: started on loopback, waited for, stopped again."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from strata.errors import StrataError
from strata.paths import ROOT

ACCOUNT = "000000000000"
"""The account that the emulator plays when the environment names no other."""
START_SECONDS = 60
WAIT_SCALE = 0.02
"""How much of a Wait state or a retry delay passes: a minute takes 1.2 s, and order is kept."""
_children: dict[int, subprocess.Popen[bytes]] = {}
"""Servers that this process started; one may outlive it, so that another command finds it."""


def free_port() -> int:
    """Give a TCP port on loopback that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def client_environment(endpoint: str, *, account: str, region: str) -> dict[str, str]:
    """Give the variables with which any AWS client talks to the emulator and to nothing else.

    Whatever the user's own environment says of AWS (profiles, credentials, endpoints) is left out,
    so that no call can reach an account. The emulator takes the access key as the account.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1,localhost",
    }


@dataclass
class Emulator:
    """One emulator process on loopback, with Strata's plug-in.

    `port` is chosen free when 0. `log` receives what the server and its functions print.
    `wait_scale` multiplies Wait states and retry delays. Use it as a context
    manager, or call `start()` and `stop()`.
    """

    log: Path
    port: int = 0
    account: str = ACCOUNT
    region: str = "us-east-1"
    wait_scale: float = WAIT_SCALE
    settings: dict[str, str] = field(default_factory=dict)
    """More variables for the server process, for tests."""
    _pid: int | None = None

    @property
    def endpoint(self) -> str:
        """The URL that AWS clients use."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The id of the server process; raises `StrataError` before `start()`."""
        if self._pid is None:
            raise StrataError("the emulator has not been started")
        return self._pid

    def environment(self) -> dict[str, str]:
        """Give the environment for a client process of this emulator."""
        return client_environment(self.endpoint, account=self.account, region=self.region)

    def start(self) -> Self:
        """Start the server and wait until it answers.

        Raises `StrataError`, naming the log, if it ends or stays silent for a minute.
        """
        self.port = self.port or free_port()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "strata.local.server"],
                env=self.environment() | self._server_settings() | self.settings,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._pid = process.pid
        _children[process.pid] = process
        deadline = time.monotonic() + START_SECONDS
        while not is_answering(self.endpoint):
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StrataError(f"the emulator did not start; its log says why: {self.log}")
            time.sleep(0.1)
        return self

    def _server_settings(self) -> dict[str, str]:
        return {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_REGION": self.region,
            "SFN_WAIT_SCALE": str(self.wait_scale),
            "AUTH": "true",
            "LAMBDA_EXECUTOR": "local",
            "POWERTOOLS_TRACE_DISABLED": "true",
        }

    def stop(self) -> None:
        """End the server and everything it started."""
        if self._pid is not None:
            end_process_group(self._pid)
            self._pid = None

    def __enter__(self) -> Self:
        """Start the server."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.stop()


def is_answering(endpoint: str) -> bool:
    """Tell whether an emulator answers at the endpoint."""
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def end_process_group(pid: int, patience: float = 5.0) -> None:
    """End a process and its children: politely first, after `patience` seconds by force."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, signal_number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _group_lives(pid):
                return
            time.sleep(0.05)


def _group_lives(pid: int) -> bool:
    if pid in _children and _children[pid].poll() is not None:
        del _children[pid]
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True
