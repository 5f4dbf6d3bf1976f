"""The figures of docs/security.md, counted in the assemblies of every environment."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from data_lake.acknowledgement import HIPAA, NIST, PCI, SOLUTIONS
from data_lake.policy.expressions import listed
from data_lake.policy.rule import PACK
from strata.policies.findings import Finding, acknowledgements, findings
from strata.review.comparing import MOST_BYTES, MOST_RESOURCES

PACKS: Final = (SOLUTIONS, NIST, HIPAA, PCI, PACK)
"""The plug-ins that have rules, in the order of the page."""

_SHOWN: Final = 4

Assemblies = Mapping[str, Path]


def figures(assemblies: Assemblies) -> str:
    """Give the figures as tables, by environment."""
    found = {name: findings(folder) for name, folder in assemblies.items()}
    return "\n".join(
        (
            _by_pack(assemblies, found),
            _wildcards(assemblies),
            _sizes(assemblies),
            _reasons(assemblies, found),
        )
    )


def _by_pack(assemblies: Assemblies, found: Mapping[str, list[Finding]]) -> str:
    lines = [
        "### Findings\n",
        "Open findings, and those that are accepted with a reason, by pack. An open one fails the "
        "synthesis.\n",
        f"| environment | resources | {' | '.join(PACKS)} | open per resource |",
        f"|---|---|{'---|' * len(PACKS)}---|",
    ]
    for name, folder in assemblies.items():
        resources = sum(len(one) for one in _resources(folder).values())
        cells = []
        for pack in PACKS:
            mine = [one for one in found[name] if one.pack == pack]
            accepted = sum(1 for one in mine if one.reason)
            cells.append(f"{len(mine) - accepted} open, {accepted} accepted")
        still_open = sum(1 for one in found[name] if not one.reason)
        lines.append(
            f"| {name} | {resources} | {' | '.join(cells)} | {still_open / resources:.2f} |"
        )
    return "\n".join((*lines, ""))


def _wildcards(assemblies: Assemblies) -> str:
    lines = [
        "### What roles may do\n",
        "| environment | roles | different actions | actions with `*` | statements on every "
        "resource (`*`) | statements on names with a `*` | inline policies |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, folder in assemblies.items():
        kinds = Counter(
            one["Type"] for resources in _resources(folder).values() for one in resources.values()
        )
        statements = [
            statement
            for resources in _resources(folder).values()
            for one in resources.values()
            if one["Type"] == "AWS::IAM::ManagedPolicy"
            for statement in one["Properties"]["PolicyDocument"]["Statement"]
        ]
        actions = {action for one in statements for action in listed(one["Action"])}
        everything = [one for one in statements if "*" in listed(one["Resource"])]
        named = [
            one
            for one in statements
            if one not in everything and "*" in json.dumps(one["Resource"])
        ]
        lines.append(
            f"| {name} | {kinds['AWS::IAM::Role']} | {len(actions)} | "
            f"{sum('*' in action for action in actions)} | {len(everything)} | {len(named)} | "
            f"{kinds['AWS::IAM::Policy']} |"
        )
    return "\n".join((*lines, ""))


def _sizes(assemblies: Assemblies) -> str:
    lines = [
        "### The largest template\n",
        f"CloudFormation takes {MOST_RESOURCES} resources and {MOST_BYTES:,} bytes; bytes are "
        "rounded here.\n",
        "| environment | stack | resources | share | bytes | share |",
        "|---|---|---|---|---|---|",
    ]
    for name, folder in assemblies.items():
        stack, count = max(
            ((stack, len(one)) for stack, one in _resources(folder).items()),
            key=lambda entry: entry[1],
        )
        size = round((folder / f"{stack}.template.json").stat().st_size, -4)
        lines.append(
            f"| {name} | {stack} | {count} | {count / MOST_RESOURCES:.0%} | {size:,} | "
            f"{size / MOST_BYTES:.0%} |"
        )
    return "\n".join((*lines, ""))


def _reasons(assemblies: Assemblies, found: Mapping[str, list[Finding]]) -> str:
    accepted: dict[str, set[tuple[str, str]]] = {}
    for name, folder in assemblies.items():
        for entry in acknowledgements(folder):
            if any(entry.answers(one) for one in found[name]):
                _, _, rule = entry.rule.partition("::")
                place = (rule.partition("[")[0], entry.path)
                accepted.setdefault(entry.reason, set()).add(place)
    count = sum(len(places) for places in accepted.values())
    lines = [
        "### What is accepted, and why\n",
        f"{count} acknowledgements of a rule on a construct, in all environments together, for "
        f"{len(accepted)} reasons. One that answers no finding in any environment fails a test.\n",
        "| reason | rules | constructs |",
        "|---|---|---|",
    ]
    for reason, places in sorted(accepted.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        rules = ", ".join(sorted({rule for rule, _ in places}))
        lines.append(f"| {reason} | {rules} | {_some({path for _, path in places})} |")
    return "\n".join((*lines, ""))


def _some(paths: Iterable[str]) -> str:
    ordered = sorted(paths)
    shown = ", ".join(f"`{path}`" for path in ordered[:_SHOWN])
    rest = len(ordered) - _SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


def _resources(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        file.name.removesuffix(".template.json"): json.loads(file.read_text())["Resources"]
        for file in sorted(folder.glob("*.template.json"))
    }
