"""Delivery: nothing that was sent is lost, and somebody learns of what could not be delivered."""

from collections.abc import Iterator
from typing import Any, Final

from data_lake.policy.expressions import listed
from data_lake.policy.machines import definitions, states_of
from data_lake.policy.rule import Fault, Rule
from data_lake.policy.templates import Resource, Templates

_DEPTH: Final = "ApproximateNumberOfMessagesVisible"
_NONE: Final = "no dead-letter queue"

Edge = tuple[Resource, str, Any, str]
"""What sends, the property that names its dead-letter queue, what that says, and which target."""


def _edges(templates: Templates) -> Iterator[Edge]:
    for rule in templates.of("AWS::Events::Rule"):
        for target in listed(rule.get("Targets")):
            queue = target.get("DeadLetterConfig", {}).get("Arn")
            yield rule, "Targets.DeadLetterConfig.Arn", queue, str(target["Id"])
    for schedule in templates.of("AWS::Scheduler::Schedule"):
        queue = schedule.get("Target", "DeadLetterConfig", "Arn")
        yield schedule, "Target.DeadLetterConfig.Arn", queue, ""
    for subscription in templates.of("AWS::SNS::Subscription"):
        queue = subscription.get("RedrivePolicy", "deadLetterTargetArn")
        yield subscription, "RedrivePolicy.deadLetterTargetArn", queue, ""
    for function in _called_without_waiting(templates):
        queue = function.get("DeadLetterConfig", "TargetArn") or _on_failure(templates, function)
        yield function, "DeadLetterConfig.TargetArn", queue, ""
    yield from _mappings(templates)


def _called_without_waiting(templates: Templates) -> list[Resource]:
    called = [
        (rule.stack, target["Arn"])
        for rule in templates.of("AWS::Events::Rule")
        for target in listed(rule.get("Targets"))
    ]
    called += [
        (one.stack, one.get("Target", "Arn")) for one in templates.of("AWS::Scheduler::Schedule")
    ]
    called += [
        (one.stack, one.get("Endpoint"))
        for one in templates.of("AWS::SNS::Subscription")
        if one.get("Protocol") == "lambda"
    ]
    called += [
        (bucket.stack, one["Function"])
        for bucket in templates.of("AWS::S3::Bucket")
        for one in listed(bucket.get("NotificationConfiguration", "LambdaConfigurations"))
    ]
    called += [
        (one.stack, one.get("FunctionName"))
        for one in templates.of("AWS::Lambda::EventInvokeConfig")
    ]
    found = [templates.named(stack, value) for stack, value in called]
    functions = {one.name: one for one in found if one and one.type == "AWS::Lambda::Function"}
    return list(functions.values())


def _on_failure(templates: Templates, function: Resource) -> Any:
    for one in templates.of("AWS::Lambda::EventInvokeConfig"):
        if templates.named(one.stack, one.get("FunctionName")) == function:
            return one.get("DestinationConfig", "OnFailure", "Destination")
    return None


def _mappings(templates: Templates) -> Iterator[Edge]:
    for mapping in templates.of("AWS::Lambda::EventSourceMapping"):
        source = templates.named(mapping.stack, mapping.get("EventSourceArn"))
        # A queue has dead letters of its own, which the rule about queues looks at.
        if source is None or source.type != "AWS::SQS::Queue":
            queue = mapping.get("DestinationConfig", "OnFailure", "Destination")
            yield mapping, "DestinationConfig.OnFailure.Destination", queue, ""


def _dead_letter_queues(templates: Templates) -> set[Resource]:
    kept = [(sender.stack, queue) for sender, _, queue, _ in _edges(templates)]
    kept += [
        (queue.stack, queue.get("RedrivePolicy", "deadLetterTargetArn"))
        for queue in templates.of("AWS::SQS::Queue")
    ]
    kept += _kept_by_machines(templates)
    found = {templates.named(stack, value) for stack, value in kept}
    return {one for one in found if one is not None}


def _kept_by_machines(templates: Templates) -> Iterator[tuple[str, Any]]:
    for machine, definition in definitions(templates):
        states = dict(states_of(definition))
        for state in states.values():
            for catch in listed(state.get("Catch")):
                keeps = states[catch["Next"]]
                if str(keeps.get("Resource", "")).endswith(":sqs:sendMessage"):
                    given = keeps.get("Arguments") or keeps.get("Parameters") or {}
                    yield machine.stack, {"Ref": str(given.get("QueueUrl")).strip("<>")}


def _without_dead_letters(templates: Templates) -> Iterator[Fault]:
    for sender, where, queue, target in _edges(templates):
        if not queue:
            yield Fault(sender, where, _NONE, target)
    keeping = _dead_letter_queues(templates)
    for queue in templates.of("AWS::SQS::Queue"):
        if queue not in keeping and not queue.get("RedrivePolicy", "deadLetterTargetArn"):
            yield Fault(queue, "RedrivePolicy.deadLetterTargetArn", _NONE)


def _without_alarm(templates: Templates) -> Iterator[Fault]:
    alarmed = {
        templates.named(alarm.stack, dimension["Value"])
        for alarm in templates.of("AWS::CloudWatch::Alarm")
        if alarm.get("AlarmActions") and alarm.get("ActionsEnabled") is not False
        for metric, dimensions in _metrics(alarm)
        if metric == _DEPTH
        for dimension in listed(dimensions)
        if dimension["Name"] == "QueueName"
    }
    for queue in sorted(_dead_letter_queues(templates) - alarmed, key=lambda one: one.name):
        yield Fault(queue, "AWS::CloudWatch::Alarm", f"no alarm with actions on {_DEPTH}")


def _metrics(alarm: Resource) -> Iterator[tuple[str, Any]]:
    yield alarm.get("MetricName"), alarm.get("Dimensions")
    for query in listed(alarm.get("Metrics")):
        metric = query.get("MetricStat", {}).get("Metric", {})
        yield metric.get("MetricName"), metric.get("Dimensions")


DEAD_LETTERS: Final = Rule(
    id="Strata-DLQ1",
    demands="Whatever is sent without waiting for the answer has a dead-letter queue",
    because="What cannot be delivered would be gone after the last try.",
    looks_at="Targets of EventBridge rules, schedules, SNS subscriptions, functions that "
    "something calls without waiting, event source mappings of streams, and queues that are not "
    "dead-letter queues themselves.",
    fix="Name a queue, such as DeadLetters', at the target, schedule, subscription, function, "
    "event source mapping or queue",
    find=_without_dead_letters,
)
"""A dead-letter queue on every asynchronous edge."""

ALARMS: Final = Rule(
    id="Strata-DLQ2",
    demands="Every dead-letter queue has an alarm that tells somebody",
    because="Nobody looks into a queue that nobody knows to be filling.",
    looks_at="Every queue that another resource names as its dead-letter queue, or into which a "
    "state machine puts what it catches, and the alarms of all stacks; an alarm without an action "
    "does not count.",
    fix=f"An alarm with an action on the queue's {_DEPTH}, in any stack of the app",
    find=_without_alarm,
)
"""An alarm on every dead-letter queue."""
