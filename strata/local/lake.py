"""The local lake as a whole: bring it up, find it again from another command, take it down."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3

from config.loading import load_settings
from data_lake.contracts.reader import SUFFIX
from strata.errors import StrataError
from strata.local.assembly import read_assembly, synthesise
from strata.local.deployment import deploy, deploy_with_cli
from strata.local.emulator import WAIT_SCALE, Emulator, end_process_group, is_answering
from strata.paths import CONTRACTS, state_folder

ENVIRONMENT = "local"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class LocalLake:
    """A lake that runs in the emulator: where it answers and what was deployed to it."""

    endpoint: str
    pid: int
    account: str
    region: str
    prefix: str
    """`<project>-<environment>`, with which the names of its resources begin."""
    outputs: dict[str, str]
    """The outputs of all stacks, by name."""
    folder: str
    """The folder of its logs and of its cloud assembly."""
    contracts: str = str(CONTRACTS)
    """The folder of the contracts that it was brought up with."""

    def client(self, service: str) -> Any:
        """Give a client of an AWS service of the lake."""
        return _client(service, self.endpoint, self.account, self.region)

    def database(self, zone: str) -> str:
        """Give the name of a zone's Glue database."""
        return f"{self.prefix.replace('-', '_')}_{zone}"

    def __getitem__(self, output: str) -> str:
        """Give a stack's output; raises `StrataError` where no stack has it."""
        try:
            return self.outputs[output]
        except KeyError:
            raise StrataError(f"no stack of the running lake has an output {output}") from None


@cache
def _client(service: str, endpoint: str, account: str, region: str) -> Any:
    session = boto3.Session(
        aws_access_key_id=account,
        aws_secret_access_key="emulated",  # noqa: S106 - the emulator reads the access key only
        region_name=region,
    )
    return session.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]


def bring_up(
    progress: Progress = lambda _: None,
    *,
    with_cli: bool = False,
    folder: Path | None = None,
    contracts: Path | None = None,
    wait_scale: float = WAIT_SCALE,
    spark: Mapping[str, str] = MappingProxyType({}),
) -> LocalLake:
    """Synthesise the `local` environment, start the emulator, and deploy every stack to it.

    `with_cli` deploys with the real CDK CLI instead of CloudFormation's API. `folder` defaults to
    the checkout's `.strata/`; `contracts` to its `contracts/`.
    `wait_scale` multiplies Wait states and retry delays. `spark` holds more settings of Spark, such
    as `TINY_DATA`. Raises `StrataError` if a lake already runs in that folder, if `contracts` has
    none, or if a step fails; then nothing is left running.
    """
    home = folder or state_folder()
    chosen = _contracts_in(contracts or CONTRACTS)
    if find(home) is not None:
        raise StrataError("a lake is already running; use it, or take it down: strata down")
    settings = load_settings(ENVIRONMENT)
    started = time.monotonic()
    emulator = Emulator(
        log=home / "emulator.log",
        account=settings.account,
        region=settings.region,
        wait_scale=wait_scale,
        settings={
            "STRATA_SPARK_LOG": str(home / "spark.log"),
            "STRATA_SPARK_EAGER": "1",
            "STRATA_SPARK_SETTINGS": json.dumps(dict(spark)),
        },
    )
    try:
        progress("starting the emulator")
        emulator.start()
        if with_cli:
            progress("deploying with the CDK CLI")
            outputs = deploy_with_cli(ENVIRONMENT, home / "cdk.out", emulator, chosen)
            read_assembly(home / "cdk.out")
        else:
            progress("synthesising the templates")
            assembly = synthesise(ENVIRONMENT, home / "cdk.out", chosen)
            outputs = deploy(assembly, emulator, lambda stack: progress(f"deploying {stack}"))
    except BaseException:
        emulator.stop()
        raise
    lake = LocalLake(
        endpoint=emulator.endpoint,
        pid=emulator.pid,
        account=emulator.account,
        region=emulator.region,
        prefix=f"{settings.project}-{settings.environment}",
        outputs=outputs,
        folder=str(home),
        contracts=str(chosen),
    )
    _state_file(home).write_text(json.dumps(asdict(lake), indent=2))
    progress(f"the lake is up after {time.monotonic() - started:.0f} s")
    return lake


def bring_up_to_date(lake: LocalLake, progress: Progress = lambda _: None) -> LocalLake:
    """Synthesise again and deploy what has changed, such as a contract, to a running lake.

    What the lake holds stays, and its contracts are those of the same folder. Raises `StrataError`
    if synthesis or a stack fails; the stack then is as it was.
    """
    home = Path(lake.folder)
    progress("synthesising the templates")
    assembly = synthesise(ENVIRONMENT, home / "cdk.out", Path(lake.contracts))
    outputs = deploy(assembly, lake, lambda stack: progress(f"deploying {stack}"))
    renewed = replace(lake, outputs=outputs)
    _state_file(home).write_text(json.dumps(asdict(renewed), indent=2))
    progress("the lake is up to date")
    return renewed


def find(folder: Path | None = None) -> LocalLake | None:
    """Give the lake that runs in a folder (default `.strata/`), or None."""
    file = _state_file(folder or state_folder())
    if not file.exists():
        return None
    lake = LocalLake(**json.loads(file.read_text()))
    return lake if is_answering(lake.endpoint) else None


def attach() -> LocalLake:
    """Give the running lake; raises `StrataError` if there is none."""
    lake = find()
    if lake is None:
        raise StrataError("no lake is running here; bring one up: strata up")
    return lake


def take_down(folder: Path | None = None) -> bool:
    """Stop the lake that runs in a folder (default `.strata/`); tell whether there was one.

    Everything in it is gone afterwards: the emulator keeps it in memory.
    """
    home = folder or state_folder()
    lake = find(home)
    if lake is not None:
        end_process_group(lake.pid)
    _state_file(home).unlink(missing_ok=True)
    return lake is not None


def _contracts_in(folder: Path) -> Path:
    if not any(folder.glob(f"*{SUFFIX}")):
        raise StrataError(f"{folder} is not a folder of contracts: it has no file *{SUFFIX}")
    return folder.resolve()


def _state_file(folder: Path) -> Path:
    return folder / "lake.json"
