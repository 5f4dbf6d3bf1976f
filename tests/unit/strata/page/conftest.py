"""A small story that any part of the page can be drawn from, without a lake."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from strata.page.deployed.body import read_dashboard
from strata.page.deployed.measured import queue_depths, recorded_metrics
from strata.page.deployed.model import Alarm, Query
from strata.page.story import (
    Arrival,
    Chart,
    Column,
    Example,
    Execution,
    Machine,
    Notice,
    Product,
    RuleCount,
    Run,
    Story,
    Table,
    Visit,
)
from tests.unit.strata.page.deployed_body import BODY, MACHINE, emitted

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
INGEST = "arn:aws:states:us-east-1:000000000000:execution:ingest:one"
DEFINITION: dict[str, Any] = {
    "StartAt": "Open",
    "States": {
        "Open": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tidy"}],
            "Next": "Anything?",
        },
        "Anything?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $x %}", "Next": "Each"}],
            "Default": "Nothing",
        },
        "Nothing": {"Type": "Succeed"},
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Look",
                "States": {
                    "Look": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::aws-sdk:glue:getCrawler",
                        "End": True,
                    }
                },
            },
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Stage",
                    "States": {
                        "Stage": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::glue:startJobRun.sync",
                            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "StageFailed"}],
                            "End": True,
                        },
                        "StageFailed": {"Type": "Pass", "End": True},
                    },
                },
                {
                    "StartAt": "Wait",
                    "States": {
                        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Ready?"},
                        "Ready?": {
                            "Type": "Choice",
                            "Choices": [{"Condition": "{% $x %}", "Next": "Ready"}],
                            "Default": "Wait",
                        },
                        "Ready": {"Type": "Pass", "End": True},
                    },
                },
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tidy"}],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
        "Tidy": {"Type": "Pass", "Next": "Failed"},
        "Failed": {"Type": "Fail"},
    },
}
"""Every kind of state and of way: choices, a catch, a loop, a Map, and a Parallel."""


@pytest.fixture
def body() -> dict[str, Any]:
    """Give the body of a dashboard that a test may change."""
    copied: dict[str, Any] = json.loads(json.dumps(BODY))
    return copied


@pytest.fixture
def definition() -> dict[str, Any]:
    """Give a definition with every kind of state."""
    return DEFINITION


@pytest.fixture
def story() -> Story:
    """Give the story of one published run with one quarantined row and one rejected file."""
    return Story(
        prefix="strata-local",
        region="us-east-1",
        written_at=START,
        stacks=(("strata-local-storage", 12),),
        machines=(Machine("ingest", DEFINITION),),
        executions=(
            Execution(
                pipeline="ingest",
                arn=INGEST,
                status="SUCCEEDED",
                started_at=START,
                seconds=4.0,
                visits=(
                    Visit("Open", 0.0, 1.0, "retried", 2, "ThrottlingException"),
                    Visit("Anything?", 1.0, 0.0, "succeeded"),
                    Visit("Each", 1.0, 1.0, "succeeded"),
                    Visit("Look", 1.0, 1.0, "succeeded"),
                    Visit("Both", 2.0, 2.0, "succeeded"),
                    Visit("Stage", 2.0, 2.0, "succeeded"),
                    Visit("Done", 4.0, 0.0, "succeeded"),
                ),
            ),
        ),
        runs=(
            Run(
                dataset="flights",
                kind="dataset",
                run_id="flights-one",
                trigger="on_arrival",
                outcome="published_with_warnings",
                started_at=START,
                ended_at=START + timedelta(seconds=4),
                execution_arn=INGEST,
                files_claimed=2,
                files_accepted=1,
                files_rejected=1,
                rows_in=1000,
                rows_good=998,
                rows_quarantined=1,
                rows_deduplicated=1,
                score=0.999,
                reason="drift: fare added",
                scores={"conformity": 0.999, "consistency": 0.851, "coverage": 0.0},
                rows_stale=7,
                schema_changes=("column fare (int) was added",),
            ),
        ),
        thresholds={"flights": 0.95},
        rules=(
            RuleCount(
                "flights",
                "origin_known",
                "quarantine",
                1,
                "An airport of New York City.",
                (Example("2014,XXX", "value 'XXX' is not one of 'EWR'", "flights/a.csv, line 7"),),
            ),
        ),
        arrivals=(
            Arrival("flights", "flights/a.csv", 2000, "published", START, "flights-one"),
            Arrival(
                "flights",
                "flights/b.csv",
                0,
                "rejected",
                START,
                "flights-one",
                "empty_file",
                "the file has no bytes",
            ),
        ),
        tables=(
            Table(
                zone="processed",
                name="flights",
                description="Flights.",
                format="iceberg",
                columns=(Column("origin", "string"), Column("secret", "string", hidden=True)),
                rows=998,
                sample=(("EWR", "do not show"), (None, None)),
                snapshot_id="42",
                snapshots=3,
            ),
        ),
        products=(
            Product(
                "punctuality",
                "How punctual.",
                ("flights",),
                (Chart("bars", "flights by carrier", "total", (("UA", 5.0), ("AA", 3.0))),),
            ),
        ),
        notices=(
            Notice("warning", "run_published", "flights", "published", ("b.csv: empty",), "Look."),
        ),
        dashboard=read_dashboard("strata-local", json.dumps(BODY)),
        alarms=(
            Alarm(
                name="strata-local-failed",
                state="INSUFFICIENT_DATA",
                queries=(
                    Query("AWS/States", "ExecutionsFailed", {"StateMachineArn": MACHINE}, "Sum"),
                ),
                filled=False,
                period=300,
                periods=1,
                needed=1,
                comparison="GreaterThanOrEqualToThreshold",
                threshold=1,
                missing="notBreaching",
            ),
        ),
        metrics=(
            *recorded_metrics(
                [
                    emitted(
                        START + timedelta(seconds=4),
                        "flights",
                        "published_with_warnings",
                        Runs=1,
                        RowsGood=998,
                        RowsQuarantined=1,
                        QualityScore=0.999,
                    )
                ]
            ),
            *queue_depths({"dead": 0}, START),
        ),
    )
