"""The commands `strata run` and `strata backfill`."""

import argparse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

from data_lake.contracts import ContractSet, DatasetContract
from strata.activity import wait_until_quiet
from strata.books import known_name
from strata.by_hand import start_by_hand
from strata.command_groups import add_command
from strata.console import Narrator, console
from strata.errors import StrataError
from strata.lakes import Lake, contracts_of, find_lake
from strata.local.lake import LocalLake
from strata.options import add_environment
from strata.reprocessing.choosing import Range
from strata.reprocessing.work import Reprocessing


def add_run_commands(commands: Any) -> None:
    """Add `strata run` and `strata backfill` to the commands of a parser."""
    text = "Start a run of what waits, or load again what has arrived since a time."
    running = add_command(commands, "run", _run, text)
    running.add_argument("dataset", help="the dataset; a product without --since")
    running.add_argument("--since", metavar="TIME", help="a date or time, in UTC if not said else")
    add_environment(running)
    text = "Load again what arrived in some days, a run for each day."
    filling = add_command(commands, "backfill", _backfill, text)
    filling.add_argument("datasets", nargs="+", metavar="dataset", help="each by itself")
    filling.add_argument("--from", dest="first", metavar="DATE", help="the first day, in UTC")
    filling.add_argument("--to", dest="last", metavar="DATE", help="the last day, in UTC")
    filling.add_argument(
        "--concurrency", type=int, default=1, metavar="N", help="datasets at once; default: 1"
    )
    filling.add_argument(
        "--abandon", action="store_true", help="give up what was begun and not finished"
    )
    add_environment(filling)


def _run(options: argparse.Namespace) -> None:
    lake, contracts = find_lake(options.env), contracts_of(options.env)
    if options.since is not None:
        contract = _dataset(contracts, options.dataset)
        asked = Range(_time(options.since), datetime.now(UTC), by_day=False)
        Reprocessing(lake, contract, asked, _say).run()
        return
    arn = start_by_hand(lake, contracts, options.dataset)
    console.print(f"started {arn.rpartition(':')[2]}", markup=False, soft_wrap=True)
    if isinstance(lake, LocalLake):
        narrator = Narrator()
        with narrator.live("waiting for the run"):
            wait_until_quiet(lake, watch=narrator.watch)
    console.print("What came of it: strata runs")


def _backfill(options: argparse.Namespace) -> None:
    lake, contracts = find_lake(options.env), contracts_of(options.env)
    wanted = [_dataset(contracts, name) for name in dict.fromkeys(options.datasets)]
    if options.abandon:
        for contract in wanted:
            asked = Range.of_days(date.min, date.min)
            found = Reprocessing(lake, contract, asked).abandon()
            console.print(f"{contract.name}: {'given up' if found else 'nothing was open'}")
        return
    if options.concurrency < 1:
        raise StrataError(f"--concurrency: must be at least 1: got {options.concurrency}")
    for option, value in (("--from", options.first), ("--to", options.last)):
        if value is None:
            raise StrataError(f"{option}: needed, a day such as 2026-01-31")
    asked = Range.of_days(_day("--from", options.first), _day("--to", options.last))
    backfill(lake, wanted, asked, options.concurrency)


def backfill(lake: Lake, wanted: Sequence[DatasetContract], asked: Range, concurrency: int) -> None:
    """Load days of several datasets again, so many datasets at once.

    The days of one dataset come one after the other, as all of its runs do. Raises `StrataError`
    with what went wrong; the other datasets go on to their end.
    """

    def load(contract: DatasetContract) -> str | None:
        try:
            Reprocessing(lake, contract, asked, _say).run()
        except StrataError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(concurrency) as pool:
        problems = [problem for problem in pool.map(load, wanted) if problem]
    if problems:
        raise StrataError("\n".join(problems))


def _say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)


def _dataset(contracts: ContractSet, name: str) -> DatasetContract:
    if known_name(contracts, name) in contracts.products:
        raise StrataError(f"{name} is a product: it is built from its inputs; backfill those")
    return contracts.datasets[name]


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise StrataError(
            f"--since: must be a date or time such as 2026-01-31 or 2026-01-31T06:00+01:00: "
            f"got {text!r}"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise StrataError(f"{option}: must be a day such as 2026-01-31: got {text!r}") from None
