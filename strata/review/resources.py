"""Resources that come, go or are made anew, and what is lost with them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from strata.destruction import HOLDS_DATA, KEPT
from strata.review.knowledge import Knowledge, Replacement
from strata.review.points import Point, Topic, Weight
from strata.review.values import changed_places, difference, short

Resources = Mapping[str, Mapping[str, Any]]
_NAMES: Final = (
    *("AlarmName", "BucketName", "DashboardName", "FunctionName", "LogGroupName", "Name"),
    *("QueueName", "RoleName", "StateMachineName", "TableName", "TopicName"),
)


def title(logical_id: str, resource: Mapping[str, Any]) -> str:
    """Name a resource: its kind, its id without the CDK's suffix, and its physical name if any."""
    kind = str(resource.get("Type", "resource"))
    word = HOLDS_DATA.get(kind) or kind.removeprefix("AWS::").replace("::", " ")
    properties = resource.get("Properties", {})
    given = [properties.get(name) for name in _NAMES]
    given += [properties.get(name, {}).get("Name") for name in ("DatabaseInput", "TableInput")]
    known = next((name for name in given if isinstance(name, str)), None)
    return f"{word} {short(logical_id)}" + (f" ({known})" if known else "")


def removed(old: Resources, new: Resources, knowledge: Knowledge) -> Iterator[Point]:
    """Tell of every resource that goes; data that nothing keeps is lost."""
    for name in sorted(set(old) - set(new)):
        resource, what = old[name], title(name, old[name])
        if not knowledge.holds_data(resource["Type"]):
            yield Point(Topic.REMOVED, f"{what} is removed", Weight.CARE)
        elif resource.get("DeletionPolicy") in KEPT:
            text = f"{what} leaves the stack; its deletion policy keeps what it holds"
            yield Point(Topic.REMOVED, text, Weight.CARE)
        else:
            text = f"DATA LOSS: {what} is removed, and no deletion policy keeps what it holds"
            yield Point(Topic.REMOVED, text, Weight.LOSS)


def added(old: Resources, new: Resources) -> Iterator[Point]:
    """Tell of every resource that comes."""
    for name in sorted(set(new) - set(old)):
        yield Point(Topic.ADDED, f"{title(name, new[name])} is added")


def replaced(old: Resources, new: Resources, knowledge: Knowledge) -> Iterator[Point]:
    """Tell of every resource that CloudFormation makes anew, and why.

    A resource that is replaced gets another identity, so what has a reference to it in a property
    that forces replacement is replaced as well.
    """
    reasons: dict[str, tuple[Replacement, str]] = {}
    for name in sorted(set(old) & set(new)):
        if (reason := _reason(old[name], new[name], knowledge)) is not None:
            reasons[name] = reason
    _follow(reasons, old, new, knowledge)
    for name, (how, why) in sorted(reasons.items()):
        what = title(name, old[name])
        text = f"{what} {'is' if how is Replacement.YES else 'may be'} replaced"
        kept = all(one.get("UpdateReplacePolicy") in KEPT for one in (old[name], new[name]))
        if not knowledge.holds_data(old[name]["Type"]):
            yield Point(Topic.REPLACED, f"{text}: {why}", Weight.CARE)
        elif kept:
            text = f"{text}: {why}; the old one is kept outside the stack, the new one is empty"
            yield Point(Topic.REPLACED, text, Weight.CARE)
        else:
            text = f"DATA LOSS: {text}, and nothing keeps what it holds: {why}"
            yield Point(Topic.REPLACED, text, Weight.LOSS)


def _reason(
    old: Mapping[str, Any], new: Mapping[str, Any], knowledge: Knowledge
) -> tuple[Replacement, str] | None:
    if old["Type"] != new["Type"]:
        return Replacement.YES, f"its type was {old['Type']}, is {new['Type']}"
    found = []
    for place, was, now in changed_places(old.get("Properties", {}), new.get("Properties", {})):
        path = tuple(part for part in place if not part.isdigit())
        how = knowledge.replacement(old["Type"], path)
        if how is not Replacement.NO:
            found.append((how, f"its {'.'.join(path)} {difference(was, now)}"))
    return min(found, key=lambda one: one[0] is not Replacement.YES, default=None)


def _follow(
    reasons: dict[str, tuple[Replacement, str]],
    old: Resources,
    new: Resources,
    knowledge: Knowledge,
) -> None:
    waiting = list(reasons)
    while waiting:
        gone = waiting.pop()
        for name in sorted(set(old) & set(new) - set(reasons)):
            for key, value in new[name].get("Properties", {}).items():
                how = knowledge.replacement(new[name]["Type"], (key,))
                if how is not Replacement.NO and _refers(value, gone):
                    text = f"its {key} refers to {short(gone)}, which is replaced"
                    reasons[name] = (min(how, reasons[gone][0], key=_certainty), text)
                    waiting.append(name)
                    break


def _certainty(how: Replacement) -> bool:
    return how is Replacement.YES


def _refers(value: Any, name: str) -> bool:
    text = json.dumps(value)
    return any(
        spelling in text
        for spelling in (
            f'{{"Ref": "{name}"}}',
            f'"Fn::GetAtt": ["{name}"',
            f"${{{name}}}",
            f"${{{name}.",
        )
    )
