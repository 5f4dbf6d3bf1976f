"""One page that shows how the lake is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from data_lake.metrics import RUNS, search_runs

_WIDTH: Final = 8
_WHOLE_WIDTH: Final = 24
_HOUR: Final = Duration.hours(1)
_LAKE_WIDGETS: Final = 4
_DATASET_WIDGETS: Final = 4
MOST_DATASETS: Final = (500 - _LAKE_WIDGETS) // _DATASET_WIDGETS
"""How many datasets one dashboard can show; CloudWatch allows 500 widgets."""


@dataclass(frozen=True)
class Monitored:
    """What is watched of a dataset or product.

    Attributes:
        name: as its contract has it.
        freshness_hours: how old the newest publish may be. ``None``: no promise, no alarm.
        threshold: the quality score, from 0 to 1, from which a run is published.
    """

    name: str
    freshness_hours: float | None
    threshold: float


class LakeDashboard(Construct):
    """The alarms and the lake's runs on top, then one row for each dataset and product.

    Args:
        name: the dashboard's name, by which people find it.
        environment: the environment's name, a dimension of every metric of runs.
        datasets: what has a row; beyond ``MOST_DATASETS``, the first of them.
        machines: the state machines' ARNs by name.
        queues: the dead-letter queues' names by what they belong to.
        alarms: what is shown as a state each.

    Attributes:
        dashboard: the dashboard.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        environment: str,
        datasets: Sequence[Monitored],
        machines: Mapping[str, str],
        queues: Mapping[str, str],
        alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, construct_id)
        shown = datasets[:MOST_DATASETS]
        self.dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            default_interval=Duration.days(7),
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=_WHOLE_WIDTH)],
                _lake_row(machines, queues),
                *(row for dataset in shown for row in _dataset_rows(environment, dataset)),
            ],
        )


def _lake_row(machines: Mapping[str, str], queues: Mapping[str, str]) -> list[cloudwatch.IWidget]:
    def executions(metric: str) -> list[cloudwatch.IMetric]:
        return [
            cloudwatch.Metric(
                namespace="AWS/States",
                metric_name=metric,
                dimensions_map={"StateMachineArn": arn},
                statistic="Sum",
                period=_HOUR,
                label=name,
            )
            for name, arn in machines.items()
        ]

    depths: list[cloudwatch.IMetric] = [
        cloudwatch.Metric(
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions_map={"QueueName": queue},
            statistic="Maximum",
            period=_HOUR,
            label=name,
        )
        for name, queue in queues.items()
    ]
    graphs = {
        "Runs started": executions("ExecutionsStarted"),
        "Runs failed": executions("ExecutionsFailed"),
        "Dead letters": depths,
    }
    return [
        cloudwatch.GraphWidget(title=title, left=lines, width=_WIDTH)
        for title, lines in graphs.items()
    ]


def _dataset_rows(environment: str, dataset: Monitored) -> list[list[cloudwatch.IWidget]]:
    def lines(statistic: str, *metrics: str) -> list[cloudwatch.IMetric]:
        return [
            cloudwatch.MathExpression(
                expression=search_runs(environment, dataset.name, metric, statistic),
                label="",
                period=_HOUR,
            )
            for metric in metrics
        ]

    promise = (
        f"a publish every {dataset.freshness_hours} hours"
        if dataset.freshness_hours
        else "no promise of freshness"
    )
    return [
        [
            cloudwatch.TextWidget(
                markdown=f"## {dataset.name}\n{promise}", width=_WHOLE_WIDTH, height=2
            )
        ],
        [
            cloudwatch.GraphWidget(
                title="Runs by outcome", left=lines("Sum", RUNS), width=_WIDTH, stacked=True
            ),
            cloudwatch.GraphWidget(
                title="Rows good and quarantined",
                left=lines("Sum", "RowsGood"),
                right=lines("Sum", "RowsQuarantined"),
                width=_WIDTH,
            ),
            cloudwatch.GraphWidget(
                title="Quality score",
                left=lines("Minimum", "QualityScore"),
                left_y_axis=cloudwatch.YAxisProps(min=0, max=1),
                left_annotations=[
                    cloudwatch.HorizontalAnnotation(
                        value=dataset.threshold, label="published from here"
                    )
                ],
                width=_WIDTH,
            ),
        ],
    ]
