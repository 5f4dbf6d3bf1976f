"""The one comment below a pull request: checks, templates, contracts, policy and cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from strata.review.policy import Findings, in_a_row
from strata.review.report import Told
from strata.review.wording import as_markdown, counted

MARK: Final = "<!-- strata review -->"
"""The first line, by which the comment is found again and written anew in its place."""
MOST_CONTRACTS: Final = 8_000
"""So many characters of the contracts' difference are shown."""
MOST: Final = 65_000
"""So many characters are written; a comment of GitHub holds 65,536."""


@dataclass(frozen=True)
class Parts:
    """What the comment is made of.

    Attributes:
        base: the revision that was compared with.
        told: what changed in the templates.
        contracts: the difference of the contracts in words.
        findings: the policy checks by environment.
        check: the outcome of the checks, such as `success`; empty where it is not known.
        cost: the cost difference as Markdown; empty where nobody calculated it.
    """

    base: str
    told: Sequence[Told]
    contracts: str
    findings: Sequence[Findings]
    check: str = ""
    cost: str = ""


def comment(parts: Parts) -> str:
    """Give the comment as Markdown: a table that answers at a glance, then the details."""
    rows = [
        ("checks", _check(parts.check)),
        ("templates", counted(parts.told)),
        ("contracts", parts.contracts.strip().splitlines()[-1]),
        ("policy", in_a_row(parts.findings)),
        ("cost", "see below" if parts.cost else "not calculated"),
    ]
    lines = [MARK, f"## What this change does, compared with `{parts.base}`", "", "| | |", "|-|-|"]
    lines += [f"| **{name}** | {text} |" for name, text in rows]
    if parts.told:
        lines += ["", "## Templates", "", as_markdown(parts.told)]
    if len(parts.contracts.strip().splitlines()) > 1:
        lines += ["", "## Contracts", "", *_fenced(parts.contracts)]
    for one in parts.findings:
        if one.open:
            lines += ["", f"## Policy: {one.environment}", "", *_fenced("\n".join(one.open))]
    if parts.cost:
        lines += ["", "## Cost", "", parts.cost.strip()]
    text = "\n".join(lines) + "\n"
    return text if len(text) <= MOST else f"{text[:MOST]}\n\n**The rest is left out here.**\n"


def _check(outcome: str) -> str:
    known = {"success": "passed", "failure": "FAILED", "cancelled": "cancelled"}
    return known.get(outcome, outcome or "not run here")


def _fenced(text: str) -> list[str]:
    shown = text.strip()
    if len(shown) > MOST_CONTRACTS:
        shown = shown[:MOST_CONTRACTS] + "\n… the rest is left out here"
    return ["~~~text", shown.replace("~~~", "~ ~ ~"), "~~~"]
