"""Whatever is sent has a dead-letter queue, and every such queue an alarm."""

import copy
from typing import Any

import pytest

from data_lake.policy import Templates
from data_lake.policy.delivery import ALARMS, DEAD_LETTERS
from tests.unit.data_lake.policy.conftest import Faults

ARN = {"Fn::GetAtt": ["Kept", "Arn"]}
FUNCTION = {"Fn::GetAtt": ["Function", "Arn"]}
KEPT = ("AWS::SQS::Queue", {})


def rule(target: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give a rule with one target."""
    return "AWS::Events::Rule", {"Targets": [{"Id": "Target0", "Arn": "arn:x"} | target]}


@pytest.mark.parametrize(
    ("kind", "without", "with_queue", "name"),
    [
        (
            "AWS::Events::Rule",
            {"Targets": [{"Id": "Target0", "Arn": "arn:x"}]},
            {"Targets": [{"Id": "Target0", "Arn": "arn:x", "DeadLetterConfig": {"Arn": ARN}}]},
            "Strata-DLQ1[Target0]",
        ),
        (
            "AWS::Scheduler::Schedule",
            {"Target": {"Arn": "arn:x"}},
            {"Target": {"Arn": "arn:x", "DeadLetterConfig": {"Arn": ARN}}},
            "Strata-DLQ1",
        ),
        (
            "AWS::SNS::Subscription",
            {"Protocol": "https", "Endpoint": "https://x"},
            {"Protocol": "https", "RedrivePolicy": {"deadLetterTargetArn": ARN}},
            "Strata-DLQ1",
        ),
        (
            "AWS::SQS::Queue",
            {},
            {"RedrivePolicy": {"deadLetterTargetArn": ARN, "maxReceiveCount": 5}},
            "Strata-DLQ1",
        ),
        (
            "AWS::Lambda::EventSourceMapping",
            {"EventSourceArn": "arn:aws:kinesis:x"},
            {
                "EventSourceArn": "arn:aws:kinesis:x",
                "DestinationConfig": {"OnFailure": {"Destination": ARN}},
            },
            "Strata-DLQ1",
        ),
    ],
)
def test_what_is_sent_without_a_dead_letter_queue_is_found(
    faults: Faults, kind: str, without: dict[str, Any], with_queue: dict[str, Any], name: str
) -> None:
    assert faults(DEAD_LETTERS, One=(kind, without)) == [f"One: {name}"]
    assert faults(DEAD_LETTERS, One=(kind, with_queue), Kept=KEPT) == []


@pytest.mark.parametrize(
    "caller",
    [
        ("AWS::SNS::Subscription", {"Protocol": "lambda", "Endpoint": FUNCTION}),
        ("AWS::Scheduler::Schedule", {"Target": {"Arn": FUNCTION}}),
        ("AWS::Lambda::EventInvokeConfig", {"FunctionName": {"Ref": "Function"}}),
        (
            "AWS::S3::Bucket",
            {"NotificationConfiguration": {"LambdaConfigurations": [{"Function": FUNCTION}]}},
        ),
        rule({"Arn": FUNCTION}),
    ],
)
def test_a_function_that_is_called_without_waiting_needs_a_queue(
    faults: Faults, caller: tuple[str, dict[str, Any]]
) -> None:
    function = "AWS::Lambda::Function"
    kept = {"DeadLetterConfig": {"TargetArn": ARN}}
    lost = "Function: Strata-DLQ1"
    assert lost in faults(DEAD_LETTERS, One=caller, Function=(function, {}))
    assert lost not in faults(DEAD_LETTERS, One=caller, Function=(function, kept), Kept=KEPT)


def test_a_destination_of_failures_is_as_good_for_a_function(faults: Faults) -> None:
    config = {
        "FunctionName": {"Ref": "Function"},
        "DestinationConfig": {"OnFailure": {"Destination": ARN}},
    }
    found = faults(
        DEAD_LETTERS,
        Config=("AWS::Lambda::EventInvokeConfig", config),
        Function=("AWS::Lambda::Function", {}),
        Kept=KEPT,
    )
    assert found == []


def test_a_function_that_is_only_waited_for_needs_none(faults: Faults) -> None:
    assert faults(DEAD_LETTERS, Function=("AWS::Lambda::Function", {})) == []


def test_a_queue_into_which_a_machine_puts_what_it_catches_is_one_and_needs_an_alarm(
    faults: Faults,
) -> None:
    keep = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": "<Kept>"},
    }
    tell = {"Type": "Task", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Keep"}]}
    definition = {"StartAt": "Tell", "States": {"Tell": tell, "Keep": keep}}
    machine = ("AWS::StepFunctions::StateMachine", {"Definition": definition})
    assert faults(DEAD_LETTERS, Machine=machine, Kept=KEPT) == []
    assert faults(ALARMS, Machine=machine, Kept=KEPT) == ["Kept: Strata-DLQ2"]


def alarm(name: Any, **changes: Any) -> dict[str, Any]:
    """Give the properties of an alarm on a queue's depth."""
    return {
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": name}],
        "AlarmActions": ["arn:topic"],
    } | changes


LOCAL = {"Fn::GetAtt": ["Kept", "QueueName"]}
SENDER = rule({"DeadLetterConfig": {"Arn": ARN}})


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (alarm(LOCAL), []),
        (alarm(LOCAL, AlarmActions=[]), ["Kept: Strata-DLQ2"]),
        (alarm(LOCAL, ActionsEnabled=False), ["Kept: Strata-DLQ2"]),
        (alarm(LOCAL, MetricName="NumberOfMessagesSent"), ["Kept: Strata-DLQ2"]),
        (alarm({"Fn::GetAtt": ["Other", "QueueName"]}), ["Kept: Strata-DLQ2"]),
    ],
)
def test_a_dead_letter_queue_needs_an_alarm_that_tells(
    faults: Faults, given: dict[str, Any], found: list[str]
) -> None:
    alarms = ("AWS::CloudWatch::Alarm", given)
    assert faults(ALARMS, Sender=SENDER, Kept=KEPT, Alarm=alarms) == found


def test_an_alarm_of_an_expression_counts(faults: Faults) -> None:
    metric = {"Metric": alarm(LOCAL)}
    given = {"Metrics": [{"Id": "m1", "MetricStat": metric}], "AlarmActions": ["arn:topic"]}
    alarms = ("AWS::CloudWatch::Alarm", given)
    assert faults(ALARMS, Sender=SENDER, Kept=KEPT, Alarm=alarms) == []


@pytest.mark.parametrize(
    "reference",
    [
        {"Fn::GetStackOutput": {"StackName": "lake-sending", "OutputName": "Name"}},
        {"Fn::ImportValue": "lake-sending:Name"},
    ],
)
def test_an_alarm_in_another_stack_counts(reference: dict[str, Any]) -> None:
    kept = {"Type": "AWS::SQS::Queue", "Properties": {}}
    sender = {"Type": SENDER[0], "Properties": SENDER[1]}
    sending = {
        "Resources": {"Sender": sender, "Kept": kept},
        "Outputs": {"Name": {"Value": LOCAL, "Export": {"Name": "lake-sending:Name"}}},
    }
    # Another of the same kind, whose output has the same name.
    twin = copy.deepcopy(sending) | {
        "Outputs": {"Name": {"Value": LOCAL, "Export": {"Name": "lake-twin:Name"}}}
    }
    names = {"Twin": "lake-twin", "Sending": "lake-sending"}
    told = {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm(reference)}
    watching = {"Resources": {"Alarm": told}}
    both = {"Twin": twin, "Sending": sending, "Watching": watching}
    found = [fault.resource.stack for fault in ALARMS.find(Templates(both, stack_names=names))]
    assert found == ["Twin"]
    assert len(list(ALARMS.find(Templates({"Sending": sending})))) == 1
