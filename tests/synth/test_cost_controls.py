import json

import pytest
from aws_cdk import aws_sns as sns

from data_lake.cost_controls import AnomalyAlerts, CostControls
from stacks.application import tags_of
from tests.synth.synthesised import flat


def budget_of(lake):
    """Give the one budget."""
    (given,) = lake.properties("AWS::Budgets::Budget")
    return given


def make(stack, **changed):
    topic = sns.Topic(stack, "Topic")
    arguments = {"prefix": "lake", "monthly_usd": 10, "topic": topic, "tags": {}}
    return CostControls(stack, "Cost", **(arguments | changed))


def test_the_month_is_held_to_what_the_environment_may_cost(lake):
    budget = budget_of(lake)["Budget"]
    assert budget["BudgetName"] == f"{lake.settings.prefix}-monthly"
    assert (budget["BudgetType"], budget["TimeUnit"]) == ("COST", "MONTHLY")
    assert budget["BudgetLimit"] == {"Amount": lake.settings.budget.monthly_usd, "Unit": "USD"}


def test_the_budget_sees_the_whole_account_whether_or_not_tags_are_activated(lake):
    assert not {"CostFilters", "FilterExpression"} & set(budget_of(lake)["Budget"])


def test_cost_is_told_early_and_at_the_limit_and_when_the_forecast_passes_it(lake):
    told = [
        (alert["Notification"]["NotificationType"], alert["Notification"]["Threshold"])
        for alert in budget_of(lake)["NotificationsWithSubscribers"]
    ]
    early = lake.settings.budget.alert_percent
    assert told == [("ACTUAL", early), ("ACTUAL", 100), ("FORECASTED", 100)]


def test_every_alert_goes_to_the_lakes_topic(lake):
    for alert in budget_of(lake)["NotificationsWithSubscribers"]:
        (subscriber,) = alert["Subscribers"]
        assert subscriber["SubscriptionType"] == "SNS"
        assert "ProcessingAlerts" in flat(subscriber["Address"])
        assert alert["Notification"]["ThresholdType"] == "PERCENTAGE"
        assert alert["Notification"]["ComparisonOperator"] == "GREATER_THAN"


def test_the_budget_carries_the_tags_under_its_own_name_for_them(lake):
    tags = {tag["Key"]: tag["Value"] for tag in budget_of(lake)["ResourceTags"]}
    assert tags == tags_of(lake.settings)


def test_a_budget_of_nothing_is_refused(stack):
    with pytest.raises(ValueError, match=r"Test/Cost: monthly_usd: must be at least 1: got 0"):
        make(stack, monthly_usd=0)


@pytest.mark.parametrize("percent", [0, 100])
def test_an_early_alert_that_is_not_early_is_refused(stack, percent):
    with pytest.raises(ValueError, match=rf"alert_percent: must be from 1 to 99.* got {percent}"):
        make(stack, alert_percent=percent)


MONITOR = "arn:aws:ce::111111111111:anomalymonitor/0a1b2c3d"


def test_an_anomaly_of_any_services_cost_is_told_at_once_from_its_impact_on(synthesise):
    for environment in ("dev", "staging", "prod"):
        lake = synthesise(environment)
        (monitor,) = lake.properties("AWS::CE::AnomalyMonitor")
        (told,) = lake.properties("AWS::CE::AnomalySubscription")
        assert (monitor["MonitorType"], monitor["MonitorDimension"]) == ("DIMENSIONAL", "SERVICE")
        (watched,) = told["MonitorArnList"]
        assert "CostMonitor" in json.dumps(watched)
        assert told["Frequency"] == "IMMEDIATE"
        (subscriber,) = told["Subscribers"]
        assert subscriber["Type"] == "SNS"
        assert "ProcessingAlerts" in flat(subscriber["Address"])
        impact = json.loads(told["ThresholdExpression"])["Dimensions"]
        assert impact["Key"] == "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
        assert impact["Values"] == [str(lake.settings.budget.anomalies.least_usd)]
        for given in (monitor, told):
            tags = {tag["Key"]: tag["Value"] for tag in given["ResourceTags"]}
            assert tags == tags_of(lake.settings)


def test_the_service_that_tells_of_anomalies_may_use_what_the_budget_may(lake):
    for kind in ("AWS::SNS::TopicPolicy", "AWS::KMS::Key"):
        texts = [json.dumps(one) for one in lake.properties(kind)]
        admitting = [text for text in texts if "budgets.amazonaws.com" in text]
        assert admitting
        assert all("costalerts.amazonaws.com" in text for text in admitting)


def test_the_emulated_lake_has_no_monitor(local):
    assert local.properties("AWS::CE::AnomalyMonitor") == []


def test_a_monitor_that_exists_is_taken_and_none_is_made(stack):
    controls = make(stack, anomalies=AnomalyAlerts(least_usd=5, monitor_arn=MONITOR))
    assert controls.anomalies is not None
    assert controls.anomalies.monitor_arn_list == [MONITOR]
    assert controls.node.try_find_child("Monitor") is None


def test_an_anomaly_of_nothing_is_refused(stack):
    with pytest.raises(ValueError, match=r"anomalies\.least_usd: must be at least 1: got 0"):
        make(stack, anomalies=AnomalyAlerts(least_usd=0))
