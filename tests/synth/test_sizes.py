"""Definitions and histories stay far from the limits of Step Functions, whatever a run holds.

Limits: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

import json
import math
from types import SimpleNamespace

import pytest
from aws_cdk import Duration

from data_lake.asl_many import ChildExecutions
from data_lake.inspect_states import InspectionMap, InspectStates
from tests.synth.synthesised import all_states, inner_scopes

MOST_BYTES = 1024 * 1024
"""Of a definition."""
MOST_STATE_BYTES = 256 * 1024
"""Of an input, an output, or all variables."""
MOST_EVENTS = 25_000
FILES = 10_000
EVENTS_OF_A_STATE = {"Task": 5, "Parallel": 4, "Map": 4}
"""Entered and exited; a task is scheduled, started and ended besides, a Map or Parallel begun."""
EVENTS_OF_A_TRY = 3


def events(definition, visits):
    """Give the most events of an execution in which every state is visited and fails as often as
    its retries allow, and those in `visits` more than once."""
    total = 2
    for name, state in all_states(_without_items(definition)):
        tries = sum(entry["MaxAttempts"] for entry in state.get("Retry", []))
        own = EVENTS_OF_A_STATE.get(state["Type"], 2) + EVENTS_OF_A_TRY * tries
        total += own * visits.get(name, 1)
    return total


def _without_items(definition):
    """Give the definition without what distributed Maps run in executions of their own."""
    kept = json.loads(json.dumps(definition))
    for _, state in all_states(kept):
        for inner in inner_scopes(state):
            if inner.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
                inner["States"] = {}
    return kept


@pytest.mark.parametrize("name", ["ingest", "curate"])
def test_a_definition_is_far_from_the_limit_in_every_environment(lake, name):
    assert len(json.dumps(lake.definition(name))) < MOST_BYTES / 20


def test_the_history_of_ten_thousand_files_is_far_from_the_limit_even_if_all_is_retried(prod):
    pipeline = prod.settings.pipeline
    batches = math.ceil(FILES / pipeline.files_per_inspection)
    assert batches > pipeline.inline_batches
    definition = prod.definition("ingest")
    polls = {"WaitForCrawler": 240, "GetCrawler": 240, "CrawlerDone?": 240, "StartCrawler": 240}
    assert events(definition, {"StageRows": 3}) < MOST_EVENTS / 10
    calm = dict.fromkeys(polls, 240)
    assert _calm_events(definition, calm) < MOST_EVENTS / 5


def _calm_events(definition, visits):
    """Give the events where nothing is retried, and some states are visited again and again."""
    without = json.loads(json.dumps(definition))
    for _, state in all_states(without):
        state.pop("Retry", None)
    return events(without, visits)


def test_the_most_batches_that_stay_in_the_run_are_few_events_and_few_bytes(prod):
    batches = prod.settings.pipeline.inline_batches
    assert _calm_events(prod.definition("ingest"), {"InspectBatch": batches}) < MOST_EVENTS / 50
    reference = {"uri": f"s3://{'b' * 63}/runs/{'d' * 100}/{'r' * 80}/batches/0000.json"}
    assert len(json.dumps([reference] * batches)) < MOST_STATE_BYTES / 20


def test_no_state_passes_on_a_list_of_files(prod):
    states = dict(all_states(prod.definition("ingest")))
    many = states["InspectManyFiles"]
    assert "Items" not in many
    assert many["ItemReader"]["Arguments"] == {
        "Bucket": "{% $run.index.bucket %}",
        "Key": "{% $run.index.key %}",
    }
    assert "ResultWriter" in many
    assert many["ToleratedFailurePercentage"] == "{% $run.tolerated_failure_percent %}"


def test_an_express_execution_must_have_time_for_a_second_try():
    def inspect(seconds: int, executions: ChildExecutions) -> InspectStates:
        function = SimpleNamespace(timeout=Duration.seconds(seconds))
        return InspectStates(function, "artifacts", InspectionMap(executions=executions))

    with pytest.raises(ValueError, match=r"inspection_seconds: must be at most .*: got 300"):
        inspect(300, ChildExecutions.EXPRESS)
    assert inspect(120, ChildExecutions.EXPRESS).map.at_once == 40
    assert inspect(300, ChildExecutions.STANDARD).map.at_once == 40


@pytest.mark.parametrize("environment", ["local", "prod"])
def test_the_items_of_many_files_are_executions_of_the_type_that_the_environment_says(
    synthesise, environment
):
    lake = synthesise(environment)
    many = dict(all_states(lake.definition("ingest")))["InspectManyFiles"]
    config = many["ItemProcessor"]["ProcessorConfig"]
    assert config == {
        "Mode": "DISTRIBUTED",
        "ExecutionType": lake.settings.pipeline.inspection_executions.upper(),
    }
    assert many["MaxConcurrency"] == lake.settings.pipeline.inspections_at_once
    for task in many["ItemProcessor"]["States"].values():
        assert not task["Resource"].endswith((".sync", ".waitForTaskToken"))
        if config["ExecutionType"] == "EXPRESS":
            assert task["TimeoutSeconds"] * 2 <= 300
