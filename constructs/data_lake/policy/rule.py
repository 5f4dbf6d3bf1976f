"""What a rule is, and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from data_lake.policy.templates import Resource, Templates

PACK: Final = "Strata"
"""The name of the plug-in, which begins the ids of its rules."""

PAGE: Final = "docs/policy.md"
"""The page that explains each rule, under its id."""


@dataclass(frozen=True)
class Fault:
    """One place where a rule is not satisfied.

    Attributes:
        resource: the resource; a stack itself where only ``stack`` of it is given.
        where: the property.
        value: what stands there, in words where it is nothing.
        finding: what tells this fault from others of the same rule on the same resource; the
            part in brackets of the id. Default: the rule reports one fault per resource.
    """

    resource: Resource
    where: str
    value: str
    finding: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        id: such as ``Strata-LOG1``.
        demands: what must be so, in one sentence.
        because: what happens otherwise.
        looks_at: where it looks, and where it does not, for the page.
        fix: what to do.
        find: gives the places where it is not so.
    """

    id: str
    demands: str
    because: str
    looks_at: str
    fix: str
    find: Callable[[Templates], Iterator[Fault]]

    @property
    def link(self) -> str:
        """The rule's place in the documentation."""
        return f"{PAGE}#{self.id.lower()}"

    def name_of(self, fault: Fault) -> str:
        """Give the id by which a fault is reported and can be acknowledged."""
        return f"{self.id}[{fault.finding}]" if fault.finding else self.id

    def tell(self, fault: Fault) -> str:
        """Say a fault in one line: the demand, the resource, the property and the value."""
        resource = fault.resource
        return (
            f"{self.demands}: {resource.path or resource.name} ({resource.type}) has "
            f"{fault.where} = {fault.value}. {self.because} See {self.link}"
        )
