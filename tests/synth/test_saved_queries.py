"""The saved queries ask this lake's logs for what its functions and machines write there."""

import re

import pytest

from data_lake.saved_queries import QUERIES
from strata.paths import ROOT
from tests.synth.synthesised import flat

LOGGED = {
    "run closed": ("close_run", {"outcome", "error_class", "parked"}),
    "rule broken": ("judge", {"rule", "severity", "rows"}),
}
"""The messages that queries look for: which function logs them, and with which fields."""
POWERTOOLS = {"message", "level", "service", "exception_name", "dataset", "run_id"}
"""Fields that every line of a function has, the last two by the frame of all handlers."""
STATES = {"type", "execution_arn", "event_timestamp", "details.name"}
"""https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""
WORDS = {
    "as", "and", "or", "by", "in", "like", "desc", "asc", "count", "count_distinct", "latest",
    "sum", "max", "min", "ispresent", "coalesce",
}  # fmt: skip


def saved(lake):
    """Give the properties of each saved query, by its name without the lake's."""
    return {
        query["Name"].removeprefix(f"{lake.settings.prefix}/"): query
        for query in lake.properties("AWS::Logs::QueryDefinition")
    }


def test_every_question_is_saved_under_the_lakes_name(lake):
    assert set(saved(lake)) == set(QUERIES)


def test_queries_ask_the_logs_of_every_function_and_every_machine(lake):
    groups = lake.resources("AWS::Logs::LogGroup")
    functions = {
        flat(function["LoggingConfig"]["LogGroup"]) for function in lake.functions().values()
    }
    machines = {f"<{name}>" for name in groups} - functions
    machines = {name for name in machines if "Machine" in name}
    assert len(functions) == 9
    assert len(machines) == 3
    for name, query in saved(lake).items():
        asked = {flat(group) for group in query["LogGroupNames"]}
        wanted = functions if "functions" in QUERIES[name][0] else set()
        wanted = wanted | machines if "machines" in QUERIES[name][0] else wanted
        assert asked == wanted, name


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_names_only_fields_that_are_logged(name):
    _, commands = QUERIES[name]
    text = " ".join(commands)
    made = set(re.findall(r"\bas (\w+)", text))
    asks_for_all = not any(message in text for message in LOGGED)
    logged = {
        field
        for message, (_, fields) in LOGGED.items()
        if message in text or asks_for_all
        for field in fields
    }
    bare = re.sub(r'"[^"]*"|/[^/]*/|@\w+', " ", text)
    words = set(re.findall(r"[a-z_]+(?:\.[a-z]+)?", bare))
    words -= WORDS | {"fields", "filter", "stats", "sort", "limit"} | made
    assert words <= POWERTOOLS | STATES | logged


@pytest.mark.parametrize("message", LOGGED)
def test_what_a_query_looks_for_is_what_a_function_logs(message):
    function, _ = LOGGED[message]
    source = (ROOT / "lambda_src" / function / "handler.py").read_text(encoding="utf-8")
    assert f'logger.info("{message}"' in source


def test_functions_and_machines_are_traced(lake):
    for function in lake.functions().values():
        assert function["TracingConfig"] == {"Mode": "Active"}
    for machine in lake.properties("AWS::StepFunctions::StateMachine"):
        assert machine["TracingConfiguration"] == {"Enabled": True}
