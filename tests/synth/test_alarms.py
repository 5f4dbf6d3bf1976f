import json
from types import SimpleNamespace

import pytest
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Match, Template

from close_run.closing import count_run
from data_lake.alarms import AlarmSet
from data_lake.contracts import load_contracts
from data_lake.severity import Severity
from lake_runtime.endings import Outcome
from tests.synth.synthesised import all_states

FAILURES = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")


@pytest.fixture
def alarms(stack):
    """Give a maker of alarms."""
    topic = sns.Topic(stack, "Topic")
    topics = dict.fromkeys(Severity, topic)
    return AlarmSet(stack, "Alarms", prefix="lake", topics=topics)


@pytest.fixture(scope="module")
def contracts():
    """Give every contract of this repository by name."""
    from stacks.application import REPOSITORY  # noqa: PLC0415

    found = load_contracts(REPOSITORY / "contracts")
    return {**found.datasets, **found.products}


def emitted(capsys, environment, dataset, outcome):
    """Close a run as `close_run` does, and give the metric record that it prints."""
    record = {"rows_in": 2, "rows_good": 1, "rows_quarantined": 1, "score": "0.5"}
    settled = SimpleNamespace(
        is_first=True, record=record, seconds=1.0, parked=0, outcome=Outcome(outcome)
    )
    run = SimpleNamespace(environment=SimpleNamespace(environment=environment), dataset=dataset)
    count_run(run, settled)
    return json.loads(capsys.readouterr().out)


def freshness(lake):
    """Give each freshness alarm by the dataset it watches."""
    return {
        name.removesuffix("-freshness"): alarm
        for name, alarm in lake.alarms().items()
        if name.endswith("-freshness")
    }


def watched(alarm):
    """Give the metrics that an alarm's expression adds up."""
    return [entry["MetricStat"] for entry in alarm["Metrics"] if "MetricStat" in entry]


@pytest.mark.parametrize("metric", FAILURES)
@pytest.mark.parametrize("machine", ["ingest", "curate", "compact"])
def test_one_run_that_did_not_succeed_alarms(lake, machine, metric):
    alarm = lake.alarms()[f"{machine}-{metric}"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/States", metric)
    (dimension,) = alarm["Dimensions"]
    assert dimension["Name"] == "StateMachineArn"
    assert dimension["Value"].endswith(f":stateMachine:{lake.settings.prefix}-{machine}")
    is_the_first_enough(alarm, "Sum", periods=6)
    assert alarm["TreatMissingData"] == "notBreaching"


@pytest.mark.fault(27, by="template")
def test_every_dead_letter_queue_alarms_with_its_first_message(lake):
    targets = {
        name
        for queue in lake.properties("AWS::SQS::Queue")
        for name in (
            [queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]
            if "RedrivePolicy" in queue
            else []
        )
    }
    used = {
        target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
        for kind in ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
        for given in lake.properties(kind)
        for target in given.get("Targets", [given.get("Target")])
    }
    used |= {
        state["Arguments"]["QueueUrl"].strip("<>")
        for machine in ("ingest", "curate")
        for _, state in all_states(lake.definition(machine))
        if state.get("Resource", "").endswith(":sqs:sendMessage")
    }
    found = {name: alarm for name, alarm in lake.alarms().items() if name.endswith("-dead-letters")}
    for alarm in found.values():
        assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        is_the_first_enough(alarm, "Maximum")
    outputs = lake.templates["Processing"]["Outputs"]
    alarmed = {
        outputs[alarm["Dimensions"][0]["Value"]["Fn::GetStackOutput"]["OutputName"]]["Value"][
            "Fn::GetAtt"
        ][0]
        for alarm in found.values()
    }
    assert alarmed == targets | used
    assert len(alarmed) == 6


@pytest.mark.fault(49, by="template")
def test_a_replica_that_s3_gave_up_alarms_for_every_zone_that_is_replicated(lake):
    found = {
        name.removesuffix("-replication"): {
            entry["Name"]: entry["Value"] for entry in alarm["Dimensions"]
        }
        for name, alarm in lake.alarms().items()
        if alarm.get("MetricName") == "OperationsFailedReplication"
    }
    replicated = {
        zone: bucket["ReplicationConfiguration"]["Rules"][0]
        for zone, bucket in lake.buckets().items()
        if "ReplicationConfiguration" in bucket
    }
    assert found == {
        zone: {
            "SourceBucket": lake.buckets()[zone]["BucketName"],
            "DestinationBucket": rule["Destination"]["Bucket"].removeprefix("arn:aws:s3:::"),
            "RuleId": rule["Id"],
        }
        for zone, rule in replicated.items()
    }


def test_every_promise_of_freshness_has_an_alarm_and_nothing_else_has(lake, contracts):
    promised = {name for name, contract in contracts.items() if contract.freshness_hours}
    assert promised
    assert set(freshness(lake)) == promised


@pytest.mark.fault(44, by="template")
@pytest.mark.fault(42, by="template")
def test_data_that_is_older_than_promised_alarms_and_so_does_silence(lake, contracts):
    for name, alarm in freshness(lake).items():
        (period,) = {stat["Period"] for stat in watched(alarm)}
        assert period * alarm["EvaluationPeriods"] == contracts[name].freshness_hours * 3600
        assert alarm["DatapointsToAlarm"] == alarm["EvaluationPeriods"]
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
        assert alarm["TreatMissingData"] == "breaching"
        assert alarm["Metrics"][0]["Expression"] == "SUM(FILL(METRICS(), 0))"


@pytest.mark.parametrize("outcome", ["published", "published_with_warnings"])
def test_a_success_that_close_run_counts_is_one_that_the_alarm_sees(
    lake, capsys, monkeypatch, outcome
):
    variables = lake.functions()["close_run"]["Environment"]["Variables"]
    namespace = variables["POWERTOOLS_METRICS_NAMESPACE"]
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", namespace)
    environment = lake.settings.environment
    for name, alarm in freshness(lake).items():
        record = emitted(capsys, environment, name, outcome)
        (directive,) = record["_aws"]["CloudWatchMetrics"]
        metric = {
            "Namespace": directive["Namespace"],
            "MetricName": directive["Metrics"][0]["Name"],
            "Dimensions": [
                {"Name": key, "Value": record[key]} for key in sorted(*directive["Dimensions"])
            ],
        }
        assert record[metric["MetricName"]] == [1.0]
        assert metric in [stat["Metric"] for stat in watched(alarm)]


@pytest.mark.parametrize("outcome", ["failed", "quarantined", "rejected"])
def test_a_run_that_published_nothing_does_not_make_data_fresh(lake, outcome):
    for alarm in freshness(lake).values():
        for stat in watched(alarm):
            assert {"Name": "outcome", "Value": outcome} not in stat["Metric"]["Dimensions"]


def test_every_alarm_tells_the_topic_of_its_severity_when_it_starts_and_when_it_ends(lake):
    outputs = lake.templates["Processing"]["Outputs"]
    by_severity = lake.settings.alerts.topics == "by_severity"
    for name, alarm in lake.alarms().items():
        severity = "Info" if name == "events-missed" else "Warning"
        for told in (alarm["AlarmActions"], alarm["OKActions"]):
            (action,) = [one for one in told if "Fn::GetStackOutput" in one]
            topic = outputs[action["Fn::GetStackOutput"]["OutputName"]]["Value"]["Ref"]
            assert lake.resources("AWS::SNS::Topic")[topic]
            assert (f"Alerts{severity}" in topic) is by_severity
        assert alarm["AlarmDescription"]


@pytest.mark.parametrize(
    ("hours", "period", "periods"),
    [(0.25, 300, 3), (0.01, 300, 1), (24, 300, 288), (24.5, 3600, 25), (168, 3600, 168)],
)
def test_promises_of_up_to_seven_days_fit_what_cloudwatch_looks_back(
    stack, alarms, hours, period, periods
):
    alarms.on_stale_data("dev", "flights", hours)
    longest = 86_400 if period < 3600 else 604_800
    assert period * periods <= longest
    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "EvaluationPeriods": periods,
            "Metrics": Match.array_with(
                [Match.object_like({"MetricStat": Match.object_like({"Period": period})})]
            ),
        },
    )


@pytest.mark.parametrize("hours", [168.5, 720, 0])
def test_a_promise_that_no_alarm_can_watch_is_refused_by_its_dataset(alarms, hours):
    said = rf"flights: freshness_hours: must be above 0 and at most 168.* got {hours};"
    with pytest.raises(ValueError, match=said):
        alarms.on_stale_data("dev", "flights", hours)


def is_the_first_enough(alarm, statistic, periods=1):
    """Assert that one datapoint of those that are looked at is enough to alarm."""
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (periods, 1)
    assert (alarm["Threshold"], alarm["ComparisonOperator"], alarm["Statistic"]) == (
        1,
        "GreaterThanOrEqualToThreshold",
        statistic,
    )
