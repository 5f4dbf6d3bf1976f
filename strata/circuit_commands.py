"""The commands below `strata circuit`: how circuits stand, and moving one by hand."""

import argparse
import getpass
from typing import Any, Literal

from strata.circuits import Row, list_circuits, move_circuit, show_circuit
from strata.command_groups import add_group
from strata.console import console, show_rows
from strata.lakes import contracts_of, find_lake
from strata.options import add_environment


def add_circuit_commands(commands: Any) -> None:
    """Add `strata circuit` with its actions to the commands of a parser."""
    text = "Show which datasets are not loaded because they failed too often, and change that."
    add = add_group(commands, "circuit", text)
    add_environment(add("list", _list, "Show how every circuit stands."))
    _name(add("show", _show, "Show how a circuit came to stand as it does."))
    _describe(add("open", _open, "Start no run of a dataset until the circuit is closed by hand."))
    _describe(add("close", _close, "Let runs of a dataset start again."))


def _describe(parser: argparse.ArgumentParser) -> None:
    _name(parser)
    parser.add_argument("--why", required=True, help="the reason, kept with the change")
    parser.add_argument("--who", default=getpass.getuser(), help="default: your user name")


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", help="the dataset or product")
    add_environment(parser)


def _list(options: argparse.Namespace) -> None:
    show_rows(list_circuits(find_lake(options.env), contracts_of(options.env)))


def _show(options: argparse.Namespace) -> None:
    rows = show_circuit(find_lake(options.env), contracts_of(options.env), options.dataset)
    if not rows:
        console.print(f"The circuit of {options.dataset} has always been closed.")
        return
    show_rows(rows)


def _open(options: argparse.Namespace) -> None:
    show_rows([_move(options, "open")])


def _close(options: argparse.Namespace) -> None:
    show_rows([_move(options, "closed")])
    console.print(
        "What waits is taken by the next arrival, schedule or sweep, or now: "
        f"strata run {options.dataset}"
    )


def _move(options: argparse.Namespace, to: Literal["open", "closed"]) -> Row:
    lake, contracts = find_lake(options.env), contracts_of(options.env)
    return move_circuit(lake, contracts, options.dataset, to, who=options.who, why=options.why)
