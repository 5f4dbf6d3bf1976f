"""Findings of policy rules that are accepted, one by one, beside what causes them."""

from typing import Final

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

SOLUTIONS: Final = "AwsSolutions"
"""The name of cdk-nag's own pack; as those of the others, it begins the ids of its rules."""

NIST: Final = "NIST.800.53.R5"
"""The name of the pack for NIST 800-53, revision 5."""

HIPAA: Final = "HIPAA.Security"
"""The name of the pack for HIPAA's security rule."""

PCI: Final = "PCI.DSS.321"
"""The name of the pack for PCI DSS 3.2.1."""


def acknowledge(construct: IConstruct, *findings: str, reason: str) -> None:
    """Accept findings of policy rules on a construct and everything below it.

    The id is recorded under the name of the pack that has the rule. Only so does the finding stay
    in the report, as suppressed and with its reason: a bare id would hide it.

    Args:
        construct: the nearest construct that owns the resource; not a stack, not the app.
        findings: ids of rules, each with the finding in brackets where the rule reports several:
            ``AwsSolutions-IAM5[Resource::*]``. ``across`` gives one rule's id in several packs.
        reason: why the findings are right for this resource. It is written into the report.
    """
    Validations.of(construct).acknowledge(
        *(Acknowledgment(id=qualified(finding), reason=reason) for finding in findings)
    )


def across(rule: str, *packs: str) -> tuple[str, ...]:
    """Give the ids that one rule has in several packs: ``across("LambdaDLQ", NIST, HIPAA)``."""
    return tuple(f"{pack}-{rule}" for pack in packs)


def qualified(finding: str) -> str:
    """Give a finding's id under the name of its pack: ``<pack>::<pack>-<rule>[<finding>]``."""
    pack, _, _ = finding.partition("-")
    return f"{pack}::{finding}"
