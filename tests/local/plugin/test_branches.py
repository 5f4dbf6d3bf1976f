"""Variables, outputs and history of Parallel and Map, on the live emulator."""

import json
from collections.abc import Callable
from typing import Any

Client = Callable[[str], Any]
Execute = Callable[..., dict[str, Any]]


def passing(**fields: Any) -> dict[str, Any]:
    """Give a Pass state."""
    return {"Type": "Pass"} | fields


def test_a_parallel_assigns_and_outputs_what_it_says(execute: Execute) -> None:
    branch = {"StartAt": "One", "States": {"One": passing(Output={"ok": False}, End=True)}}
    ended = execute(
        {
            "StartAt": "Both",
            "States": {
                "Both": {
                    "Type": "Parallel",
                    "Branches": [branch, branch],
                    "Assign": {"outcomes": "{% $states.result.ok %}"},
                    "Output": {"kept": "{% $states.input.kept %}"},
                    "Next": "Tell",
                },
                "Tell": passing(
                    Output={"outcomes": "{% $outcomes %}", "kept": "{% $states.input.kept %}"},
                    End=True,
                ),
            },
        },
        {"kept": "yes"},
    )
    assert json.loads(ended["output"]) == {"outcomes": [False, False], "kept": "yes"}


def test_a_branch_sees_its_parents_variables_and_keeps_its_own(execute: Execute) -> None:
    branch = {
        "StartAt": "Change",
        "States": {
            "Change": passing(Assign={"word": "{% $word & '!' %}"}, Next="Tell"),
            "Tell": passing(Output="{% $word %}", End=True),
        },
    }
    ended = execute(
        {
            "StartAt": "Set",
            "States": {
                "Set": passing(Assign={"word": "outer"}, Next="Both"),
                "Both": {"Type": "Parallel", "Branches": [branch, branch], "Next": "After"},
                "After": passing(
                    Output={"branches": "{% $states.input %}", "outer": "{% $word %}"}, End=True
                ),
            },
        }
    )
    assert json.loads(ended["output"]) == {"branches": ["outer!", "outer!"], "outer": "outer"}


def test_items_of_a_map_do_not_overwrite_each_others_variables(execute: Execute) -> None:
    ended = execute(
        {
            "StartAt": "Each",
            "States": {
                "Each": {
                    "Type": "Map",
                    "Items": "{% [1..8] %}",
                    "ItemProcessor": {
                        "StartAt": "Set",
                        "States": {
                            "Set": passing(Assign={"mine": "{% $states.input %}"}, Next="Wait"),
                            "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Tell"},
                            "Tell": passing(Output="{% $mine %}", End=True),
                        },
                    },
                    "End": True,
                }
            },
        }
    )
    assert json.loads(ended["output"]) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_the_states_of_a_branch_are_in_the_history(client: Client, execute: Execute) -> None:
    branch = {"StartAt": "Inner", "States": {"Inner": passing(End=True)}}
    ended = execute(
        {
            "StartAt": "Outer",
            "States": {"Outer": {"Type": "Parallel", "Branches": [branch], "End": True}},
        }
    )
    history = client("stepfunctions").get_execution_history(executionArn=ended["executionArn"])
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in history["events"]
        if "stateEnteredEventDetails" in event
    ]
    assert entered == ["Outer", "Inner"]
