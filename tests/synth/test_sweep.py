"""The sweep as it is deployed: when, with what, and what it may do."""

import json

from tests.synth.synthesised import flat, listed


def schedule(lake):
    """Give the schedule of the whole sweep."""
    return next(
        one
        for one in lake.properties("AWS::Scheduler::Schedule")
        if json.loads(one["Target"]["Input"]) == {"trigger": "sweep"}
    )


def test_the_lake_is_swept_as_often_as_the_environment_says(lake):
    minutes = lake.settings.pipeline.sweep_minutes
    assert schedule(lake)["ScheduleExpression"] == f"rate({minutes} minutes)"
    assert schedule(lake)["State"] == ("ENABLED" if lake.settings.schedules.enabled else "DISABLED")


def test_a_sweep_that_could_not_start_or_failed_is_kept_and_alarmed(lake):
    function = lake.functions()["sweep"]
    letters = function["DeadLetterConfig"]["TargetArn"]
    assert schedule(lake)["Target"]["DeadLetterConfig"]["Arn"] == letters
    assert "sweep-dead-letters" in lake.alarms()
    (invoking,) = lake.properties("AWS::Lambda::EventInvokeConfig")
    # The next sweep is the retry; a second try of this one would lose the notice of the first.
    assert invoking["MaximumRetryAttempts"] == 0


def test_what_the_sweep_finds_out_of_order_is_alarmed_at_once(lake):
    for name, metric in (("batches-overdue", "BatchesOverdue"), ("events-missed", "EventsMissed")):
        alarm = lake.alarms()[name]
        assert (alarm["Namespace"], alarm["MetricName"]) == ("Strata", metric)
        assert alarm["Dimensions"] == [{"Name": "environment", "Value": lake.settings.environment}]
        assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)
        assert alarm["AlarmActions"]


def test_the_sweep_may_start_both_machines_and_change_nothing_but_the_ledger(lake):
    statements = lake.statements(lake.functions()["sweep"]["Role"])
    allowed = {
        action: [flat(resource) for resource in listed(statement["Resource"])]
        for statement in statements
        for action in listed(statement["Action"])
    }
    prefix = lake.settings.prefix
    starts = allowed["states:StartExecution"]
    assert {arn.rsplit(":stateMachine:", 1)[1] for arn in starts} == {
        f"{prefix}-ingest:live",
        f"{prefix}-curate:live",
    }
    looks = allowed["states:DescribeExecution"]
    assert {arn.rsplit(":execution:", 1)[1] for arn in looks} == {
        f"{prefix}-ingest:*",
        f"{prefix}-curate:*",
    }
    assert len(allowed["dynamodb:PutItem"]) == 1
    assert "Ledger" in allowed["dynamodb:PutItem"][0]
    assert not {"s3:PutObject", "s3:DeleteObject", "dynamodb:DeleteItem"} & set(allowed)


def test_the_sweep_finds_the_queue_that_arrivals_go_to(lake):
    variables = lake.functions()["sweep"]["Environment"]["Variables"]
    (mapping,) = lake.properties("AWS::Lambda::EventSourceMapping")
    assert variables["ARRIVAL_QUEUE_URL"] == {"Ref": mapping["EventSourceArn"]["Fn::GetAtt"][0]}
