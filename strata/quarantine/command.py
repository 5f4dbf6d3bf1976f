"""The commands below `strata quarantine`."""

import argparse
from pathlib import Path
from typing import Any

from data_lake.contracts import ContractSet
from data_lake.problems import nearest
from strata.command_groups import add_group
from strata.console import console, show_rows
from strata.errors import StrataError
from strata.lakes import contracts_of, find_lake
from strata.options import add_environment
from strata.quarantine.change import Change
from strata.quarantine.dropping import drop
from strata.quarantine.exporting import export
from strata.quarantine.listing import listing, shown_files, shown_rows
from strata.quarantine.replaying import replay
from strata.quarantine.selection import Selection
from strata.quarantine.zone import Quarantine

SHOWN = 20


def add_quarantine_commands(commands: Any) -> None:
    """Add `strata quarantine` with its actions to the commands of a parser."""
    text = "Look at quarantined rows and files, bring them back, or drop them."
    add = add_group(commands, "quarantine", text)
    listed = add("list", _list, "Count what is in quarantine by dataset, run and rule.")
    listed.add_argument("dataset", nargs="?", help="default: every dataset and product")
    add_environment(listed)
    showing = add("show", _show, "Show rows with their reasons, and files with theirs.")
    _add_selection(showing)
    exporting = add("export", _export, "Write rows to a .csv or .jsonl file.")
    exporting.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help="its ending is the format"
    )
    _add_selection(exporting)
    replaying = add("replay", _replay, "Have rows and files arrive again.")
    replaying.add_argument(
        "--with", dest="corrected", type=Path, metavar="FILE", help="an export, edited"
    )
    replaying.add_argument("--reason", default="", help="kept with the record of the replay")
    replaying.add_argument("--all", action="store_true", help="needed without any filter")
    _add_selection(replaying)
    dropping = add("drop", _drop, "Take rows and files out for good, with a record of it.")
    dropping.add_argument("--reason", required=True, help="why nobody needs them")
    dropping.add_argument("--all", action="store_true", help="needed without any filter")
    _add_selection(dropping)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", help="the dataset or product")
    parser.add_argument("--run", help="what one run put there")
    parser.add_argument("--rule", help="what broke one rule")
    parser.add_argument("--file", metavar="KEY", help="what came in one file, by its key or name")
    parser.add_argument("--limit", type=int, help=f"at most so many rows (show: {SHOWN})")
    add_environment(parser)


def _list(options: argparse.Namespace) -> None:
    contracts = contracts_of(options.env)
    names = (
        [_known(options.dataset, contracts)]
        if options.dataset
        else [
            *sorted(contracts.datasets),
            *sorted(contracts.products),
        ]
    )
    lake = find_lake(options.env)
    rows = [line for name in names for line in listing(Quarantine(lake, name))]
    if not rows:
        console.print("Nothing is in quarantine.")
        return
    show_rows(rows)


def _show(options: argparse.Namespace) -> None:
    quarantine = _quarantine(options)
    selection = _selection(options, default=SHOWN)
    rows, files = shown_rows(quarantine, selection), shown_files(quarantine, selection)
    if rows or not files:
        show_rows(rows, title=f"Rows of {options.dataset} (at most {selection.limit})")
    if files:
        show_rows(files, title=f"Files of {options.dataset}")


def _export(options: argparse.Namespace) -> None:
    quarantine = _quarantine(options)
    count = export(_selection(options).rows(quarantine), options.output)
    console.print(f"{count} rows are in {options.output}", markup=False, soft_wrap=True)


def _replay(options: argparse.Namespace) -> None:
    contracts = contracts_of(options.env)
    name = _known(options.dataset, contracts)
    if name in contracts.products:
        raise StrataError(
            f"{name} is a product: mend its inputs or its query, and it is built again"
        )
    filtered = options.corrected is not None or _is_filtered(options)
    _ask_for_all(filtered or options.all)
    change = replay(
        find_lake(options.env),
        contracts.datasets[name],
        _selection(options),
        corrected=options.corrected,
        reason=options.reason,
    )
    _tell(change, "arrive again")


def _drop(options: argparse.Namespace) -> None:
    _ask_for_all(_is_filtered(options) or options.all)
    name = _known(options.dataset, contracts_of(options.env))
    change = drop(find_lake(options.env), name, _selection(options), options.reason)
    _tell(change, "are dropped")


def _tell(change: Change | None, what: str) -> None:
    if change is None:
        console.print("Nothing in quarantine is meant by that.")
        return
    files = f" and {len(change.files)} whole files" if change.files else ""
    console.print(f"{change.rows} rows{files} {what}; the record: change {change.id}", markup=False)
    for one in change.objects:
        console.print(f"  {one.key}", markup=False, soft_wrap=True)


def _ask_for_all(is_meant: bool) -> None:
    if not is_meant:
        raise StrataError(
            "that would be everything; say --all, or narrow it: --run, --rule, --file"
        )


def _is_filtered(options: argparse.Namespace) -> bool:
    return any((options.run, options.rule, options.file, options.limit))


def _selection(options: argparse.Namespace, default: int | None = None) -> Selection:
    if options.limit is not None and options.limit < 1:
        raise StrataError(f"--limit must be at least 1: got {options.limit}")
    return Selection(options.run, options.rule, options.file, options.limit or default)


def _quarantine(options: argparse.Namespace) -> Quarantine:
    return Quarantine(find_lake(options.env), _known(options.dataset, contracts_of(options.env)))


def _known(name: str, contracts: ContractSet) -> str:
    names = [*contracts.datasets, *contracts.products]
    if name not in names:
        near = nearest(name, names)
        hint = f"did you mean {near}? " if near else ""
        raise StrataError(f"no contract is named {name}; {hint}There are: {', '.join(names)}")
    return name
