"""What is deployed names the runbook that says what to do."""

import json
import re

import pytest

from config.loading import load_settings
from data_lake.alarm_kinds import CAUSES, KINDS
from data_lake.alerts import RUNBOOKS
from lake_runtime import notices
from tests.synth.synthesised import all_states

URL = "https://wiki.example.com/strata"


def pages(text, base=RUNBOOKS):
    """Give the names of the pages that a text has the address of."""
    return re.findall(rf"{re.escape(base)}/([\w-]+)\.md", text)


def descriptions(lake):
    """Give the description of every alarm that tells somebody, by its name."""
    return {
        alarm["AlarmName"]: alarm["AlarmDescription"]
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for alarm in lake.properties(kind)
    }


def test_every_alarm_names_one_page_that_is_there_and_together_they_name_all(prod, repository):
    found = [page for text in descriptions(prod).values() for page in pages(text)]
    assert len(found) == len(descriptions(prod))
    assert set(found) == {*KINDS, *CAUSES}
    assert all((repository / RUNBOOKS / f"{page}.md").is_file() for page in found)


def test_a_description_says_what_happened_before_it_says_where_to_read_on(lake):
    for name, text in descriptions(lake).items():
        assert re.fullmatch(r"[A-Z].{20,}\. Runbook: \S+", text), name
        assert len(text) <= 1024, "CloudWatch takes no more"


def test_every_notice_that_a_machine_or_a_rule_writes_names_a_page(lake, repository):
    written = [
        state["Arguments"]["Message"]
        for machine in ("ingest", "curate", "compact")
        for _, state in all_states(lake.definition(machine))
        if "'severity'" in json.dumps(state.get("Arguments", {}).get("Message", ""))
    ]
    written += [
        json.dumps(target["InputTransformer"])
        for rule in lake.properties("AWS::Events::Rule")
        for target in rule["Targets"]
        if "severity" in json.dumps(target.get("InputTransformer", ""))
    ]
    assert len(written) > 2
    for message in written:
        (page,) = pages(message)
        assert (repository / RUNBOOKS / f"{page}.md").is_file()


def test_the_functions_know_where_the_runbooks_are(lake):
    for function in lake.functions().values():
        assert function["Environment"]["Variables"]["RUNBOOKS"] == lake.settings.alerts.runbooks
    assert notices.RUNBOOKS == RUNBOOKS


@pytest.fixture(scope="module")
def elsewhere(vary):
    """Give production with its runbooks at a URL of the company's."""
    settings = load_settings("prod").alerts
    return vary(alerts=settings.model_copy(update={"runbooks": URL}))


def test_a_company_can_keep_its_runbooks_elsewhere(elsewhere):
    for text in descriptions(elsewhere).values():
        assert len(pages(text, URL)) == 1
        assert pages(text) == []
