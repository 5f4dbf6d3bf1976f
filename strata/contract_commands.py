"""The commands below `strata contract`: draft one, compare two states, write pages and exports."""

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from data_lake.contracts import load_contracts
from data_lake.contracts.dqdl import ruleset
from data_lake.problems import nearest
from strata.command_groups import add_group
from strata.comparison.command import diff_contracts
from strata.console import console
from strata.dictionary import write_dictionary
from strata.drafting.command import new_contract
from strata.errors import StrataError
from strata.paths import CONTRACTS, state_folder


def add_contract_commands(commands: Any) -> None:
    """Add `strata contract` with its actions to the commands of a parser."""
    text = "Draft contracts, compare them, and tell what they promise."
    add = add_group(commands, "contract", text)
    _describe_new(add("new", _new, "Draft the contract of a dataset from a sample file."))
    _describe_diff(add("diff", _diff, "Say what a change of contracts does; 1 if it is blocked."))
    _describe_docs(add("docs", _docs, "Write the data dictionary: what every table means."))
    _describe_dqdl(add("dqdl", _dqdl, "Write the rules as DQDL, and say what it cannot express."))


def _describe_dqdl(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", help="a dataset or product")
    parser.add_argument(
        "--contracts", type=Path, default=CONTRACTS, metavar="FOLDER", help="default: contracts/"
    )


def _dqdl(options: argparse.Namespace) -> None:
    contracts = load_contracts(options.contracts)
    known = contracts.all()
    if options.dataset not in known:
        near = nearest(options.dataset, known)
        hint = f"; did you mean {near}?" if near else f"; there are {', '.join(sorted(known))}"
        raise StrataError(f"{options.dataset} has no contract in {options.contracts}{hint}")
    exported = ruleset(known[options.dataset])
    print(exported.text(), end="")
    for one in exported.left_out:
        print(f"not in DQDL: {one.rule}: {one.reason}", file=sys.stderr)


def _describe_docs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--contracts", type=Path, default=CONTRACTS, metavar="FOLDER", help="default: contracts/"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="default: .strata/dictionary.html"
    )


def _docs(options: argparse.Namespace) -> None:
    file = write_dictionary(options.contracts, options.output or state_folder() / "dictionary.html")
    console.print(f"The data dictionary is written: {file}", markup=False, soft_wrap=True)


def _describe_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", help="the name of the dataset and of its table")
    parser.add_argument(
        "--from", dest="sample", type=Path, required=True, metavar="FILE", help="the sample"
    )
    parser.add_argument(
        "--output", type=Path, default=CONTRACTS, metavar="FOLDER", help="default: contracts/"
    )
    parser.add_argument(
        "--clean-copy",
        type=Path,
        metavar="FILE",
        help="also write the sample with column names that tables can have",
    )


def _new(options: argparse.Namespace) -> None:
    made = new_contract(
        options.dataset, options.sample, options.output, clean_copy=options.clean_copy
    )
    file = options.clean_copy or options.sample
    console.print(f"drafted {made}; edit it, then:", markup=False, soft_wrap=True)
    for step in ("validate", "up", f"put {options.dataset} {shlex.quote(str(file))}"):
        console.print(f"  strata {step}", markup=False, soft_wrap=True)


def _describe_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[],
        metavar="PATH",
        help="one file or folder, compared with how it was in git, or the old one and the new one; "
        "default: contracts/",
    )
    parser.add_argument(
        "--against", metavar="REVISION", help="the revision of git to compare with; default: HEAD"
    )
    parser.add_argument(
        "--migrated",
        action="append",
        default=[],
        metavar="DATASET",
        help="the table of this dataset is rebuilt by hand (may be given several times)",
    )
    parser.add_argument("--json", action="store_true", help="for pipelines")


def _diff(options: argparse.Namespace) -> None:
    if len(options.paths) > 2:
        raise StrataError("give one path, or the old one and the new one")
    text, may_go_on = diff_contracts(
        options.paths or [CONTRACTS],
        revision=options.against,
        migrated=options.migrated,
        json_wanted=options.json,
    )
    print(text)
    if not may_go_on:
        raise SystemExit(1)
