"""The table of errors is what machines retry, what functions say, and what the docs tell."""

import re

import pytest

from data_lake.error_classes import HANDLING, ErrorClass
from data_lake.error_table import KNOWN_ERRORS, Seen
from lake_runtime import errors as runtime
from strata import error_page
from tests.synth.synthesised import all_states

RETRIED = {ErrorClass.THROTTLING, ErrorClass.TRANSIENT, ErrorClass.RESOURCES}
TASKS = {
    Seen.FUNCTION: "lambda:invoke",
    Seen.JOB: "startJobRun.sync",
}
UNSURE = {"PublishRows", "PublishProduct"}
"""Tasks that are repeated whatever failed, because what they did is not known."""


def tasks(lake, resource):
    """Give the tasks of both machines that use an integration, by name."""
    return {
        f"{machine}.{name}": state
        for machine in ("ingest", "curate")
        for name, state in all_states(lake.definition(machine))
        if state.get("Resource", "").endswith(resource) and name not in UNSURE
    }


def test_the_functions_know_the_classes_of_the_table():
    assert [kind.value for kind in runtime.ErrorClass] == [kind.value for kind in ErrorClass]
    assert set(HANDLING) == set(ErrorClass)


@pytest.mark.parametrize("known", KNOWN_ERRORS, ids=lambda known: f"{known.service}-{known.name}")
def test_a_known_error_has_the_same_class_where_it_is_recorded(known):
    name, cause = (known.name, "")
    if known.seen is Seen.CAUSE:
        name, cause = "States.TaskFailed", f'{{"ErrorMessage":"x {known.name} y"}}'
    assert runtime.classify(name, cause).value == known.kind.value
    assert runtime.classify(known.arrives_as, cause).value == known.kind.value


@pytest.mark.parametrize("seen", TASKS)
def test_every_task_retries_exactly_the_errors_whose_class_is_worth_it(prod, seen):
    wanted = {known.name for known in KNOWN_ERRORS if known.seen is seen and known.kind in RETRIED}
    never = {
        known.name for known in KNOWN_ERRORS if known.seen is seen and known.kind not in RETRIED
    }
    found = tasks(prod, TASKS[seen])
    assert found
    for name, task in found.items():
        retried = {error for entry in task["Retry"] for error in entry["ErrorEquals"]}
        assert wanted <= retried, name
        assert not never & retried, name
        assert all(entry["MaxAttempts"] > 0 for entry in task["Retry"]), name


def test_a_busy_crawler_is_waited_for_and_nothing_else_is(prod):
    busy = {known.name for known in KNOWN_ERRORS if known.seen is Seen.CRAWLER}
    (start,) = tasks(prod, "startCrawler").values()
    caught = {entry["Next"]: set(entry["ErrorEquals"]) for entry in start["Catch"]}
    assert caught == {"WaitForCrawler": busy, "CrawlFailed": {"States.ALL"}}


def test_throttling_is_retried_longer_than_what_fails_for_a_moment_and_resources_once(prod):
    def attempts(task, name):
        return next(entry["MaxAttempts"] for entry in task["Retry"] if name in entry["ErrorEquals"])

    for task in tasks(prod, "lambda:invoke").values():
        assert attempts(task, "ServiceThrottled") > attempts(task, "ServiceUnavailable") > 1
        assert attempts(task, "Sandbox.Timedout") == 1
    for task in tasks(prod, "startJobRun.sync").values():
        busy = attempts(task, "Glue.ConcurrentRunsExceededException")
        assert busy > attempts(task, "Glue.InternalServiceException") > 1


def test_the_page_in_the_docs_is_the_one_that_the_table_gives():
    assert error_page.FILE.read_text() == error_page.page(), "renew it: make docs"


def test_the_page_tells_every_error_with_its_class_and_every_state_it_names_exists(prod):
    text = error_page.page()
    for known in KNOWN_ERRORS:
        assert f"| {known.service} | `{known.name}` | {known.kind} |" in text
    states = {name for one in ("ingest", "curate") for name, _ in all_states(prod.definition(one))}
    named = {
        state for handling in HANDLING.values() for state in re.findall("`(.+?)`", handling.state)
    }
    assert named <= states
