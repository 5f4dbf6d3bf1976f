"""The command `strata rollback`."""

import argparse
import getpass
from typing import Any

from strata.command_groups import add_command
from strata.console import console, show_rows
from strata.errors import StrataError
from strata.lakes import contracts_of, find_lake
from strata.options import add_environment, reason_of
from strata.rollback.rolling_back import RollbackWork
from strata.rollback.settling import Rollback


def add_rollback_command(commands: Any) -> None:
    """Add `strata rollback` to the commands of a parser."""
    text = "Make what a table was after an earlier run current again; list what there is."
    parser = add_command(commands, "rollback", _rollback, text)
    parser.add_argument("dataset", help="the dataset or product")
    parser.add_argument("--to", metavar="RUN", help="default: list the states there are")
    parser.add_argument("--why", default="", help="the reason, kept with it; needed with --to")
    parser.add_argument("--who", default=getpass.getuser(), help="default: your user name")
    add_environment(parser)


def _rollback(options: argparse.Namespace) -> None:
    lake, contracts = find_lake(options.env), contracts_of(options.env)
    work = RollbackWork(lake, contracts, options.dataset)
    if options.to is None:
        rows = work.listing()
        if not rows:
            raise StrataError(f"{options.dataset} has never been published; nothing to go back to")
        show_rows(rows)
        return
    who, why = reason_of(options)
    unfinished = work.finish_open()
    if unfinished is not None:
        _say(options.dataset, unfinished, "was begun before and is finished now")
        if unfinished.back_to == options.to:
            return
    _say(options.dataset, work.roll_back(options.to, who=who, why=why), "is done")


def _say(dataset: str, done: Rollback, how: str) -> None:
    undone = f"; undone: {', '.join(done.undone)}" if done.undone else ""
    redone = f"; counts again: {', '.join(done.redone)}" if done.redone else ""
    console.print(
        f"{dataset}: rollback {done.run_id} {how}: it is as run {done.back_to} left it"
        f"{undone}{redone}",
        markup=False,
        soft_wrap=True,
    )
