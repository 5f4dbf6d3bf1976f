"""`strata assemble`, `verify-assembly`, `deploy`, `deployments` and `smoke`."""

import argparse
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Final

from config.loading import available_environments, load_settings
from strata.accounts import asking
from strata.books import one_of
from strata.command_groups import add_command
from strata.console import console
from strata.errors import StrataError
from strata.lakes import Lake, find_lake
from strata.local.lake import ENVIRONMENT
from strata.options import add_environment
from strata.paths import ROOT, state_folder
from strata.promotion.archive import Target, assemble, digest_of, verify
from strata.promotion.deployed_contracts import DeployedDataset, deployed_datasets
from strata.promotion.deploying import attempts, client, deploy, history
from strata.promotion.revision import revision
from strata.promotion.smoke import (
    canary,
    check_canary,
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
    packing.add_argument(
        "--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="default: dist/"
    )
    checking = add("verify-assembly", _verify, "Hold every file of an assembly against its digest.")
    deploying = add("deploy", _deploy, "Deploy an environment from an assembly, as it is.")
    for parser in (checking, deploying):
        parser.add_argument("archive", type=Path, help="dist/strata-<digest>.tar.gz")
        parser.add_argument("--digest", help="the wanted one; default: the one in the file's name")
    deploying.add_argument(
        "--env", required=True, choices=deployable, help="reached as AWS_PROFILE says"
    )
    deploying.add_argument(
        "--rollback", action="store_true", help="only to what this environment has had before"
    )
    deploying.add_argument(
        "--force", action="store_true", help="also if this very assembly is deployed already"
    )
    telling = add("deployments", _deployments, "Say what was deployed, newest first.")
    telling.add_argument(
        "--env", required=True, choices=deployable, help="reached as AWS_PROFILE says"
    )
    smoking = add("smoke", _smoke, "See whether a deployed lake works; writes no data by itself.")
    add_environment(smoking)
    smoking.add_argument(
        "--canary",
        action="append",
        default=[],
        metavar="DATASET",
        help="also send the sample's file of this dataset through, and wait for what becomes of "
        "it; may be given several times; refused in production",
    )
    smoking.add_argument(
        "--seed", help="decides the order of its rows; default: the checkout's revision"
    )
    smoking.add_argument(
        "--seconds", type=float, default=SECONDS, help=f"how long to wait; default: {SECONDS}"
    )


def _assemble(options: argparse.Namespace) -> None:
    names = options.env or [name for name in available_environments() if name != ENVIRONMENT]
    archive = assemble(names, options.output, state_folder() / "assemble", revision(), _say)
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
    deploy(assembled, options.env, force=options.force, back=options.rollback, tell=_say)


def _deployments(options: argparse.Namespace) -> None:
    settings = load_settings(options.env)
    target = Target(settings.account, settings.region, settings.prefix)
    known = history(client(target, options.env), target)
    if not known:
        _say(f"Nothing was deployed to {options.env} yet.")
        return
    for one in attempts(known):
        # Whole, in one line: it is copied from here.
        _say(f"{one.at}  {one.state:9}  {one.digest}  {one.revision}")


def _smoke(options: argparse.Namespace) -> None:
    environment = options.env or ENVIRONMENT
    if options.canary and load_settings(environment).production:
        raise StrataError(
            f"--canary: {environment} is production and gets no made-up data; leave it out"
        )
    lake = find_lake(environment)
    with asking(f"smoke of {environment}"):
        datasets = deployed_datasets(lake)
        wanted = [datasets[one_of(list(datasets), name)] for name in options.canary]
        for dataset in wanted:
            check_canary(dataset)
        _say(f"{len(check_stacks(lake))} stacks are in order")
        _say(f"{len(check_dead_letters(lake))} dead-letter queues are empty")
        idle = run_that_finds_nothing(lake, datasets, seconds=options.seconds)
        _say(f"a run of {idle} found nothing to do, as it should")
        if wanted:
            _send(lake, wanted, options.seed or revision(), options.seconds)


def _send(lake: Lake, datasets: list[DeployedDataset], seed: str, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, list[Path]] = {}
        for one in real_files(Path(folder)):
            files.setdefault(one.key.partition("/")[0], []).append(one.file)
        single = {name: found[0] for name, found in files.items() if len(found) == 1}
        for dataset in datasets:
            if dataset.name not in single:
                raise StrataError(
                    f"--canary {dataset.name}: the sample has one file of {', '.join(single)}"
                )
            record = canary(lake, dataset, single[dataset.name], seed, seconds=seconds, tell=_say)
            told = "knew these bytes already" if record["recognised"] else "published them"
            _say(f"{dataset.name}: run {record['run_id']} {told}")


def _unpacked() -> Path:
    return state_folder() / "assembly"


def _say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
