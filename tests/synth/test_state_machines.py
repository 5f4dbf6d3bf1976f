"""What every state of every machine promises, whatever it does."""

import re

import pytest

from data_lake.error_classes import ErrorClass
from data_lake.error_table import Seen, names_of
from tests.synth.synthesised import all_scopes, all_states, flat, inner_scopes, ways

OF_RUNS = ["ingest", "curate"]
MACHINES = [*OF_RUNS, "compact"]
ENDS = {"Succeed", "Fail"}
JSONPATH_FIELDS = {
    "InputPath",
    "OutputPath",
    "ResultPath",
    "ResultSelector",
    "Parameters",
    "ItemsPath",
    "SecondsPath",
    "TimeoutSecondsPath",
}


@pytest.fixture(params=MACHINES)
def name(request):
    """Give the name of each machine."""
    return request.param


@pytest.fixture
def definition(prod, name):
    """Give the definition of each machine."""
    return prod.definition(name)


@pytest.fixture
def states(definition):
    """Give every state of each machine by its name."""
    return dict(all_states(definition))


@pytest.fixture
def tasks(states):
    """Give every task of each machine by its name."""
    return {name: state for name, state in states.items() if state["Type"] == "Task"}


@pytest.mark.fault(25, by="template")
def test_every_task_gives_up_in_time(tasks):
    assert {name for name, task in tasks.items() if not task.get("TimeoutSeconds")} == set()


@pytest.mark.fault(25, by="template")
def test_every_task_that_waits_for_a_job_outlasts_the_jobs_own_timeout(prod, tasks):
    waiting = [task for task in tasks.values() if task["Resource"].endswith("startJobRun.sync")]
    assert waiting
    for task in waiting:
        assert task["TimeoutSeconds"] > prod.settings.spark.timeout_minutes * 60
        # A contract may give its job more time, up to that of the execution.
        longest = prod.settings.pipeline.timeout_minutes * 60
        assert "Timeout" not in task["Arguments"] or task["TimeoutSeconds"] == longest


def untended(tasks):
    """Give the tasks that wait for a worker's token without hearing from the worker meanwhile."""
    return {
        name
        for name, task in tasks.items()
        if task["Resource"].endswith(".waitForTaskToken") and not task.get("HeartbeatSeconds")
    }


def test_a_task_that_waits_for_a_token_has_a_heartbeat(tasks):
    assert untended(tasks) == set()
    waits = {"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"}
    heard = waits | {"HeartbeatSeconds": 60}
    assert untended({"Waits": waits, "Heard": heard}) == {"Waits"}


def test_an_execution_ends_when_the_environment_says_so(lake, name):
    given = lake.definition(name)
    assert given["TimeoutSeconds"] == lake.settings.pipeline.timeout_minutes * 60


@pytest.mark.fault(34, by="template")
@pytest.mark.fault(22, by="template")
def test_every_task_retries_with_backoff_full_jitter_and_a_bounded_wait(tasks):
    for name, task in tasks.items():
        assert task["Retry"], name
        for retry in task["Retry"]:
            assert retry["JitterStrategy"] == "FULL", name
            assert retry["BackoffRate"] > 1, name
            assert retry["MaxDelaySeconds"] >= retry["IntervalSeconds"], name


def test_no_task_retries_errors_that_it_does_not_name(tasks):
    retried = {
        error
        for task in tasks.values()
        for retry in task["Retry"]
        for error in retry["ErrorEquals"]
    }
    assert "States.ALL" not in retried
    assert not retried & {"SourceChanged", "LeaseLost", "ContractMissing", "States.Permissions"}


@pytest.mark.fault(29, by="template")
@pytest.mark.parametrize("name", OF_RUNS, indirect=True)
def test_a_key_that_is_disabled_or_denied_is_tried_again_by_no_function_or_first_job(tasks):
    refused = {
        name for seen in (Seen.FUNCTION, Seen.JOB) for name in names_of(seen, ErrorClass.PERMISSION)
    }
    assert {"Lambda.KMSAccessDeniedException", "Lambda.KMSDisabledException"} <= refused
    # Publishing, telling and starting are idempotent, and repeated whatever the error.
    repeated = {"PublishRows", "PublishProduct"}
    asked = {
        name: {error for retry in task["Retry"] for error in retry["ErrorEquals"]}
        for name, task in tasks.items()
        if task["Resource"].endswith(("lambda:invoke", "startJobRun.sync")) and name not in repeated
    }
    assert len(asked) > 4
    for name, errors in asked.items():
        assert not errors & {*refused, "States.TaskFailed", "States.ALL"}, name


def test_every_error_is_caught_where_it_happens_or_around_it(definition):
    def check(scope, is_caught):
        for name, state in scope["States"].items():
            catches = state.get("Catch", [])
            catches_all = any(entry["ErrorEquals"] == ["States.ALL"] for entry in catches)
            if state["Type"] in ("Task", "Map", "Parallel"):
                assert catches_all or is_caught, name
            for inner in inner_scopes(state):
                check(inner, catches_all or is_caught)

    check(definition, is_caught=False)


def test_everything_is_jsonata(definition, states):
    assert definition["QueryLanguage"] == "JSONata"
    for name, state in states.items():
        assert not JSONPATH_FIELDS & set(state), name
        assert "QueryLanguage" not in state, name
        assert not [key for key in _keys(state) if key.endswith(".$")], name


def test_every_way_leads_to_a_state_and_every_state_can_be_reached_and_left(definition):
    for scope in all_scopes(definition):
        states = scope["States"]
        reached, new = set(), {scope["StartAt"]}
        while new:
            reached |= new
            new = {way for name in new for way in ways(states[name])} - reached
        assert reached == set(states)
        for name, state in states.items():
            assert ways(state) or state.get("End") or state["Type"] in ENDS, name


def test_no_branch_or_item_sets_a_variable_of_the_states_around_it(definition):
    def check(scope, outer):
        own = {variable for state in scope["States"].values() for variable in _assigned(state)}
        assert not own & outer
        for state in scope["States"].values():
            for inner in inner_scopes(state):
                check(inner, own | outer)

    check(definition, set())


def test_every_variable_that_is_read_is_set_somewhere(definition, states):
    text = str(states)
    read = set(re.findall(r"\$([a-z_]+)(?![A-Za-z_]*\()", text)) - {"states"}
    assigned = {variable for state in states.values() for variable in _assigned(state)}
    assert read <= assigned


def test_an_execution_that_fails_says_why_in_its_own_words(states):
    failing = [state for state in states.values() if state["Type"] == "Fail"]
    assert failing
    for state in failing:
        assert state["Cause"].startswith("{%")


@pytest.mark.parametrize("name", OF_RUNS, indirect=True)
def test_a_failed_notice_never_replaces_the_error_that_it_tells_of(states):
    notices = [
        state for state in states.values() if state.get("Resource", "").endswith("sns:publish")
    ]
    assert len(notices) == 5
    for notice in notices:
        kept = states[notice["Catch"][0]["Next"]]
        assert kept["Resource"].endswith("sqs:sendMessage")
        for state in (notice, kept):
            assert all("Assign" not in entry for entry in state["Catch"])
        assert notice.get("Next") == kept.get("Next")


@pytest.mark.parametrize("name", OF_RUNS, indirect=True)
def test_no_side_effect_of_publishing_can_fail_a_run(states):
    effects = states["SideEffects"]
    assert len(effects["Branches"]) == 2
    for branch in effects["Branches"]:
        assert not [state for state in branch["States"].values() if state["Type"] == "Fail"]
    assert effects["Catch"][0]["Next"] == effects["Next"]


@pytest.mark.parametrize("name", OF_RUNS, indirect=True)
def test_a_run_is_closed_as_failed_whatever_failed_before(definition, states):
    holders = [scope for scope in all_scopes(definition) if "CloseFailed" in scope["States"]]
    (scope,) = holders
    notices = {"NotifyFailure", "NotifyQuarantine", "NotifyCircuitOpen", "NotifyMoreWorkers"}
    # The job that a product is built by has a handler of its own before it is given up.
    kept = {f"Keep{name.removeprefix('Notify')}Notice" for name in notices}
    quiet = {"CloseFailed", "SideEffects", "BuildProduct", *notices, *kept}
    for name, state in scope["States"].items():
        restarts = state.get("Resource", "").endswith("startExecution")
        if "Catch" in state and name not in quiet and not restarts:
            assert state["Catch"][0]["Next"] == "CloseFailed", name
            assert state["Catch"][0]["Assign"] == {"error": "{% $states.errorOutput %}"}, name


def test_the_machine_is_traced_and_logs_every_event_but_no_data(prod, name):
    machine = prod.machine(name)
    assert machine["TracingConfiguration"] == {"Enabled": True}
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)
    groups = [
        flat(group.get("LogGroupName", "")) for group in prod.properties("AWS::Logs::LogGroup")
    ]
    assert f"/aws/vendedlogs/states/{prod.settings.prefix}-{name}" in groups


@pytest.mark.fault(41, by="template")
def test_every_deployment_publishes_a_version_and_moves_the_alias_to_it(prod):
    machines = prod.resources("AWS::StepFunctions::StateMachine")
    versions = prod.resources("AWS::StepFunctions::StateMachineVersion")
    assert {
        version["Properties"]["StateMachineRevisionId"]["Fn::GetAtt"][0]
        for version in versions.values()
    } == set(machines)
    assert {version["DeletionPolicy"] for version in versions.values()} == {"Retain"}
    aliases = prod.properties("AWS::StepFunctions::StateMachineAlias")
    assert {alias["Name"] for alias in aliases} == {"live"}
    routes = [route for alias in aliases for route in alias["RoutingConfiguration"]]
    assert {route["Weight"] for route in routes} == {100}
    assert {route["StateMachineVersionArn"]["Fn::GetAtt"][0] for route in routes} == set(versions)


def _keys(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _assigned(state):
    for entry in (state, *state.get("Catch", [])):
        yield from entry.get("Assign", {})
