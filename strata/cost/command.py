"""`strata cost`."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from config.loading import available_environments
from data_lake.contracts import ContractSet, load_contracts
from strata.console import console
from strata.cost.difference import Difference
from strata.cost.estimate import Estimate, Inputs, estimate
from strata.cost.levers import Lever, levers
from strata.cost.markdown import difference_as_markdown, estimate_as_markdown
from strata.cost.prices import FILE as PRICES
from strata.cost.prices import read_prices
from strata.cost.sides import earlier, is_revision, known_to, lake_of
from strata.cost.usage import EMPTY, Usage, profile_of, read_usage
from strata.cost.wording import as_json, difference_as_json, show, show_difference
from strata.cost.work import read_work
from strata.errors import StrataError
from strata.paths import CONTRACTS
from strata.review.report import SNAPSHOTS

FORMATS: Final = ("text", "markdown", "json")


def add_cost_command(commands: Any) -> None:
    """Add `strata cost` to the commands of a parser."""
    text = "Estimate what an environment costs in a month, before it is deployed."
    parser = commands.add_parser("cost", help=text, description=text)
    parser.set_defaults(command=_cost)
    environments = available_environments()
    parser.add_argument(
        "--env", required=True, action="append", choices=environments, help="may be given again"
    )
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        help="the stated usage; default: config/usage/<env>.yaml",
    )
    parser.add_argument("--empty", action="store_true", help="a lake to which nothing comes")
    parser.add_argument(
        "--against",
        metavar="WHAT",
        help="tell the difference: another environment, a folder of templates, or a revision of "
        "git, whose reviewed templates are compared with those of the checkout",
    )
    parser.add_argument(
        "--assembly",
        type=Path,
        metavar="FOLDER",
        help="templates that exist, such as cdk.out/prod; default: they are synthesised now",
    )
    parser.add_argument(
        "--prices", type=Path, default=PRICES, metavar="FILE", help="other prices than Strata's own"
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="for a terminal, a comment or a program"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to a file")


@dataclass(frozen=True)
class _Answer:
    """What is told of one environment: an estimate with levers, or a difference."""

    made: Estimate
    levers: list[Lever]
    months: int
    difference: Difference | None


def _cost(options: argparse.Namespace) -> None:
    if options.output is not None and options.format == "text":
        raise StrataError("--output: text is for the terminal; add --format markdown or json")
    if options.assembly is not None and len(options.env) > 1:
        raise StrataError("--assembly: is of one environment; give --env once")
    answers = list(_answers(options))
    if options.format == "text":
        for one in answers:
            if one.difference is None:
                show(one.made, one.levers, one.months)
            else:
                show_difference(one.difference)
        return
    text = _json(answers) if options.format == "json" else _markdown(answers)
    if options.output is None:
        print(text)
        return
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text + "\n", encoding="utf-8")
    console.print(f"The estimate is written: {options.output}", markup=False, soft_wrap=True)


def _answers(options: argparse.Namespace) -> Iterator[_Answer]:
    # Everything that a person wrote is read before templates are made, which takes a while.
    prices, work = read_prices(options.prices), read_work()
    contracts = load_contracts(CONTRACTS)
    usages = {name: _usage(options, name, contracts) for name in options.env}
    for name, usage in usages.items():
        folder = options.assembly
        if folder is None and is_revision(options.against):
            folder = SNAPSHOTS / name
        inputs = Inputs(lake_of(name, folder, contracts), usage, prices, work)
        made = estimate(inputs)
        if options.against is None:
            yield _Answer(made, levers(inputs), usage.months, None)
            continue
        named, lake = earlier(name, options.against, contracts)
        before = estimate(replace(inputs, lake=lake, usage=known_to(lake, usage)))
        yield _Answer(made, [], usage.months, Difference(named, before, made))


def _usage(options: argparse.Namespace, environment: str, contracts: ContractSet) -> Usage:
    if options.empty and options.profile:
        raise StrataError("--empty: a profile says what comes; leave out one of both")
    if options.empty:
        return EMPTY
    return read_usage(options.profile or profile_of(environment), contracts)


def _json(answers: list[_Answer]) -> str:
    told = [
        as_json(one.made, one.levers)
        if one.difference is None
        else difference_as_json(one.difference)
        for one in answers
    ]
    return json.dumps(told[0] if len(told) == 1 else told, indent=2)


def _markdown(answers: list[_Answer]) -> str:
    return "\n\n".join(
        estimate_as_markdown(one.made, one.levers, one.months)
        if one.difference is None
        else difference_as_markdown(one.difference)
        for one in answers
    )
