"""The rules of settings that involve several values."""

from typing import Any

import pytest
from pydantic import ValidationError

from config.settings import Alerts, Settings, Subscriber

MINIMAL: dict[str, Any] = {
    "project": "strata",
    "environment": "dev",
    "production": False,
    "account": "111111111111",
    "region": "us-east-1",
    "owner": "data@example.com",
    "cost_center": "DP-001",
    "storage": {"raw": {}, "quarantine": {}, "artifacts": {}, "access_logs": {}},
}


def refused_fields(changes: dict[str, Any]) -> list[str]:
    """Give the top-level fields that are refused after ``changes``."""
    with pytest.raises(ValidationError) as raised:
        Settings.model_validate(MINIMAL | changes)
    return [str(error["loc"][0]) for error in raised.value.errors()]


def test_defaults_alone_are_valid_settings() -> None:
    settings = Settings.model_validate(MINIMAL)

    assert settings.pipeline.lease_minutes > settings.pipeline.timeout_minutes
    assert settings.alerts.subscribers == ()


def test_orphans_are_older_than_the_longest_run() -> None:
    slow = {"pipeline": {"timeout_minutes": 1440, "lease_minutes": 1500}}
    assert refused_fields(slow | {"optimizers": {"orphan_days": 1}}) == ["optimizers"]
    kept = Settings.model_validate(MINIMAL | slow | {"optimizers": {"orphan_days": 2}})
    assert kept.optimizers.orphan_days == 2
    assert refused_fields(slow | {"compaction": {"orphan_days": 1}}) == ["compaction"]
    kept = Settings.model_validate(MINIMAL | slow | {"compaction": {"orphan_days": 2}})
    assert kept.compaction.orphan_days == 2


def test_a_bucket_name_longer_than_63_characters_is_refused_before_deployment() -> None:
    fitting = {"project": "a" * 16, "environment": "b" * 10, "region": "us-east-1"}
    assert len(f"{'a' * 16}-{'b' * 10}-access-logs-{MINIMAL['account']}-us-east-1") == 62
    assert Settings.model_validate(MINIMAL | fitting).project == "a" * 16

    assert refused_fields(fitting | {"region": "ap-southeast-1"}) == ["region"]
    assert refused_fields(fitting | {"recovery_region": "ap-southeast-1"}) == ["recovery_region"]


@pytest.mark.parametrize("project", ["", "x", "Strata", "1lake", "lake-", "my--lake", "a" * 17])
def test_a_project_name_that_cannot_start_a_bucket_name_is_refused(project: str) -> None:
    assert refused_fields({"project": project}) == ["project"]


@pytest.mark.parametrize(
    ("protocol", "endpoint", "accepted"),
    [
        ("email", "team@example.com", True),
        ("email", "team", False),
        ("https", "https://example.com/hook", True),
        ("https", "http://example.com/hook", False),
        ("sqs", "arn:aws:sqs:us-east-1:111111111111:alerts", True),
        ("sqs", "arn:aws:sqs:us-east-1:111111111111:alerts.fifo", True),
        ("sqs", "arn:aws:sqs:us-east-1:111111111111:*", False),
        ("sqs", "https://sqs.us-east-1.amazonaws.com/111111111111/alerts", False),
    ],
)
def test_a_subscriber_has_the_endpoint_that_its_protocol_needs(
    protocol: str, endpoint: str, accepted: bool
) -> None:
    given = {"protocol": protocol, "endpoint": endpoint}
    if accepted:
        assert Subscriber.model_validate(given).endpoint == endpoint
    else:
        with pytest.raises(ValidationError, match=f"for protocol {protocol}"):
            Subscriber.model_validate(given)


def test_a_part_of_the_alarms_can_be_had_only_where_severities_have_topics() -> None:
    pager = {"protocol": "https", "endpoint": "https://x.example", "severities": ["critical"]}
    assert refused_fields({"alerts": {"subscribers": [pager]}}) == ["alerts"]
    alerts = Alerts.model_validate({"topics": "by_severity", "subscribers": [pager]})
    assert alerts.subscribers[0].severities == ("critical",)


def test_a_run_takes_at_least_one_batch_of_inspected_files() -> None:
    assert refused_fields({"pipeline": {"files_per_inspection": 50, "files_per_run": 49}}) == [
        "pipeline"
    ]


def test_a_job_longer_than_its_run_is_refused_even_where_the_run_has_its_default() -> None:
    assert refused_fields({"spark": {"timeout_minutes": 180}}) == ["pipeline"]
