"""Two states of one template, and everything a reviewer is told about the difference."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from strata.review.alarms import ALARMS, alarms
from strata.review.knowledge import Knowledge
from strata.review.machines import MACHINE, definition, machines
from strata.review.permissions import permissions
from strata.review.points import Point, Topic, Weight
from strata.review.protection import TOLD, protected
from strata.review.resources import Resources, added, removed, replaced, title
from strata.review.values import changed_places, difference, short

MOST_RESOURCES: Final = 500
"""The most resources that CloudFormation takes in one template."""
MOST_BYTES: Final = 1_048_576
"""The most bytes that CloudFormation takes in one template."""
MOST_PLACES: Final = 12
"""Of one resource's other properties, so many changes are told one by one."""
_POLICIES: Final = {
    *("AssumeRolePolicyDocument", "KeyPolicy", "ManagedPolicyArns", "PermissionsBoundary"),
    *("Policies", "PolicyDocument", "ResourcePolicy"),
}

Template = Mapping[str, Any]


def compare_templates(
    old: Template, new: Template, knowledge: Knowledge, *, normalised: bool = True
) -> list[Point]:
    """Say what differs between two templates, what matters most first.

    Every difference is told: what no rule has words for is told by its place and both values.

    Args:
        old: a template as `data_lake.testing.normalise` gives it; empty for a new stack.
        new: likewise; empty for a stack that is gone.
        knowledge: what replaces a resource.
        normalised: whether both are in that form; sizes are measured on it.
    """
    if old == new:
        return []
    before: Resources = old.get("Resources", {})
    after: Resources = new.get("Resources", {})
    points = [
        *removed(before, after, knowledge),
        *replaced(before, after, knowledge),
        *protected(before, after, knowledge),
        *permissions(before, after),
        *alarms(before, after),
        *machines(before, after),
        *added(before, after),
        *_rest(before, after),
        *_sections(old, new),
    ]
    if normalised:
        points += _sizes(old, new)
    unique = list(dict.fromkeys(points))
    weights, topics = list(Weight), list(Topic)
    return sorted(unique, key=lambda one: (weights.index(one.weight), topics.index(one.topic)))


def _rest(old: Resources, new: Resources) -> Iterator[Point]:
    """Tell what changed in resources that stay and that no other rule has words for."""
    for name in sorted(set(old) & set(new)):
        before, after = _other_properties(old[name]), _other_properties(new[name])
        found = list(changed_places(before, after))
        what = title(name, new[name])
        for place, was, now in found[:MOST_PLACES]:
            yield Point(Topic.CHANGED, f"{what}: {'.'.join(place)} {difference(was, now)}")
        if len(found) > MOST_PLACES:
            more = len(found) - MOST_PLACES
            yield Point(Topic.CHANGED, f"{what}: and {more} more changes")


def _other_properties(resource: Mapping[str, Any]) -> dict[str, Any]:
    told = _POLICIES | TOLD.get(resource["Type"], set())
    if definition(resource) is not None and resource["Type"] == MACHINE:
        told.add("DefinitionString")
    properties = resource.get("Properties", {})
    if resource["Type"] in ALARMS:
        told |= set(properties) - {"AlarmDescription", "Tags"}
    others = {key: value for key, value in properties.items() if key not in told}
    policies = ("Properties", "Type", "DeletionPolicy", "UpdateReplacePolicy")
    return others | {key: value for key, value in resource.items() if key not in policies}


def _sections(old: Template, new: Template) -> Iterator[Point]:
    """Tell what changed outside the resources."""
    for section in sorted({*old, *new} - {"Resources"}):
        before, after = old.get(section), new.get(section)
        if not isinstance(before, dict | None) or not isinstance(after, dict | None):
            if before != after:
                yield Point(Topic.CHANGED, f"the stack's {section} {difference(before, after)}")
            continue
        for name in sorted({*(before or {}), *(after or {})}):
            was, now = (before or {}).get(name), (after or {}).get(name)
            if was == now:
                continue
            word = section.removesuffix("s").lower()
            text = f"{word} {short(name)} {difference(was, now)}"
            gone = section == "Outputs" and now is None
            if gone:
                text = f"{text}: another stack, or a person, may read it"
            yield Point(Topic.CHANGED, text, Weight.CARE if gone else Weight.NOTE)


def _sizes(old: Template, new: Template) -> Iterator[Point]:
    was, now = len(old.get("Resources", {})), len(new.get("Resources", {}))
    before, after = _bytes(old), _bytes(new)
    if was == now and abs(after - before) < 1000:
        return
    near = now > MOST_RESOURCES * 0.8 or after > MOST_BYTES * 0.8
    if near:
        text = (
            f"NEAR A LIMIT: {now} of {MOST_RESOURCES} resources (were {was}), about "
            f"{after // 1000} of {MOST_BYTES // 1000} kB (were {before // 1000})"
        )
        yield Point(Topic.SIZE, text, Weight.CARE)
    else:
        text = f"resources {now - was:+d}, template {(after - before) / 1000:+.0f} kB"
        yield Point(Topic.SIZE, text)


def _bytes(template: Template) -> int:
    return len(json.dumps(template, separators=(",", ":")).encode()) if template else 0
