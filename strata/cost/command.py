"""`strata cost`."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any, Final

from config.loading import available_environments, load_settings
from data_lake.contracts import ContractSet, load_contracts
from strata.cost.estimate import Inputs, estimate
from strata.cost.lake import Lake, read_lake
from strata.cost.levers import levers
from strata.cost.prices import FILE as PRICES
from strata.cost.prices import read_prices
from strata.cost.usage import EMPTY, Usage, profile_of, read_usage
from strata.cost.wording import as_json, show
from strata.cost.work import read_work
from strata.errors import StrataError
from strata.local.assembly import synthesise
from strata.paths import CONTRACTS

FORMATS: Final = ("text", "json")


def add_cost_command(commands: Any) -> None:
    """Add `strata cost` to the commands of a parser."""
    text = "Estimate what an environment costs in a month, before it is deployed."
    parser = commands.add_parser("cost", help=text, description=text)
    parser.set_defaults(command=_cost)
    parser.add_argument("--env", required=True, choices=available_environments())
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        help="the stated usage; default: config/usage/<env>.yaml",
    )
    parser.add_argument("--empty", action="store_true", help="a lake to which nothing comes")
    parser.add_argument(
        "--assembly",
        type=Path,
        metavar="FOLDER",
        help="templates that exist, such as cdk.out/prod; default: they are synthesised now",
    )
    parser.add_argument("--prices", type=Path, default=PRICES, metavar="FILE")
    parser.add_argument("--format", choices=FORMATS, default="text")


def _cost(options: argparse.Namespace) -> None:
    # Everything that a person wrote is read before the templates are made, which takes a while.
    prices, work = read_prices(options.prices), read_work()
    contracts = load_contracts(CONTRACTS)
    usage = _usage(options, contracts)
    lake = lake_of(options.env, options.assembly, contracts)
    inputs = Inputs(lake, usage, prices, work)
    made, found = estimate(inputs), levers(inputs)
    if options.format == "json":
        print(json.dumps(as_json(made, found), indent=2))
    else:
        show(made, found, usage.months)


def _usage(options: argparse.Namespace, contracts: ContractSet) -> Usage:
    if options.empty and options.profile:
        raise StrataError("--empty: a profile says what comes; leave out one of both")
    if options.empty:
        return EMPTY
    return read_usage(options.profile or profile_of(options.env), contracts)


def lake_of(environment: str, folder: Path | None, contracts: ContractSet) -> Lake:
    """Read the templates of an environment from a folder, or synthesise them.

    Raises:
        StrataError: the synthesis fails, or the folder has no templates.
    """
    settings = load_settings(environment)
    if folder is not None:
        return read_lake(folder, settings, contracts)
    with tempfile.TemporaryDirectory() as scratch:
        synthesise(environment, Path(scratch))
        return read_lake(Path(scratch), settings, contracts)
