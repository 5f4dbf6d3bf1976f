"""`strata review`."""

import argparse
import json
from pathlib import Path
from typing import Any, Final

from config.loading import available_environments
from strata.command_groups import add_command
from strata.comparison.command import diff_contracts
from strata.comparison.sources import common_ancestor
from strata.console import console
from strata.errors import StrataError
from strata.paths import CONTRACTS, ROOT
from strata.review.comment import Parts, comment
from strata.review.policy import read_findings
from strata.review.report import Told, review
from strata.review.wording import as_json, as_markdown, as_text

FORMATS: Final = ("text", "markdown", "json", "comment")


def add_review_command(commands: Any) -> None:
    """Add `strata review` to the commands of a parser."""
    text = "Say in words what a change does to the templates of every environment."
    parser = add_command(commands, "review", _review, text)
    parser.add_argument(
        "--against",
        default="HEAD",
        metavar="REVISION",
        help="compare with where the branch left this revision of git; default: HEAD",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="comment is what stands below a pull request, with contracts and policy",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to a file")
    parser.add_argument("--check", default="", help="for the comment: the outcome of the checks")
    parser.add_argument(
        "--cost", type=Path, metavar="FILE", help="for the comment: a cost difference in Markdown"
    )


def _review(options: argparse.Namespace) -> None:
    told = review(options.against)
    text = _text(options, told)
    if options.output is None:
        print(text)
        return
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text + "\n" * (not text.endswith("\n")), encoding="utf-8")
    console.print(f"The review is written: {options.output}", markup=False, soft_wrap=True)


def _text(options: argparse.Namespace, told: list[Told]) -> str:
    if options.format == "json":
        return json.dumps(as_json(told), indent=2, ensure_ascii=False)
    if options.format == "markdown":
        return as_markdown(told)
    if options.format == "text":
        return as_text(told)
    ancestor = common_ancestor(ROOT, options.against)
    contracts, _ = diff_contracts([CONTRACTS], revision=ancestor)
    return comment(
        Parts(
            base=options.against,
            told=told,
            contracts=contracts,
            findings=read_findings(ROOT / "cdk.out", available_environments()),
            check=options.check,
            cost=_cost(options.cost),
        )
    )


def _cost(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise StrataError(f"--cost {file}: cannot be read: {error}") from error
