"""What changes in the states of state machines."""

from strata.review.points import Topic, Weight
from tests.unit.strata.review.templates import points, resource

TASK = {
    "Type": "Task",
    "TimeoutSeconds": 60,
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Told"}],
    "Retry": [{"ErrorEquals": ["Throttled"], "MaxAttempts": 3, "BackoffRate": 2}],
    "Next": "End",
}


def machine(**states):
    definition = {"json": {"StartAt": "Stage", "States": states}}
    properties = {"DefinitionString": definition}
    return {"Ingest": resource("AWS::StepFunctions::StateMachine", properties)}


def told(old, new):
    found = points(old, new)
    assert {one.topic for one in found} <= {Topic.MACHINE}
    return found


def test_a_state_that_comes_and_one_that_goes_are_told_by_name():
    found = told(machine(Stage=TASK, Old={"Type": "Pass"}), machine(Stage=TASK, New=TASK))
    assert [one.text for one in found] == [
        "StepFunctions StateMachine Ingest: the state Old (Pass) is removed",
        "StepFunctions StateMachine Ingest: the state New (Task) is added",
    ]


def test_a_new_task_without_a_catch_and_a_timeout_is_told_so():
    bare = {"Type": "Task", "Retry": []}
    (point,) = told(machine(Stage=TASK), machine(Stage=TASK, Bare=bare))
    assert point.text.endswith("is added, WITHOUT A CATCH AND WITHOUT A TIMEOUT")


def test_a_state_that_loses_its_catch_is_told_once():
    without = {key: value for key, value in TASK.items() if key != "Catch"}
    (point,) = told(machine(Stage=TASK), machine(Stage=without))
    assert point.text.endswith("Stage is WITHOUT A CATCH now")
    assert point.weight is Weight.CARE


def test_a_timeout_and_a_retry_are_told_by_their_values():
    changed = TASK | {"TimeoutSeconds": 90, "Retry": [TASK["Retry"][0] | {"MaxAttempts": 9}]}
    found = told(machine(Stage=TASK), machine(Stage=changed))
    assert [one.text.split(": ", 1)[1] for one in found] == [
        "Stage: Retry.0.MaxAttempts was 3, is 9",
        "Stage: TimeoutSeconds was 60, is 90",
    ]


def test_a_state_inside_a_map_in_a_branch_is_found_and_told_once():
    def nested(seconds):
        inner = {"StartAt": "Read", "States": {"Read": TASK | {"TimeoutSeconds": seconds}}}
        each = {"Type": "Map", "ItemProcessor": inner}
        return machine(
            Both={"Type": "Parallel", "Branches": [{"StartAt": "Each", "States": {"Each": each}}]}
        )

    (point,) = told(nested(1), nested(2))
    assert "Both / Each / Read: TimeoutSeconds was 1, is 2" in point.text
