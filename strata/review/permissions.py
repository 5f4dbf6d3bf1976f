"""Who may do more than before, and who less."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from strata.review.points import Point, Topic, Weight
from strata.review.resources import Resources, title
from strata.review.statements import ANYONE, ITSELF, Grant, grants, uncovered
from strata.review.values import shown, spelt

DOCUMENTS: Final = ("AssumeRolePolicyDocument", "KeyPolicy", "PolicyDocument", "ResourcePolicy")
_ATTACHED: Final = ("Roles", "Users", "Groups", "Bucket", "Queues", "Topics", "SecretId")
"""The properties that name what a policy is attached to."""
_VERBS: Final = {
    (True, "Allow"): "may now",
    (False, "Allow"): "may no longer",
    (True, "Deny"): "is now denied",
    (False, "Deny"): "is no longer denied",
}
Granted = dict[str, set[Grant]]


def permissions(old: Resources, new: Resources) -> Iterator[Point]:
    """Tell, for each role and each resource with a policy, which grants are new and which gone.

    A grant that a wider one already gave is no change. What goes together with its role or
    resource is not told again.
    """
    before, after = _by_holder(old), _by_holder(new)
    names = {name: title(name, one) for each in (old, new) for name, one in each.items()}
    for holder in sorted({*before, *after}):
        was, now = before.get(holder, set()), after.get(holder, set())
        if holder in old and holder not in new:
            continue
        what = names.get(holder, holder)
        yield from _told(what, uncovered(now, was), more=True)
        yield from _told(what, uncovered(was, now), more=False)
    yield from _managed(old, new)
    yield from _rewritten(old, new)


def _by_holder(resources: Resources) -> Granted:
    found: Granted = defaultdict(set)
    for logical_id, resource in resources.items():
        properties = resource.get("Properties", {})
        which = _grants_of(resource)
        if which:
            for holder in _holders(logical_id, properties, resources):
                found[holder].update(which)
    return found


def _grants_of(resource: Mapping[str, Any]) -> set[Grant]:
    properties = resource.get("Properties", {})
    documents = [properties.get(name) for name in DOCUMENTS]
    documents += [one.get("PolicyDocument") for one in properties.get("Policies", [])]
    if resource["Type"] == "AWS::Lambda::Permission":
        documents.append(_lambda_permission(properties))
    return {grant for document in documents for grant in grants(document)}


def _rewritten(old: Resources, new: Resources) -> Iterator[Point]:
    """Tell of policies that are written differently and grant the same."""
    for name in sorted(set(old) & set(new)):
        was, now = _documents(old[name]), _documents(new[name])
        before, after = _grants_of(old[name]), _grants_of(new[name])
        if was != now and not uncovered(before, after) and not uncovered(after, before):
            text = f"{title(name, new[name])}: its policy is written differently, granting the same"
            yield Point(Topic.CHANGED, text)


def _documents(resource: Mapping[str, Any]) -> dict[str, Any]:
    properties = resource.get("Properties", {})
    return {key: properties.get(key) for key in (*DOCUMENTS, "Policies")}


def _holders(logical_id: str, properties: Mapping[str, Any], resources: Resources) -> list[str]:
    names: list[str] = []
    for key in _ATTACHED:
        values = properties.get(key, [])
        for value in values if isinstance(values, list) else [values]:
            target = value.get("Ref") if isinstance(value, dict) else None
            names.append(str(target) if target in resources else spelt(value))
    return names or [logical_id]


def _lambda_permission(properties: Mapping[str, Any]) -> dict[str, Any]:
    conditions = {
        name: properties[name]
        for name in ("SourceArn", "SourceAccount", "PrincipalOrgID")
        if name in properties
    }
    return {
        "Statement": [
            {
                "Principal": {"AWS": properties.get("Principal")},
                "Action": properties.get("Action"),
                "Resource": properties.get("FunctionName"),
                "Condition": conditions,
            }
        ]
    }


def _told(holder: str, which: list[Grant], *, more: bool) -> Iterator[Point]:
    alike: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for one in which:
        key = (one.effect, one.principal, one.condition)
        alike.setdefault(key, defaultdict(list))[one.resource].append(one.action)
    for (effect, principal, condition), by_resource in alike.items():
        who = holder if principal == ITSELF else f"{holder}: {principal}"
        when = f", if {shown(json.loads(condition))}" if condition else ""
        # Resources with the same actions are one sentence.
        together: dict[str, list[str]] = defaultdict(list)
        for resource, actions in by_resource.items():
            together[", ".join(sorted(actions))].append(resource)
        for actions_text, places in together.items():
            named = [shown(place) for place in places if place]
            where = f" on {'; '.join(named)}" if named else ""
            unknown = f"{'now has' if more else 'has no longer'} the effect {effect} for"
            verb = _VERBS.get((more, effect), unknown)
            sentence = f"{who} {verb} {actions_text}{where}{when}"
            widened = more is (effect == "Allow")
            marks = _marks(principal, actions_text, places) if more and effect == "Allow" else ""
            yield Point(
                Topic.WIDENED if widened else Topic.NARROWED,
                marks + sentence,
                Weight.CARE if widened else Weight.NOTE,
            )


def _marks(principal: str, actions: str, places: list[str]) -> str:
    marks = ["ANYONE"] * (principal == ANYONE)
    marks += ["WILDCARD"] * ("*" in actions or "*" in places)
    return f"{', '.join(marks)}: " if marks else ""


def _managed(old: Resources, new: Resources) -> Iterator[Point]:
    for name, resource in sorted(new.items()):
        now = {spelt(one) for one in resource.get("Properties", {}).get("ManagedPolicyArns", [])}
        earlier = old.get(name, {}).get("Properties", {}).get("ManagedPolicyArns", [])
        was = {spelt(one) for one in earlier}
        for arn in sorted(now - was):
            text = f"{title(name, resource)} has the managed policy {arn} now"
            yield Point(Topic.WIDENED, text, Weight.CARE)
        for arn in sorted(was - now):
            text = f"{title(name, resource)} has the managed policy {arn} no longer"
            yield Point(Topic.NARROWED, text)
        yield from _boundary(name, old.get(name), resource)


def _boundary(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Iterator[Point]:
    was = (old or {}).get("Properties", {}).get("PermissionsBoundary")
    now = new.get("Properties", {}).get("PermissionsBoundary")
    if old is None or was == now:
        return
    if now is None:
        text = f"{title(name, new)}: NO PERMISSIONS BOUNDARY any more (was {shown(was)})"
        yield Point(Topic.WIDENED, text, Weight.CARE)
        return
    text = f"{title(name, new)}: the permissions boundary is {shown(now)} now"
    if was is None:
        yield Point(Topic.NARROWED, text)
    else:
        # What another one allows is written elsewhere.
        yield Point(Topic.WIDENED, f"{text} (was {shown(was)})", Weight.CARE)
