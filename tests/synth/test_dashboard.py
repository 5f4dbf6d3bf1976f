import json

import pytest
from aws_cdk.assertions import Template

from data_lake.contracts import load_contracts
from data_lake.dashboard import MOST_DATASETS, LakeDashboard, Monitored
from tests.synth.synthesised import flat


def widgets(lake):
    """Give the widgets of the one dashboard."""
    (dashboard,) = lake.properties("AWS::CloudWatch::Dashboard")
    return json.loads(flat(dashboard["DashboardBody"]))["widgets"]


@pytest.fixture
def contracts(repository):
    """Give every contract of this repository by name."""
    found = load_contracts(repository / "contracts")
    return {**found.datasets, **found.products}


def test_people_find_the_dashboard_by_the_lakes_name(lake):
    (dashboard,) = lake.properties("AWS::CloudWatch::Dashboard")
    assert dashboard["DashboardName"] == lake.settings.prefix


def test_every_alarm_is_on_the_dashboard_as_a_state(lake):
    (states,) = [widget for widget in widgets(lake) if widget["type"] == "alarm"]
    assert len(states["properties"]["alarms"]) == len(set(states["properties"]["alarms"]))
    shown = {entry.strip("<>").split(".")[0] for entry in states["properties"]["alarms"]}
    assert shown == set(lake.resources("AWS::CloudWatch::Alarm"))


def test_every_contract_has_its_runs_its_rows_and_its_quality(lake, contracts):
    environment = lake.settings.environment
    for name in contracts:
        lines = [
            expression["expression"]
            for widget in widgets(lake)
            for (expression, *_) in widget["properties"].get("metrics", [])
            if isinstance(expression, dict) and f'dataset="{name}"' in expression["expression"]
        ]
        assert len(lines) == 4
        for metric in ("Runs", "RowsGood", "RowsQuarantined", "QualityScore"):
            assert any(f'MetricName="{metric}"' in line for line in lines)
        assert all(f'environment="{environment}"' in line for line in lines)


def test_the_score_from_which_a_run_is_published_is_drawn(lake, contracts):
    drawn = [
        annotation["value"]
        for widget in widgets(lake)
        for annotation in widget["properties"].get("annotations", {}).get("horizontal", [])
    ]
    assert drawn == [contract.quality.threshold for contract in contracts.values()]


def test_a_lake_of_many_datasets_stays_within_cloudwatchs_500_widgets(stack):
    LakeDashboard(
        stack,
        "Overview",
        name="lake",
        environment="dev",
        datasets=[Monitored(f"d{number}", 1, 0.9) for number in range(MOST_DATASETS + 50)],
        machines={"ingest": "arn"},
        queues={"arrivals": "queue"},
        alarms=[],
    )
    (dashboard,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
    body = json.loads(flat(dashboard["Properties"]["DashboardBody"]))
    assert 490 < len(body["widgets"]) <= 500
