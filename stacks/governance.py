"""Where the lake's cost is held to its limit."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_sns as sns
from constructs import Construct

from config.settings import Settings
from data_lake.cost_controls import AnomalyAlerts, CostControls


class GovernanceStack(Stack):
    """The budget and anomalies of cost; the tags that cost is told apart by are on every stack.

    Args:
        settings: the environment.
        topic: gets the budget's alerts.
        tags: of this stack and of what it holds.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        topic: sns.ITopic,
        tags: Mapping[str, str],
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, tags=tags, **stack)
        anomalies = settings.budget.anomalies
        controls = CostControls(
            self,
            "Cost",
            prefix=settings.prefix,
            topic=topic,
            tags=tags,
            anomalies=AnomalyAlerts(**anomalies.model_dump()) if anomalies else None,
            **settings.budget.model_dump(exclude={"anomalies"}),
        )
        CfnOutput(self, "BudgetName", value=controls.budget.ref)
