import re

import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

from data_lake.alarm_kinds import CAUSES, KINDS
from data_lake.cause_alarms import MOST_IN_A_RULE, CauseAlarms
from data_lake.severity import Severity
from tests.synth.synthesised import flat

NOTHING_WAKES = {"events-missed", "replication"}
"""Ends of the names of alarms that no cause gathers."""


def causes(lake):
    """Give the properties of each composite alarm, by its name without the lake's."""
    return {
        alarm["AlarmName"].removeprefix(f"{lake.settings.prefix}-"): alarm
        for alarm in lake.properties("AWS::CloudWatch::CompositeAlarm")
    }


def members(alarm):
    """Give the logical ids of the alarms that a rule names."""
    return re.findall(r'ALARM\("<(\w+)\.Arn>"\)', flat(alarm["AlarmRule"]))


def names_of(template, alarm):
    """Give the names of the alarms that a composite alarm's rule names, however deep."""
    found = []
    for logical_id in members(alarm):
        resource = template["Resources"][logical_id]
        if resource["Type"] == "AWS::CloudWatch::CompositeAlarm":
            found += names_of(template, resource["Properties"])
        else:
            found.append(resource["Properties"]["AlarmName"])
    return found


@pytest.fixture
def topics(stack):
    """Give a topic for each severity."""
    return {severity: sns.Topic(stack, severity) for severity in Severity}


@pytest.fixture
def many(stack):
    """Give a maker of so many alarms, whose ARNs are as long as any."""
    region = "arn:aws-us-gov:cloudwatch:us-gov-east-1:111111111111:alarm:"

    def make(count):
        return [
            cloudwatch.Alarm.from_alarm_arn(stack, f"Alarm{n}", f"{region}{'a' * 190}{n:05}")
            for n in range(count)
        ]

    return make


@pytest.mark.fault(34, by="template")
def test_however_many_runs_fail_together_one_alarm_wakes_people(lake):
    observed = lake.templates["Observability"]
    failing = names_of(observed, causes(lake)["runs-failing"])
    prefix = lake.settings.prefix
    assert set(failing) == {
        f"{prefix}-{machine}-{metric}"
        for machine in ("ingest", "curate", "compact")
        for metric in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")
    }


def test_every_alarm_that_wakes_people_does_so_under_one_cause(lake):
    observed = lake.templates["Observability"]
    gathered = [name for alarm in causes(lake).values() for name in names_of(observed, alarm)]
    assert len(gathered) == len(set(gathered))
    prefix = f"{lake.settings.prefix}-"
    alone = {
        name
        for name in lake.alarms()
        if f"{prefix}{name}" not in gathered
        and not any(name == end or name.endswith(f"-{end}") for end in NOTHING_WAKES)
    }
    assert alone == set()


def test_late_data_tells_nobody_while_failing_runs_explain_it_and_does_when_they_are_over(lake):
    late = causes(lake)["data-late"]
    (suppressor,) = [
        logical_id
        for logical_id, resource in lake.resources("AWS::CloudWatch::CompositeAlarm").items()
        if resource["Properties"]["AlarmName"].endswith("-runs-failing")
    ]
    assert late["ActionsSuppressor"] == {"Fn::GetAtt": [suppressor, "Arn"]}
    assert late["ActionsSuppressorWaitPeriod"] == 600
    assert late["ActionsSuppressorExtensionPeriod"] == 3600


def test_nothing_else_can_be_kept_from_telling(lake):
    quiet = {name for name, alarm in causes(lake).items() if "ActionsSuppressor" in alarm}
    assert quiet == {"data-late"}


def test_no_single_alarm_wakes_people_and_every_cause_does():
    assert {kind.severity for kind in KINDS.values()} == {Severity.WARNING, Severity.INFO}
    assert {cause.severity for cause in CAUSES.values()} == {Severity.CRITICAL}
    assert {kind.cause for kind in KINDS.values()} == {None, *CAUSES}
    assert {cause.quiet_while for cause in CAUSES.values()} <= {None, *CAUSES}


@pytest.mark.parametrize(("count", "parts"), [(1, 0), (36, 0), (37, 2), (1000, 28)])
def test_a_thousand_alarms_of_one_cause_are_still_one_page_and_rules_fit(
    stack, topics, many, count, parts
):
    CauseAlarms(stack, "Causes", prefix="lake", topics=topics, alarms={"data-late": many(count)})
    found = [
        resource["Properties"]
        for resource in Template.from_stack(stack)
        .find_resources("AWS::CloudWatch::CompositeAlarm")
        .values()
    ]
    assert [alarm["AlarmName"] for alarm in found if alarm.get("AlarmActions")] == [
        "lake-data-late"
    ]
    assert len(found) == parts + 1
    rules = [flat(alarm["AlarmRule"]) for alarm in found]
    assert sum(rule.count(":alarm:a") for rule in rules) == count
    assert sum(rule.count(".Arn>") for rule in rules) == parts
    assert all(len(rule) <= 10_240 and rule.count("ALARM(") <= 100 for rule in rules)


def test_more_alarms_than_two_levels_can_name_are_refused(stack, topics, many):
    alarms = many(1) * (MOST_IN_A_RULE**2 + 1)
    with pytest.raises(ValueError, match=r"data-late: must have at most 1296 alarms.*: got 1297"):
        CauseAlarms(stack, "Causes", prefix="lake", topics=topics, alarms={"data-late": alarms})


def test_a_cause_without_alarms_has_no_alarm_of_its_own(stack, topics, many):
    CauseAlarms(stack, "Causes", prefix="lake", topics=topics, alarms={"undelivered": many(1)})
    Template.from_stack(stack).resource_count_is("AWS::CloudWatch::CompositeAlarm", 1)


def test_a_cause_tells_when_it_starts_and_when_it_ends(lake):
    outputs = lake.templates["Processing"]["Outputs"]
    for alarm in causes(lake).values():
        (started,), (ended,) = alarm["AlarmActions"], alarm["OKActions"]
        assert started == ended
        told = outputs[started["Fn::GetStackOutput"]["OutputName"]]["Value"]["Ref"]
        critical = lake.settings.alerts.topics == "by_severity"
        assert ("Critical" in told) is critical
        assert alarm["AlarmDescription"]
