"""Tags: whose is it, and who pays."""

from collections.abc import Iterator
from typing import Final

from data_lake.policy.rule import Fault, Rule
from data_lake.policy.templates import Resource, Templates
from data_lake.required_tags import REQUIRED_TAGS, UNTAGGABLE, tags_of


def _untagged(templates: Templates) -> Iterator[Fault]:
    for stack, tags in templates.stack_tags.items():
        itself = Resource(stack, stack, "stack", {"Tags": tags}, path=stack)
        yield from _missing(itself)
    for resource in templates.all():
        if resource.type not in UNTAGGABLE:
            yield from _missing(resource)


def _missing(resource: Resource) -> Iterator[Fault]:
    tags = tags_of(resource.properties)
    for key in REQUIRED_TAGS:
        if not tags.get(key):
            yield Fault(resource, "Tags", f"no value for {key}", key)


TAGS: Final = Rule(
    id="Strata-TAG1",
    demands=f"Every stack and every resource that can be tagged has {', '.join(REQUIRED_TAGS)}",
    because="What lacks a tag has no owner, and its cost is nobody's.",
    looks_at="The stacks themselves, and every resource but the types in `UNTAGGABLE`, which "
    "CloudFormation cannot tag. A type that is used for the first time is looked at.",
    fix="Tags.of(app) for resources, tags= for a stack; a type that CloudFormation cannot tag is "
    "added to UNTAGGABLE",
    find=_untagged,
)
"""Required tags."""
