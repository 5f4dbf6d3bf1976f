"""What changes in the states of state machines."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from strata.review.points import Point, Topic, Weight
from strata.review.resources import Resources, title
from strata.review.values import changed_places, difference

MACHINE: Final = "AWS::StepFunctions::StateMachine"
_INSIDE: Final = ("Branches", "ItemProcessor", "Iterator")
_SAFETY: Final = {
    "Catch": "WITHOUT A CATCH",
    "Retry": "WITHOUT A RETRY",
    "TimeoutSeconds": "WITHOUT A TIMEOUT",
}
"""What a state loses when the field goes."""
States = dict[str, Mapping[str, Any]]


def machines(old: Resources, new: Resources) -> Iterator[Point]:
    """Tell which states come, go and change in the state machines that stay."""
    for name in sorted(set(old) & set(new)):
        if new[name]["Type"] != MACHINE or old[name]["Type"] != MACHINE:
            continue
        before, after = definition(old[name]), definition(new[name])
        if before is not None and after is not None:
            yield from _definition(title(name, new[name]), before, after)


def definition(resource: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give the definition of a state machine in a normalised template; None if it is not JSON."""
    text = resource.get("Properties", {}).get("DefinitionString")
    content = text.get("json") if isinstance(text, dict) else None
    return content if isinstance(content, dict) else None


def _definition(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Point]:
    before, after = dict(states_of(old)), dict(states_of(new))
    for state in sorted(set(before) - set(after)):
        text = f"{what}: the state {state} ({before[state].get('Type')}) is removed"
        yield Point(Topic.MACHINE, text, Weight.CARE)
    for state in sorted(set(after) - set(before)):
        kind = after[state].get("Type")
        lacking = [
            word
            for field, word in _SAFETY.items()
            if kind == "Task" and field not in after[state] and field + "Path" not in after[state]
        ]
        yield Point(
            Topic.MACHINE,
            f"{what}: the state {state} ({kind}) is added"
            + (f", {' AND '.join(lacking)}" if lacking else ""),
            Weight.CARE,
        )
    for state in sorted(set(before) & set(after)):
        yield from _state(f"{what}: {state}", _own(before[state]), _own(after[state]))
    for place, was, now in changed_places(_own(old), _own(new)):
        text = f"{what}: its {'.'.join(place)} {difference(was, now)}"
        yield Point(Topic.MACHINE, text, Weight.CARE)


def states_of(definition: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Give every state, those of branches and maps too, by the names of what it is in."""
    for name, state in definition.get("States", {}).items():
        path = f"{above}{name}"
        yield path, state
        for key in _INSIDE:
            inner = state.get(key, [])
            for one in inner if isinstance(inner, list) else [inner]:
                yield from states_of(one, f"{path} / ")


def _own(state: Mapping[str, Any]) -> dict[str, Any]:
    """Give a state without the states inside it, which are told by themselves."""
    own = {key: value for key, value in state.items() if key not in ("States", *_INSIDE)}
    for key in _INSIDE:
        inner = state.get(key)
        if isinstance(inner, dict):
            own[key] = _own(inner)
        elif isinstance(inner, list):
            own[key] = [_own(one) for one in inner]
    return own


def _state(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Point]:
    for key, word in _SAFETY.items():
        if key in old and key not in new:
            yield Point(Topic.MACHINE, f"{what} is {word} now", Weight.CARE)
    for place, was, now in changed_places(old, new):
        if place[0] in _SAFETY and place[0] not in new:
            continue
        text = f"{what}: {'.'.join(place)} {difference(was, now)}"
        weight = Weight.CARE if place[0] in _SAFETY else Weight.NOTE
        yield Point(Topic.MACHINE, text, weight)
