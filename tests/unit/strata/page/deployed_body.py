"""A dashboard's body as CloudWatch keeps it, and the records that fill it."""

import json
from datetime import datetime
from typing import Any

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:ingest"
SCHEMA = "{Strata,dataset,environment,outcome}"


def _search(metric: str, statistic: str) -> str:
    terms = f'dataset="flights" environment="local" MetricName="{metric}"'
    return f"SEARCH('{SCHEMA} {terms}', '{statistic}', 3600)"


BODY: dict[str, Any] = {
    "start": "-P7D",
    "widgets": [
        {
            "type": "alarm",
            **{"x": 0, "y": 0, "width": 24, "height": 3},
            "properties": {
                "title": "Alarms",
                "alarms": ["arn:aws:cloudwatch:us-east-1:000000000000:alarm:strata-local-failed"],
            },
        },
        {
            "type": "metric",
            **{"x": 0, "y": 3, "width": 8, "height": 6},
            "properties": {
                "title": "Runs failed",
                "region": "us-east-1",
                "metrics": [
                    [
                        *("AWS/States", "ExecutionsFailed", "StateMachineArn", MACHINE),
                        {"label": "ingest", "stat": "Sum", "period": 3600},
                    ]
                ],
            },
        },
        {
            "type": "metric",
            **{"x": 8, "y": 3, "width": 8, "height": 6},
            "properties": {
                "title": "Dead letters",
                "region": "us-east-1",
                "metrics": [
                    [
                        *("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "dead"),
                        {"label": "arrivals", "stat": "Maximum"},
                    ]
                ],
            },
        },
        {
            "type": "text",
            **{"x": 0, "y": 9, "width": 24, "height": 2},
            "properties": {"markdown": "## flights\na publish every 24 hours"},
        },
        {
            "type": "metric",
            **{"x": 0, "y": 11, "width": 8, "height": 6},
            "properties": {
                "title": "Runs by outcome",
                "region": "us-east-1",
                "stacked": True,
                "metrics": [[{"expression": _search("Runs", "Sum"), "period": 3600}]],
            },
        },
        {
            "type": "metric",
            **{"x": 8, "y": 11, "width": 8, "height": 6},
            "properties": {
                "title": "Rows good and quarantined",
                "region": "us-east-1",
                "metrics": [
                    [{"expression": _search("RowsGood", "Sum")}],
                    [{"expression": _search("RowsQuarantined", "Sum"), "yAxis": "right"}],
                ],
            },
        },
        {
            "type": "metric",
            **{"x": 16, "y": 11, "width": 8, "height": 6},
            "properties": {
                "title": "Quality score",
                "region": "us-east-1",
                "metrics": [[{"expression": _search("QualityScore", "Minimum")}]],
                "annotations": {
                    "horizontal": [{"value": 0.95, "label": "published from here", "yAxis": "left"}]
                },
                "yAxis": {"left": {"min": 0, "max": 1}},
            },
        },
    ],
}
"""A dashboard's body as it is deployed, in small: every kind of widget of the lake's own."""


def emitted(moment: datetime, dataset: str, outcome: str, **values: float) -> str:
    """Give the line that a function logs to have these metrics made of it."""
    directive = {
        "Namespace": "Strata",
        "Dimensions": [["environment", "dataset", "outcome"]],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in values],
    }
    dimensions = {"environment": "local", "dataset": dataset, "outcome": outcome}
    metadata = {"Timestamp": int(moment.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return json.dumps(
        {"_aws": metadata, **dimensions, **{name: [value] for name, value in values.items()}}
    )
