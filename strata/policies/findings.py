"""Findings and acknowledgements, as an assembly tells them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from strata.errors import StrataError

REPORT: Final = "validation-report.json"
_RECORDED: Final = "aws:cdk:acknowledged-rules"


@dataclass(frozen=True, order=True)
class Finding:
    """One rule that one resource does not satisfy.

    Attributes:
        pack: the plug-in that has the rule, such as ``AwsSolutions``.
        rule: the rule's id, with what was found in brackets where it reports several.
        path: the resource's place in the construct tree.
        reason: why that is right. Empty: nobody has said so, and synthesis fails.
        acknowledged_at: the construct beside which the reason stands. Empty: as above.
        description: what the rule says.
    """

    pack: str
    rule: str
    path: str
    reason: str = ""
    acknowledged_at: str = ""
    description: str = ""


@dataclass(frozen=True, order=True)
class Acknowledgement:
    """One rule that is accepted on a construct and everything below it.

    Attributes:
        rule: the rule's id under its pack, ``<pack>::<rule>``.
        path: the construct.
        reason: why.
    """

    rule: str
    path: str
    reason: str

    def answers(self, finding: Finding) -> bool:
        """Say whether this is why a finding is accepted."""
        return (self.rule, self.path) == (
            f"{finding.pack}::{finding.rule}",
            finding.acknowledged_at,
        )


def findings(assembly: Path) -> list[Finding]:
    """Give every finding of every plug-in on an environment, accepted or not.

    Raises `StrataError` for a report that is not one.
    """
    file = assembly / REPORT
    try:
        report = json.loads(file.read_text())
        return sorted(
            Finding(
                plugin["pluginName"],
                violation["ruleName"],
                construct.get("constructPath") or construct.get("resourceLogicalId") or "?",
                violation.get("reason", ""),
                violation.get("acknowledgedAt", ""),
                violation.get("description", ""),
            )
            for plugin in report["pluginReports"]
            for violation in (
                *plugin.get("violations", ()),
                *plugin.get("suppressedViolations", ()),
            )
            for construct in violation["violatingConstructs"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StrataError(f"{file}: must be a validation report of the CDK: {error!r}") from error


def acknowledgements(assembly: Path) -> list[Acknowledgement]:
    """Give every acknowledgement in an environment's stacks, in the order of the rules."""
    return sorted(set(_recorded(assembly)))


def _recorded(assembly: Path) -> Iterator[Acknowledgement]:
    for file in assembly.glob("*.metadata.json"):
        for path, entries in json.loads(file.read_text()).items():
            for entry in entries:
                if entry["type"] == _RECORDED:
                    for rule, reason in entry["data"].items():
                        yield Acknowledgement(rule, path.removeprefix("/"), reason)
