"""What the lake may cost, and who hears of it."""

from collections.abc import Mapping
from typing import Final, Literal

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from constructs import Construct

_Kind = Literal["ACTUAL", "FORECASTED"]
_WHOLE: Final = 100


class CostControls(Construct):
    """A monthly budget over the whole account, which tells of cost and of forecast.

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

    Attributes:
        budget: the budget.

    Raises:
        ValueError: ``monthly_usd`` or ``alert_percent`` is out of range.
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
