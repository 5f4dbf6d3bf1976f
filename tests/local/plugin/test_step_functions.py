"""Every feature of the Amazon States Language that the state machines use, on the live emulator."""

import json
import uuid
from collections.abc import Callable
from typing import Any

Execute = Callable[..., dict[str, Any]]
Make = Callable[[str], str]

RAISING = """
class SourceChanged(Exception):
    pass

def handle(event, context):
    raise SourceChanged("the version moved")
"""
FLAKY = """
import pathlib, tempfile

class Transient(Exception):
    pass

def handle(event, context):
    counter = pathlib.Path(tempfile.gettempdir()) / event["counter"]
    calls = int(counter.read_text()) + 1 if counter.exists() else 1
    counter.write_text(str(calls))
    if calls < 3:
        raise Transient(f"call {calls}")
    counter.unlink()
    return {"calls": calls}
"""


def invoke(arn: str, **rest: Any) -> dict[str, Any]:
    """Give a task state that calls a function with the state's input."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": arn, "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "End": True,
    } | rest


def test_a_handlers_exception_reaches_the_catcher_under_its_own_class_name(
    execute: Execute, function: Make
) -> None:
    call = invoke(
        function(RAISING),
        Catch=[
            {
                "ErrorEquals": ["SourceChanged"],
                "Next": "Caught",
                "Output": "{% $states.errorOutput %}",
            }
        ],
    )
    ended = execute({"StartAt": "Call", "States": {"Call": call, "Caught": {"Type": "Succeed"}}})
    assert ended["status"] == "SUCCEEDED"
    output = json.loads(ended["output"])
    assert output["Error"] == "SourceChanged"
    assert json.loads(output["Cause"])["errorMessage"] == "the version moved"


def test_an_exception_that_no_catcher_names_fails_the_execution_with_its_class(
    execute: Execute, function: Make
) -> None:
    call = invoke(function(RAISING), Catch=[{"ErrorEquals": ["SomethingElse"], "Next": "Caught"}])
    ended = execute({"StartAt": "Call", "States": {"Call": call, "Caught": {"Type": "Succeed"}}})
    assert (ended["status"], ended["error"]) == ("FAILED", "SourceChanged")


def test_a_retrier_repeats_the_errors_it_names_until_the_call_succeeds(
    execute: Execute, function: Make
) -> None:
    call = invoke(
        function(FLAKY),
        Retry=[
            {
                "ErrorEquals": ["Transient"],
                "IntervalSeconds": 1,
                "MaxAttempts": 3,
                "BackoffRate": 2,
                "JitterStrategy": "FULL",
                "MaxDelaySeconds": 5,
            }
        ],
    )
    counter = {"counter": uuid.uuid4().hex}
    ended = execute({"StartAt": "Call", "States": {"Call": call}}, counter)
    assert json.loads(ended["output"]) == {"calls": 3}


def test_assigned_variables_outlive_the_state_that_set_them(execute: Execute) -> None:
    ended = execute(
        {
            "StartAt": "Remember",
            "States": {
                "Remember": {
                    "Type": "Pass",
                    "Assign": {"run": "{% $states.context.Execution.Name %}"},
                    "Output": {},
                    "Next": "Tell",
                },
                "Tell": {"Type": "Pass", "Output": {"run": "{% $run %}"}, "End": True},
            },
        }
    )
    assert json.loads(ended["output"]) == {"run": ended["name"]}


def test_a_path_that_leads_nowhere_fails_instead_of_passing_null(execute: Execute) -> None:
    ended = execute(
        {
            "StartAt": "Read",
            "States": {
                "Read": {"Type": "Pass", "Output": "{% $states.input.absent %}", "End": True}
            },
        }
    )
    assert (ended["status"], ended["error"]) == ("FAILED", "States.QueryEvaluationError")


def test_a_map_runs_its_branch_for_each_item_and_keeps_the_order(execute: Execute) -> None:
    ended = execute(
        {
            "StartAt": "Each",
            "States": {
                "Each": {
                    "Type": "Map",
                    "Items": "{% $states.input.batches %}",
                    "ItemSelector": {"batch": "{% $states.context.Map.Item.Value %}"},
                    "MaxConcurrency": 2,
                    "ItemProcessor": {
                        "ProcessorConfig": {"Mode": "INLINE"},
                        "StartAt": "One",
                        "States": {
                            "One": {
                                "Type": "Pass",
                                "Output": "{% $states.input.batch & '!' %}",
                                "End": True,
                            }
                        },
                    },
                    "End": True,
                }
            },
        },
        {"batches": ["a", "b", "c"]},
    )
    assert json.loads(ended["output"]) == ["a!", "b!", "c!"]


def test_parallel_branches_catch_for_themselves_and_a_choice_decides_after_the_join(
    execute: Execute, function: Make
) -> None:
    failing = invoke(
        function(RAISING),
        Catch=[
            {
                "ErrorEquals": ["States.ALL"],
                "Next": "Kept",
                "Output": {"failed": True, "error": "{% $states.errorOutput.Error %}"},
            }
        ],
    )
    ended = execute(
        {
            "StartAt": "Both",
            "States": {
                "Both": {
                    "Type": "Parallel",
                    "Branches": [
                        {
                            "StartAt": "Bad",
                            "States": {"Bad": failing, "Kept": {"Type": "Pass", "End": True}},
                        },
                        {
                            "StartAt": "Good",
                            "States": {
                                "Good": {"Type": "Pass", "Output": {"failed": False}, "End": True}
                            },
                        },
                    ],
                    "Next": "Decide",
                },
                "Decide": {
                    "Type": "Choice",
                    "Choices": [
                        {
                            "Condition": "{% $count($states.input[failed = true]) > 0 %}",
                            "Next": "Failed",
                        }
                    ],
                    "Default": "Fine",
                },
                "Fine": {"Type": "Succeed"},
                "Failed": {"Type": "Fail", "Error": "{% $states.input[0].error %}", "Cause": "c"},
            },
        }
    )
    assert (ended["status"], ended["error"]) == ("FAILED", "SourceChanged")


def test_an_integration_that_the_emulator_lacks_fails_the_execution(execute: Execute) -> None:
    ended = execute(
        {
            "StartAt": "Unknown",
            "States": {
                "Unknown": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::emr-serverless:startJobRun.sync",
                    "Arguments": {},
                    "End": True,
                }
            },
        }
    )
    assert ended["status"] == "FAILED"


def test_an_error_is_searched_by_a_pattern_and_a_text_is_cut(execute: Execute) -> None:
    found = "{% $contains($string($states.input), /Out\\W+Memory|Lost/) %}"
    cut = "{% $substring('warning', 0, 4) %}"
    state = {"Type": "Pass", "Output": {"found": found, "cut": cut}, "End": True}
    machine = {"StartAt": "Look", "States": {"Look": state}}
    for text, is_found in (('x Out of" Memory', False), ("an Out: Memory", True)):
        ended = execute(machine, {"Error": "States.TaskFailed", "Cause": text})
        assert json.loads(ended["output"]) == {"found": is_found, "cut": "warn"}


def test_lists_are_joined_and_moments_are_compared(execute: Execute) -> None:
    output = {
        "joined": "{% $append($states.input.some, [$states.input.more]) %}",
        "later": "{% $floor($millis() / 1000) * 1000 > $toMillis('2020-01-01T00:00:00.000Z') %}",
    }
    state = {"Type": "Pass", "Output": output, "End": True}
    given = {"some": [{"a": 1}], "more": {"b": 2}}
    ended = execute({"StartAt": "Look", "States": {"Look": state}}, given)
    assert json.loads(ended["output"]) == {"joined": [{"a": 1}, {"b": 2}], "later": True}
