"""Whatever is delivered to something has a dead-letter queue, and every such queue an alarm.

The tests walk all templates of all environments, so that what is added without one fails them.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.synth.synthesised import Synthesised, all_states, flat

Templates = dict[str, dict[str, Any]]
OUTPUT = "DeadLetterQueueUrl"


@pytest.fixture(scope="module", params=["local", "dev", "staging", "prod"])
def templates(request, synthesise) -> Templates:
    """Give every template of an environment, of both regions and nested ones too."""
    folder = synthesise(request.param).folder
    return {
        file.name.removesuffix(".template.json"): json.loads(file.read_text())
        for file in folder.rglob("*.template.json")
    }


def every(templates: Templates, kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give each resource of a type: its stack, its logical id, its properties."""
    for stack, template in templates.items():
        for name, resource in template["Resources"].items():
            if resource["Type"] == kind:
                yield stack, name, resource.get("Properties", {})


def named(templates: Templates, stack: str, value: Any) -> tuple[str, str] | None:
    """Give the stack and logical id of the resource that a value refers to, across stacks too."""
    if not isinstance(value, dict):
        return None
    if "Ref" in value:
        return stack, value["Ref"]
    if "Fn::GetAtt" in value:
        return stack, value["Fn::GetAtt"][0]
    if "Fn::GetStackOutput" in value:
        asked = value["Fn::GetStackOutput"]
        for other, template in templates.items():
            found = template.get("Outputs", {}).get(asked["OutputName"])
            if found is not None:
                return named(templates, other, found["Value"])
    return None


def deliveries(templates: Templates) -> Iterator[tuple[str, Any]]:
    """Give everything that is delivered, in words, and the dead-letter queue that it names."""
    for stack, name, rule in every(templates, "AWS::Events::Rule"):
        for target in rule["Targets"]:
            queue = target.get("DeadLetterConfig", {}).get("Arn")
            yield f"{stack}: target {target['Id']} of rule {name}", named(templates, stack, queue)
    for stack, name, schedule in every(templates, "AWS::Scheduler::Schedule"):
        queue = schedule["Target"].get("DeadLetterConfig", {}).get("Arn")
        yield f"{stack}: schedule {name}", named(templates, stack, queue)
    for stack, name, function in every(templates, "AWS::Lambda::Function"):
        if (stack, name) in asynchronous(templates):
            queue = function.get("DeadLetterConfig", {}).get("TargetArn")
            yield f"{stack}: function {name}", named(templates, stack, queue)
    for stack, name, given in every(templates, "AWS::SNS::Subscription"):
        queue = given.get("RedrivePolicy", {}).get("deadLetterTargetArn")
        yield f"{stack}: subscription {name}", named(templates, stack, queue)
    yield from notices_of_machines(templates)


def notices_of_machines(templates: Templates) -> Iterator[tuple[str, Any]]:
    """Give the notices of every state machine, and the queue that each is kept in if refused."""
    for stack, machine, properties in every(templates, "AWS::StepFunctions::StateMachine"):
        states = dict(all_states(json.loads(flat(properties["DefinitionString"]))))
        for name, state in states.items():
            if not state.get("Resource", "").endswith(":sns:publish"):
                continue
            keeps = states[state["Catch"][0]["Next"]]
            is_kept = keeps.get("Resource", "").endswith(":sqs:sendMessage")
            queue = {"Ref": keeps["Arguments"]["QueueUrl"].strip("<>")} if is_kept else None
            yield f"{stack}: {name} of machine {machine}", named(templates, stack, queue)


def asynchronous(templates: Templates) -> set[tuple[str, str] | None]:
    """Give the functions that something calls without waiting for the answer."""
    found = {
        named(templates, stack, target["Arn"])
        for stack, _, rule in every(templates, "AWS::Events::Rule")
        for target in rule["Targets"]
    }
    found |= {
        named(templates, stack, schedule["Target"]["Arn"])
        for stack, _, schedule in every(templates, "AWS::Scheduler::Schedule")
    }
    found |= {
        named(templates, stack, given["Endpoint"])
        for stack, _, given in every(templates, "AWS::SNS::Subscription")
        if given["Protocol"] == "lambda"
    }
    found |= {
        named(templates, stack, given["FunctionName"])
        for stack, _, given in every(templates, "AWS::Lambda::EventInvokeConfig")
    }
    return found


def dead_letter_queues(templates: Templates) -> set[tuple[str, str] | None]:
    """Give every queue that keeps what could not be delivered."""
    kept = {queue for _, queue in deliveries(templates)}
    for stack, _, queue in every(templates, "AWS::SQS::Queue"):
        policy = queue.get("RedrivePolicy")
        if policy:
            kept.add(named(templates, stack, policy["deadLetterTargetArn"]))
    return kept


def test_every_target_schedule_notice_and_asynchronous_function_has_a_dead_letter_queue(templates):
    found = dict(deliveries(templates))
    assert len(found) > 5
    assert [what for what, queue in found.items() if queue is None] == []


def test_every_queue_has_a_dead_letter_queue_or_is_one(templates):
    without = {
        (stack, name)
        for stack, name, queue in every(templates, "AWS::SQS::Queue")
        if "RedrivePolicy" not in queue
    }
    assert without == dead_letter_queues(templates)


def test_every_dead_letter_queue_alarms_with_its_first_message_and_somebody_is_told(templates):
    alarmed = {
        named(templates, stack, dimension["Value"])
        for stack, _, alarm in every(templates, "AWS::CloudWatch::Alarm")
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and alarm["Threshold"] == 1
        and alarm["EvaluationPeriods"] == 1
        and alarm["AlarmActions"]
        for dimension in alarm["Dimensions"]
    }
    assert dead_letter_queues(templates) <= alarmed


@pytest.mark.fault(28, by="template")
def test_the_alarm_of_what_the_topic_did_not_tell_does_not_depend_on_the_topic(templates):
    kept = {queue for what, queue in deliveries(templates) if ": Notify" in what}
    kept |= {
        named(templates, stack, target["DeadLetterConfig"]["Arn"])
        for stack, _, rule in every(templates, "AWS::Events::Rule")
        for target in rule["Targets"]
        if ":sns:" in json.dumps(target["Arn"]) or "Topic" in json.dumps(target["Arn"])
    }
    assert len(kept) == 2
    told_otherwise = {
        named(templates, stack, dimension["Value"])
        for stack, _, alarm in every(templates, "AWS::CloudWatch::Alarm")
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and any(":opsitem:2#CATEGORY=Availability" in flat(one) for one in actions_of(alarm))
        for dimension in alarm["Dimensions"]
    }
    assert told_otherwise == kept


def actions_of(alarm: dict[str, Any]) -> list[Any]:
    """Give what an alarm does when it starts, but for telling the topic."""
    return [one for one in alarm["AlarmActions"] if "Fn::GetStackOutput" not in one]


def test_every_dead_letter_queue_is_an_output_by_which_commands_find_it(templates):
    listed = {
        named(templates, stack, output["Value"])
        for stack, template in templates.items()
        for name, output in template.get("Outputs", {}).items()
        if name.endswith(OUTPUT)
    }
    assert listed == dead_letter_queues(templates)


def test_what_is_added_without_a_dead_letter_queue_is_found(local: Synthesised):
    templates = json.loads(json.dumps(local.templates))
    for _, _, schedule in every(templates, "AWS::Scheduler::Schedule"):
        del schedule["Target"]["DeadLetterConfig"]
        break
    assert [what for what, queue in deliveries(templates) if queue is None]
