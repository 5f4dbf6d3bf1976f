"""The command line: `strata <command>`."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from config.loading import SettingsError, available_environments, load_settings
from data_lake.contracts import ContractError, load_contracts
from stacks.engines import check_engines
from strata.activity import wait_until_quiet
from strata.arrivals import put
from strata.circuit_commands import add_circuit_commands
from strata.command_groups import Command, add_command, add_group
from strata.compaction import compact, sentences
from strata.console import Narrator, console, show_rows
from strata.contract_commands import add_contract_commands
from strata.cost.command import add_cost_command
from strata.dead_letters.command import add_dead_letter_commands
from strata.demo import demo
from strata.destruction import destroy
from strata.doctor.command import add_doctor_command
from strata.errors import StrataError
from strata.lakes import contracts_of, find_lake
from strata.local.lake import LocalLake, attach, bring_up, bring_up_to_date, find, take_down
from strata.notices import open_inbox
from strata.options import add_environment
from strata.page import write_page
from strata.paths import CONTRACTS, state_folder
from strata.products.command import FORMATS, show_graph
from strata.promotion.command import add_promotion_commands
from strata.quarantine.command import add_quarantine_commands
from strata.query import query
from strata.redriving_command import add_redrive_command
from strata.report import runs_table, steps_table
from strata.reprocessing.command import add_run_commands
from strata.review.command import add_review_command
from strata.rollback.command import add_rollback_command


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; an error that a person can mend is one sentence and exit code 1."""
    options = make_parser().parse_args(arguments)
    command: Command = options.command
    try:
        command(options)
    except (StrataError, SettingsError, ContractError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def make_parser() -> argparse.ArgumentParser:
    """Give the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="strata", description="A data lake on AWS that you can run before you deploy it."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    add = partial(add_command, commands)
    add("demo", _demo, "Run the lake end to end on real data, emulated on this machine.")
    up = add(
        "up", _up, "Bring up the emulated lake, or deploy to the running one what has changed."
    )
    up.add_argument("--with-cdk", action="store_true", help="deploy with the real CDK CLI (slower)")
    _add_contracts(up)
    add("down", _down, "Take the emulated lake down; what it holds is gone.")
    putting = add("put", _put, "Put a file into the raw zone and wait for what becomes of it.")
    putting.add_argument("dataset", help="the dataset whose contract claims the file")
    putting.add_argument("file", type=Path, help="it keeps its name")
    putting.add_argument("--no-wait", action="store_true", help="return as soon as it is stored")
    running = add("runs", _runs, "Show what became of each run.")
    running.add_argument("--steps", action="store_true", help="also the seconds of each step")
    asking = add("query", _query, 'Ask the tables: strata query "SELECT ...".')
    asking.add_argument("sql", help="a SELECT over tables as zone.table, such as processed.flights")
    reporting = add("report", _report, "Write the page that shows what the running lake did.")
    reporting.add_argument("--output", type=Path, help="default: .strata/report.html")
    compacting = add("compact", _compact, "Bring the small files of a Parquet table together now.")
    compacting.add_argument("dataset", help="the dataset or product")
    add_environment(compacting)
    _add_contracts(add("validate", _validate, "Check every environment and every contract."))
    destroying = add("destroy", _destroy, "Say what goes and what stays, ask, then destroy.")
    destroying.add_argument(
        "--env",
        required=True,
        choices=available_environments(),
        help="reached as AWS_PROFILE says",
    )
    destroying.add_argument("--plan", action="store_true", help="only say it")
    destroying.add_argument("--yes", action="store_true", help="do not ask; refused in production")
    _add_products(commands)
    add_doctor_command(commands)
    add_contract_commands(commands)
    add_circuit_commands(commands)
    add_quarantine_commands(commands)
    add_dead_letter_commands(commands)
    add_redrive_command(commands)
    add_rollback_command(commands)
    add_run_commands(commands)
    add_review_command(commands)
    add_cost_command(commands)
    add_promotion_commands(commands)
    return parser


def _add_contracts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--contracts", type=Path, metavar="FOLDER", help="instead of the checkout's contracts/"
    )


def _add_products(commands: Any) -> None:
    add = add_group(commands, "products", "Show what products are built from.")
    text = "Show datasets, products, and which is built from which."
    graph = add("graph", _products_graph, text)
    graph.add_argument("--format", choices=FORMATS, default="tree", help="default: tree")
    graph.add_argument(
        "--output", type=Path, metavar="FILE", help="write to a file; not for format tree"
    )


def _demo(_options: argparse.Namespace) -> None:
    demo()


def _up(options: argparse.Namespace) -> None:
    narrator = Narrator()
    running = find()
    if running is not None and options.contracts:
        _check_same(running, options.contracts)
    with narrator.live("preparing"):
        if running is not None and not options.with_cdk:
            bring_up_to_date(running, narrator.say)
            return
        lake = bring_up(narrator.say, with_cli=options.with_cdk, contracts=options.contracts)
        open_inbox(lake)
    console.print(f"The emulated lake is up at {lake.endpoint}; next: strata put, strata query")


def _check_same(running: LocalLake, contracts: Path) -> None:
    if contracts.resolve() != Path(running.contracts):
        raise StrataError(
            f"--contracts {contracts}: the lake that runs has those of {running.contracts}; "
            "take it down first: strata down"
        )


def _down(_options: argparse.Namespace) -> None:
    console.print("The lake is down." if take_down() else "No lake was running here.")


def _put(options: argparse.Namespace) -> None:
    lake = attach()
    narrator = Narrator()
    console.print(
        f"stored {put(lake, contracts_of(None), options.dataset, options.file)}", markup=False
    )
    if options.no_wait:
        return
    with narrator.live("waiting for events"):
        wait_until_quiet(lake, watch=narrator.watch)
    show_rows(runs_table(lake)[-3:], title="The latest runs")


def _runs(options: argparse.Namespace) -> None:
    lake = attach()
    rows = runs_table(lake)
    if not rows:
        console.print("No run yet; give the lake a file: strata put <dataset> <file>")
        return
    show_rows(rows)
    if options.steps:
        show_rows(steps_table(lake))


def _query(options: argparse.Namespace) -> None:
    show_rows(query(attach(), options.sql))


def _report(options: argparse.Namespace) -> None:
    file = write_page(attach(), options.output or state_folder() / "report.html")
    console.print(f"The page is written: {file}", markup=False, soft_wrap=True)


def _compact(options: argparse.Namespace) -> None:
    lake, narrator = find_lake(options.env), Narrator()
    with narrator.live(f"compacting {options.dataset}"):
        report = compact(lake, contracts_of(options.env), options.dataset)
    for line in sentences(report):
        console.print(line, markup=False)


def _validate(options: argparse.Namespace) -> None:
    folder = options.contracts or CONTRACTS
    problems, environments = [], []
    for environment in available_environments():
        try:
            environments.append(load_settings(environment))
        except SettingsError as error:
            problems.append(str(error))
    try:
        contracts = load_contracts(folder)
        for settings in environments:
            check_engines(contracts, settings, folder)
    except ContractError as error:
        problems.append(str(error))
    if problems:
        raise StrataError("\n".join(problems))
    console.print(
        f"{len(available_environments())} environments, {len(contracts.datasets)} datasets and "
        f"{len(contracts.products)} products are valid."
    )


def _destroy(options: argparse.Namespace) -> None:
    destroy(options.env, plan_only=options.plan, without_asking=options.yes)


def _products_graph(options: argparse.Namespace) -> None:
    if options.output is not None and options.format == "tree":
        raise StrataError(
            "--output: a tree is drawn for the terminal; add --format mermaid, dot, svg or json"
        )
    show_graph(load_contracts(CONTRACTS), options.format, options.output)
