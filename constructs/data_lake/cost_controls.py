"""What the lake may cost, and who hears of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_ce as ce
from aws_cdk import aws_sns as sns
from constructs import Construct

_Kind = Literal["ACTUAL", "FORECASTED"]
_WHOLE: Final = 100


@dataclass(frozen=True)
class AnomalyAlerts:
    """From when on a cost that nobody expected is told.

    Attributes:
        least_usd: an anomaly is told from this impact on, in US dollars in all.
        monitor_arn: an existing monitor, since an account has one monitor of its services.
            Default: none, one is made.
    """

    least_usd: int
    monitor_arn: str | None = None


class CostControls(Construct):
    """A monthly budget over the whole account, and word of what a service costs beyond the usual.

    It counts everything in the account, not only what carries the lake's tags: cost allocation
    tags count from the day on which somebody activates them in the payer's account, and a budget
    that filters by them sees nothing until then.

    Args:
        prefix: ``<project>-<environment>``; names the budget.
        monthly_usd: the limit, in US dollars a month.
        topic: gets the alerts; its policy and its key must let ``budgets.amazonaws.com`` publish.
        tags: what the budget is tagged with.
        alert_percent: the first share of the limit that is told, from 1 to 99. Default: 80. Told
            are also the limit itself, and a forecast beyond it.
        anomalies: from when on an anomaly of a service's cost is told at once. Default: never.
            The topic and its key must let ``costalerts.amazonaws.com`` publish, too.

    Attributes:
        budget: the budget.
        anomalies: the subscription to the monitor; None without ``anomalies``.

    Raises:
        ValueError: ``monthly_usd``, ``alert_percent`` or ``anomalies.least_usd`` is out of range.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        monthly_usd: int,
        topic: sns.ITopic,
        tags: Mapping[str, str],
        alert_percent: int = 80,
        anomalies: AnomalyAlerts | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        if monthly_usd < 1:
            raise ValueError(
                f"{self.node.path}: monthly_usd: must be at least 1: got {monthly_usd}"
            )
        if not 1 <= alert_percent < _WHOLE:
            raise ValueError(
                f"{self.node.path}: alert_percent: must be from 1 to 99, because 100 is always "
                f"told: got {alert_percent}"
            )
        alerts: tuple[tuple[_Kind, int], ...] = (
            ("ACTUAL", alert_percent),
            ("ACTUAL", _WHOLE),
            ("FORECASTED", _WHOLE),
        )
        self.budget = budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                # An alert says the budget's name and nothing else of the lake.
                budget_name=f"{prefix}-monthly",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=monthly_usd, unit="USD"),
            ),
            notifications_with_subscribers=[
                _alert(kind, percent, topic) for kind, percent in alerts
            ],
            # The resource has its tags under a name of its own, where the app's do not reach.
            resource_tags=[
                budgets.CfnBudget.ResourceTagProperty(key=key, value=value)
                for key, value in sorted(tags.items())
            ],
        )
        self.anomalies = anomalies and self._tell_anomalies(prefix, anomalies, topic, tags)

    def _tell_anomalies(
        self, prefix: str, alerts: AnomalyAlerts, topic: sns.ITopic, tags: Mapping[str, str]
    ) -> ce.CfnAnomalySubscription:
        if alerts.least_usd < 1:
            raise ValueError(
                f"{self.node.path}: anomalies.least_usd: must be at least 1: got {alerts.least_usd}"
            )
        # As of the budget, the tags have a name of their own.
        listed = [{"key": key, "value": value} for key, value in sorted(tags.items())]
        monitor = alerts.monitor_arn
        if monitor is None:
            monitor = ce.CfnAnomalyMonitor(
                self,
                "Monitor",
                monitor_name=f"{prefix}-services",
                monitor_type="DIMENSIONAL",
                monitor_dimension="SERVICE",
                resource_tags=[ce.CfnAnomalyMonitor.ResourceTagProperty(**tag) for tag in listed],
            ).attr_monitor_arn
        impact = {
            "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
            "Values": [str(alerts.least_usd)],
        }
        return ce.CfnAnomalySubscription(
            self,
            "Anomalies",
            subscription_name=f"{prefix}-anomalies",
            # A topic can only be told at once; a summary goes to e-mail addresses.
            frequency="IMMEDIATE",
            monitor_arn_list=[monitor],
            threshold_expression=json.dumps({"Dimensions": impact}),
            subscribers=[
                ce.CfnAnomalySubscription.SubscriberProperty(type="SNS", address=topic.topic_arn)
            ],
            resource_tags=[ce.CfnAnomalySubscription.ResourceTagProperty(**tag) for tag in listed],
        )


def _alert(
    kind: _Kind, percent: int, topic: sns.ITopic
) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=percent,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[
            budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic_arn)
        ],
    )
