"""`strata assemble`, `verify-assembly`, `deploy`, `deployments` and `smoke`."""

import argparse
import os
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Final

from config.loading import available_environments, load_settings
from strata.command_groups import add_command
from strata.console import console, show_rows
from strata.errors import StrataError
from strata.lakes import contracts_of, find_lake
from strata.local.lake import ENVIRONMENT
from strata.options import add_environment
from strata.paths import ROOT, state_folder
from strata.promotion.archive import Target, assemble, digest_of, verify
from strata.promotion.deploying import client, deploy, history
from strata.promotion.smoke import (
    canary,
    check_dead_letters,
    check_stacks,
    run_that_finds_nothing,
)
from strata.sample_data import real_files

SECONDS: Final = 1800


def add_promotion_commands(commands: Any) -> None:
    """Add the commands that bring one assembly through the environments."""
    add = partial(add_command, commands)
    deployable = [name for name in available_environments() if name != ENVIRONMENT]
    packing = add("assemble", _assemble, "Synthesise every environment once and pack them.")
    packing.add_argument("--env", action="append", choices=deployable, help="default: all")
    packing.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER")
    checking = add("verify-assembly", _verify, "Hold every file of an assembly against its digest.")
    deploying = add("deploy", _deploy, "Deploy an environment from an assembly, not rebuilt.")
    for parser in (checking, deploying):
        parser.add_argument("archive", type=Path)
        parser.add_argument("--digest", help="the wanted one; default: the one in the file's name")
    deploying.add_argument("--env", required=True, choices=deployable)
    deploying.add_argument(
        "--force", action="store_true", help="also if this very assembly is deployed already"
    )
    telling = add("deployments", _deployments, "Say what was deployed, newest first.")
    telling.add_argument("--env", required=True, choices=deployable)
    smoking = add("smoke", _smoke, "See whether a deployed lake works; writes no data by itself.")
    add_environment(smoking)
    smoking.add_argument(
        "--canary",
        action="append",
        default=[],
        metavar="DATASET",
        help="also send the sample's small file of this dataset through; refused in prod",
    )
    smoking.add_argument("--seed", help="the order of its rows; default: git's HEAD")
    smoking.add_argument("--seconds", type=float, default=SECONDS, help="how long to wait")


def _assemble(options: argparse.Namespace) -> None:
    names = options.env or [name for name in available_environments() if name != ENVIRONMENT]
    archive = assemble(names, options.output, state_folder() / "assemble", _revision(), _say)
    if file := os.environ.get("GITHUB_OUTPUT"):
        with Path(file).open("a", encoding="utf-8") as outputs:
            outputs.write(f"digest={digest_of(archive)}\n")
    megabytes = archive.stat().st_size / 1e6
    _say(f"assembled {', '.join(names)}: {archive} ({megabytes:.1f} MB)")


def _verify(options: argparse.Namespace) -> None:
    assembled = verify(options.archive, _unpacked(), options.digest)
    _say(f"{options.archive} is what was assembled from {assembled.revision}.")


def _deploy(options: argparse.Namespace) -> None:
    assembled = verify(options.archive, _unpacked(), options.digest)
    deploy(assembled, options.env, force=options.force, tell=_say)


def _deployments(options: argparse.Namespace) -> None:
    settings = load_settings(options.env)
    target = Target(settings.account, settings.region, settings.prefix)
    known = history(client(target), target)
    if not known:
        _say(f"Nothing was deployed to {options.env} yet.")
        return
    names = ("at", "state", "digest", "revision")
    show_rows([{name: getattr(one, name) for name in names} for one in known])


def _smoke(options: argparse.Namespace) -> None:
    if options.canary and options.env == "prod":
        raise StrataError("--canary: prod gets no made-up data; leave it out")
    lake, contracts = find_lake(options.env), contracts_of(options.env)
    _say(f"{len(check_stacks(lake))} stacks are in order")
    check_dead_letters(lake)
    idle = run_that_finds_nothing(lake, contracts, seconds=options.seconds)
    _say(f"a run of {idle} found nothing to do, as it should")
    with tempfile.TemporaryDirectory() as folder:
        files = {one.key.partition("/")[0]: one.file for one in real_files(Path(folder))}
        for dataset in options.canary:
            if dataset not in files:
                raise StrataError(f"--canary {dataset}: the sample has {', '.join(files)}")
            record = canary(
                lake,
                contracts,
                dataset,
                files[dataset],
                options.seed or _revision(),
                seconds=options.seconds,
                tell=_say,
            )
            told = "knew these bytes already" if record["recognised"] else "published them"
            _say(f"{dataset}: run {record['run_id']} {told}")


def _revision() -> str:
    outcome = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    if outcome.returncode != 0:
        raise StrataError(f"{ROOT}: git does not say its revision: {outcome.stderr.strip()}")
    return outcome.stdout.strip()


def _unpacked() -> Path:
    return state_folder() / "assembly"


def _say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
