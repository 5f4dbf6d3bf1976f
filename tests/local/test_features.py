"""The state machines use no feature of the States Language that no contract test covers."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from strata.local.lake import LocalLake

COVERED = {
    "Machine": {"Comment", "QueryLanguage", "StartAt", "States"},
    "Task": {"Arguments", "Assign", "Catch", "End", "Next", "Output", "Resource", "Retry"},
    "Pass": {"Assign", "End", "Next", "Output"},
    "Choice": {"Choices", "Default"},
    "Wait": {"Assign", "Next", "Seconds"},
    "Map": {
        *("Catch", "End", "ItemProcessor", "ItemSelector", "Items", "MaxConcurrency", "Next"),
        *("ItemReader", "Label", "Output", "ResultWriter", "ToleratedFailurePercentage"),
    },
    "Parallel": {"Assign", "Branches", "Catch", "End", "Next", "Output"},
    "Succeed": set(),
    "Fail": {"Cause", "Error"},
    "Retry": {"BackoffRate", "ErrorEquals", "IntervalSeconds", "MaxAttempts"},
    "Catch": {"Assign", "ErrorEquals", "Next", "Output"},
    "Rule": {"Condition", "Next"},
    "Resource": {
        "aws-sdk:glue:getCrawler",
        "aws-sdk:glue:startCrawler",
        "events:putEvents",
        "glue:startJobRun.sync",
        "lambda:invoke",
        "sns:publish",
        "sqs:sendMessage",
        "states:startExecution",
    },
    "Function": {
        "$append",
        "$contains",
        "$count",
        "$exists",
        "$floor",
        "$millis",
        "$string",
        "$substring",
        "$toMillis",
    },
}
"""What `tests/local/plugin/` and the end-to-end tests run on the live emulator."""
ASSERTED_ON_THE_TEMPLATE = {
    "Machine": {"TimeoutSeconds"},
    "Task": {"TimeoutSeconds"},
    "Retry": {"JitterStrategy", "MaxDelaySeconds"},
}
"""What the emulator ignores or scales; `tests/synth/` holds the templates to it."""


def used(definition: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give every kind of thing in a definition with each feature of it that is used."""
    yield from (("Machine", name) for name in definition)
    yield from used_by_states(definition["States"])
    functions = re.findall(r"\$[a-zA-Z]+(?=\()", json.dumps(definition))
    yield from (("Function", name) for name in functions)


def used_by_states(states: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the same for states, and for the states inside them."""
    for state in states.values():
        yield from ((state["Type"], name) for name in state if name != "Type")
        for kind, rules in (("Retry", "Retry"), ("Catch", "Catch"), ("Rule", "Choices")):
            yield from ((kind, name) for rule in state.get(rules, []) for name in rule)
        if "Resource" in state:
            yield "Resource", state["Resource"].removeprefix("arn:aws:states:::")
        for branch in [*state.get("Branches", []), state.get("ItemProcessor", {})]:
            yield from used_by_states(branch.get("States", {}))


def test_every_feature_in_use_is_covered(lake: LocalLake) -> None:
    uncovered = defaultdict(set)
    for output in ("IngestStateMachineArn", "CurateStateMachineArn"):
        described = lake.client("stepfunctions").describe_state_machine(
            stateMachineArn=lake[output]
        )
        for kind, feature in used(json.loads(described["definition"])):
            if feature not in COVERED[kind] | ASSERTED_ON_THE_TEMPLATE.get(kind, set()):
                uncovered[kind].add(feature)
    assert dict(uncovered) == {}
