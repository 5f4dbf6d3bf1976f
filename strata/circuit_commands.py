"""The commands below `strata circuit`: how circuits stand, and moving one by hand."""

import argparse
import getpass
from typing import Any

from strata.circuits import list_circuits, move_circuit, show_circuit
from strata.command_groups import add_group
from strata.console import console, show_rows
from strata.lakes import contracts_of
from strata.local.lake import attach


def add_circuit_commands(commands: Any) -> None:
    """Add `strata circuit` with its actions to the commands of a parser."""
    text = "Show which datasets are not loaded because they failed too often, and change that."
    add = add_group(commands, "circuit", text)
    add("list", _list, "Show how every circuit stands.")
    _name(add("show", _show, "Show how a circuit came to stand as it does."))
    _describe(add("open", _open, "Start no run of a dataset until the circuit is closed by hand."))
    _describe(add("close", _close, "Let runs of a dataset start again."))


def _describe(parser: argparse.ArgumentParser) -> None:
    _name(parser)
    parser.add_argument("--why", required=True, help="the reason, kept with the change")
    parser.add_argument("--who", default=getpass.getuser(), help="default: your user name")


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", help="the dataset or product")


def _list(_options: argparse.Namespace) -> None:
    show_rows(list_circuits(attach(), contracts_of(None)))


def _show(options: argparse.Namespace) -> None:
    rows = show_circuit(attach(), contracts_of(None), options.dataset)
    if not rows:
        console.print(f"The circuit of {options.dataset} has always been closed.")
        return
    show_rows(rows)


def _open(options: argparse.Namespace) -> None:
    contracts = contracts_of(None)
    row = move_circuit(
        attach(), contracts, options.dataset, "open", who=options.who, why=options.why
    )
    show_rows([row])


def _close(options: argparse.Namespace) -> None:
    contracts = contracts_of(None)
    row = move_circuit(
        attach(), contracts, options.dataset, "closed", who=options.who, why=options.why
    )
    show_rows([row])
    console.print("What waits is taken by the next arrival, schedule or sweep.")
