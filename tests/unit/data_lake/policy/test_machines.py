"""No state waits for ever, and no error goes uncaught."""

import json
from typing import Any

import pytest

from data_lake.policy.machines import CATCHES, TIMEOUTS
from tests.unit.data_lake.policy.conftest import Faults

MACHINE = "AWS::StepFunctions::StateMachine"
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Told"}]
TASK = {"Type": "Task", "Resource": "arn:x", "TimeoutSeconds": 60, "Catch": CATCH}
BARE = {"Type": "Task", "Resource": "arn:x"}


def machine(timeout: int | None = 60, **states: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give a state machine whose definition is joined from a reference, as real ones are."""
    definition: dict[str, Any] = {"StartAt": "First", "States": states}
    if timeout:
        definition["TimeoutSeconds"] = timeout
    before, after = json.dumps(definition | {"Comment": "of HERE"}).split("HERE")
    return MACHINE, {"DefinitionString": {"Fn::Join": ["", [before, {"Ref": "Lake"}, after]]}}


def around(kind: str, inner: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Give a Map or a Parallel around one state."""
    scope = {"StartAt": "Inner", "States": {"Inner": inner}}
    where = {"Branches": [scope]} if kind == "Parallel" else {"ItemProcessor": scope}
    return {"Type": kind, **where, **given}


def test_a_machine_whose_tasks_give_up_and_are_caught_is_right(faults: Faults) -> None:
    given = machine(First=TASK, Told={"Type": "Succeed"})
    assert faults(TIMEOUTS, One=given) == faults(CATCHES, One=given) == []


def test_a_task_without_a_timeout_is_found_by_its_name(faults: Faults) -> None:
    assert faults(TIMEOUTS, One=machine(First=BARE)) == ["One: Strata-SFN1[First]"]


@pytest.mark.parametrize("kind", ["Map", "Parallel"])
def test_a_task_without_a_timeout_is_found_inside_others(faults: Faults, kind: str) -> None:
    nested = around("Map", around(kind, BARE))
    assert faults(TIMEOUTS, One=machine(First=nested)) == ["One: Strata-SFN1[Inner]"]


def test_a_machine_without_a_timeout_is_found(faults: Faults) -> None:
    assert faults(TIMEOUTS, One=machine(None, First=TASK)) == ["One: Strata-SFN1[machine]"]


@pytest.mark.parametrize("kind", ["Map", "Parallel"])
def test_what_stands_in_a_state_that_catches_is_caught(faults: Faults, kind: str) -> None:
    assert faults(CATCHES, One=machine(First=around(kind, BARE, Catch=CATCH))) == []
    assert faults(CATCHES, One=machine(First=around(kind, BARE))) == [
        "One: Strata-SFN2[First]",
        "One: Strata-SFN2[Inner]",
    ]


def test_a_catch_of_some_errors_is_not_enough(faults: Faults) -> None:
    some = TASK | {"Catch": [{"ErrorEquals": ["Known"], "Next": "Told"}]}
    assert faults(CATCHES, One=machine(First=some)) == ["One: Strata-SFN2[First]"]


def test_a_definition_that_is_not_in_the_template_cannot_be_judged(faults: Faults) -> None:
    elsewhere = (MACHINE, {"DefinitionS3Location": {"Bucket": "b", "Key": "k"}})
    assert faults(TIMEOUTS, One=elsewhere) == ["One: Strata-SFN1"]
    assert faults(CATCHES, One=elsewhere) == ["One: Strata-SFN2"]


def test_a_definition_with_a_reference_for_a_number_cannot_be_judged(faults: Faults) -> None:
    parts = ['{"StartAt":"A","TimeoutSeconds":', {"Ref": "Seconds"}, ',"States":{}}']
    given = {"DefinitionString": {"Fn::Join": ["", parts]}}
    assert faults(TIMEOUTS, One=(MACHINE, given)) == ["One: Strata-SFN1"]


def test_a_definition_may_be_given_as_an_object(faults: Faults) -> None:
    given = {"Definition": {"TimeoutSeconds": 9, "StartAt": "First", "States": {"First": BARE}}}
    assert faults(TIMEOUTS, One=(MACHINE, given)) == ["One: Strata-SFN1[First]"]
