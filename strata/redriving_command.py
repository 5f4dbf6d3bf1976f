"""The command `strata redrive`."""

import argparse
from typing import Any

from strata.activity import wait_until_quiet
from strata.command_groups import add_command
from strata.console import Narrator, console
from strata.lakes import contracts_of, find_lake
from strata.local.lake import LocalLake
from strata.options import add_environment
from strata.redriving import redrive_run


def add_redrive_command(commands: Any) -> None:
    """Add `strata redrive` to the commands of a parser."""
    text = "Do a run again that failed, under its own id, with what it had claimed."
    parser = add_command(commands, "redrive", _redrive, text)
    parser.add_argument("dataset", help="the dataset or product")
    parser.add_argument("--run", metavar="ID", help="default: the last run")
    add_environment(parser)


def _redrive(options: argparse.Namespace) -> None:
    lake = find_lake(options.env)
    contracts = contracts_of(options.env)
    done = redrive_run(lake, contracts, options.dataset, options.run)
    console.print(f"Run {done.run_id} is redriven: {done.how}", markup=False, soft_wrap=True)
    if isinstance(lake, LocalLake):
        narrator = Narrator()
        with narrator.live("waiting for the run"):
            wait_until_quiet(lake, watch=narrator.watch)
    console.print("What came of it: strata runs")
