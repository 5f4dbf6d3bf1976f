"""Findings of the AwsSolutions rules that are accepted, one by one, beside what causes them."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, *, reason: str) -> None:
    """Accept one finding of cdk-nag on a construct and everything below it.

    Args:
        construct: the nearest construct that owns the resource.
        finding: the rule's id, with the finding in brackets where the rule reports several:
            ``AwsSolutions-IAM5[Resource::*]``.
        reason: why the finding is right for this resource. It is written into the assembly.
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))
