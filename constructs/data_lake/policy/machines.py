"""State machines: nothing waits for ever, and no error ends a run unseen."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from data_lake.policy.expressions import flat, listed
from data_lake.policy.rule import Fault, Rule
from data_lake.policy.templates import Resource, Templates

_MACHINE: Final = "AWS::StepFunctions::StateMachine"
_CAN_FAIL: Final = frozenset({"Map", "Parallel", "Task"})

Definition = Mapping[str, Any]


def definitions(templates: Templates) -> Iterator[tuple[Resource, Definition]]:
    """Give every state machine with its definition; references stand as ``<LogicalId>``."""
    for machine in templates.of(_MACHINE):
        given = machine.get("DefinitionString") or machine.get("Definition")
        definition = None if given is None else _parsed(given)
        if definition is not None:
            yield machine, definition


def _parsed(given: Any) -> Definition | None:
    if isinstance(given, Mapping) and "States" in given:
        return given
    try:
        definition: Definition = json.loads(flat(given))
    except ValueError:
        # A reference that stands for a number, or a place in a bucket.
        return None
    return definition


def _scopes(state: Definition) -> list[Definition]:
    inner = state.get("ItemProcessor") or state.get("Iterator")
    return [inner] if inner else listed(state.get("Branches"))


def states_of(definition: Definition) -> Iterator[tuple[str, Definition]]:
    """Give every state with its name, those inside branches and items too."""
    for name, state in definition["States"].items():
        yield name, state
        for inner in _scopes(state):
            yield from states_of(inner)


def _unreadable(templates: Templates) -> Iterator[Fault]:
    read = {machine.name for machine, _ in definitions(templates)}
    for machine in templates.of(_MACHINE):
        if machine.name not in read:
            found = "what the rule cannot read: a definition elsewhere, or a reference for a number"
            yield Fault(machine, "DefinitionString", found)


def _without_timeout(templates: Templates) -> Iterator[Fault]:
    yield from _unreadable(templates)
    for machine, definition in definitions(templates):
        if not definition.get("TimeoutSeconds"):
            yield Fault(machine, "DefinitionString.TimeoutSeconds", "nothing", "machine")
        for name, state in states_of(definition):
            limits = (state.get("TimeoutSeconds"), state.get("TimeoutSecondsPath"))
            if state["Type"] == "Task" and not any(limits):
                where = f"DefinitionString.States.{name}.TimeoutSeconds"
                yield Fault(machine, where, "nothing", name)


def _without_catch(templates: Templates) -> Iterator[Fault]:
    yield from _unreadable(templates)
    for machine, definition in definitions(templates):
        for name in _uncaught(definition):
            where = f"DefinitionString.States.{name}.Catch"
            yield Fault(machine, where, "nothing for States.ALL, nor around it", name)


def _uncaught(definition: Definition) -> Iterator[str]:
    for name, state in definition["States"].items():
        catches = any("States.ALL" in one["ErrorEquals"] for one in listed(state.get("Catch")))
        if catches:
            continue
        if state["Type"] in _CAN_FAIL:
            yield name
        for inner in _scopes(state):
            yield from _uncaught(inner)


TIMEOUTS: Final = Rule(
    id="Strata-SFN1",
    demands="Every state machine and every task in it gives up in time",
    because="A task without a limit may wait for a year, and its run with it.",
    looks_at="The definitions in the templates: the machine itself, and every Task, those in "
    "branches and items too. A definition that is not in the template cannot be read, which is a "
    "finding.",
    fix="TimeoutSeconds at the machine and at each Task, those inside Map and Parallel too",
    find=_without_timeout,
)
"""A timeout on every task."""

CATCHES: Final = Rule(
    id="Strata-SFN2",
    demands="Every error of a Task, Map or Parallel is caught by it or by what it stands in",
    because="An error that nothing catches ends the run without closing it or telling anybody.",
    looks_at="Every Task, Map and Parallel. What stands inside a Map or Parallel that catches "
    "`States.ALL` is caught there.",
    fix="A Catch of States.ALL at the state, or at the Map or Parallel around it",
    find=_without_catch,
)
"""A catch on every state that can fail."""
