"""The page about a deployed lake: what it tells is what the lake's own books say."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from strata.local.lake import LocalLake
from strata.page import Story, gather, write_page
from strata.page.deployed.evaluation import find
from strata.page.deployed.judging import judge
from strata.page.deployed.measured import counted_executions
from strata.page.deployed.model import MetricTile
from strata.page.deployed.section import dashboard
from strata.page.graph import read_graph
from strata.runs import artifact, runs
from strata.sample_data import BAD_ROWS, GOOD_ROWS
from tests.local.conftest import BESIDE_THE_SAMPLE


@pytest.fixture(scope="module")
def story(tried: LocalLake, sent: list[dict[str, Any]]) -> Story:
    """Give the story of the lake after good and bad files."""
    assert sent
    return gather(tried)


def test_every_run_of_the_books_is_told_with_its_execution(tried: LocalLake, story: Story) -> None:
    recorded = runs(tried)
    assert [run.run_id for run in story.runs] == [run["run_id"] for run in recorded]
    arns = {execution.arn for execution in story.executions}
    assert {run.execution_arn for run in story.runs} <= arns


def test_every_state_that_was_entered_is_a_state_of_the_definition(story: Story) -> None:
    for machine in story.machines:
        known = {node.name for node, _ in read_graph(machine.definition).walk()}
        entered = {
            visit.state
            for execution in story.executions
            if execution.pipeline == machine.pipeline
            for visit in execution.visits
        }
        assert {"OpenRun", "Judge", "CloseRun"} <= entered <= known


def test_a_runs_states_are_told_as_succeeded_with_the_seconds_that_they_took(story: Story) -> None:
    run = next(run for run in story.runs if run.dataset == "flights" and run.published)
    (execution,) = [one for one in story.executions if one.arn == run.execution_arn]
    states = {visit.state: visit for visit in execution.visits}
    assert states["StageRows"].outcome == "succeeded"
    assert 0 < states["StageRows"].seconds <= execution.seconds
    assert states["RunPublished"].start >= states["StageRows"].start + states["StageRows"].seconds


def test_quarantined_rows_are_told_with_an_example_and_its_place(story: Story) -> None:
    of_flights = [rule for rule in story.rules if rule.dataset == "flights"]
    kept = {rule.rule: rule for rule in of_flights if rule.severity == "quarantine"}
    assert sum(rule.rows for rule in kept.values()) == BAD_ROWS
    (example,) = kept["type:distance"].examples
    assert "'far'" in example.reason
    assert example.source == f"flights/2014 rows + é.csv, line {GOOD_ROWS + 2}"


def test_scores_are_told_as_the_judge_gave_them(tried: LocalLake, story: Story) -> None:
    told = {run.run_id: run for run in story.runs}
    recorded = [run for run in runs(tried) if run.get("scores")]
    assert {run["dataset"] for run in recorded} > {"flights", "airlines", "daily_punctuality"}
    for run in recorded:
        judged = artifact(tried, run["dataset"], run["run_id"], "judgement.json") or {}
        assert told[run["run_id"]].scores == judged["scores"]
    # The register lacks aircraft of some flights: nothing is put aside, and consistency says so.
    flights = next(run for run in story.runs if run.dataset == "flights" and run.published)
    assert flights.score == 1
    assert 0.8 < flights.scores["consistency"] < 1


def test_tables_are_told_with_their_size_and_a_sample(story: Story) -> None:
    tables = {table.name: table for table in story.tables}
    assert tables["airlines"].rows == 16
    assert len(tables["flights"].sample) == 5
    assert tables["flights"].snapshots
    assert tables["flights"].snapshot_id


def test_a_product_has_pictures_of_its_rows(story: Story) -> None:
    (product,) = [one for one in story.products if one.name == "daily_punctuality"]
    assert {chart.kind for chart in product.charts} == {"bars", "line"}


def test_notices_that_were_read_before_are_still_told(
    story: Story, sent: list[dict[str, Any]]
) -> None:
    assert len(story.notices) >= len(sent)
    assert "object_unclaimed" in {notice.kind for notice in story.notices}


def test_the_dashboard_is_the_one_that_was_deployed(tried: LocalLake, story: Story) -> None:
    answer = tried.client("cloudwatch").get_dashboard(DashboardName=tried["DashboardName"])
    widgets = json.loads(answer["DashboardBody"])["widgets"]
    assert len(story.dashboard.tiles) == len(widgets) > 20
    section = dashboard(story)
    for widget in widgets:
        assert widget["properties"].get("title", "<h3>") in section
        across = f"grid-area: {widget['y'] + 1} / {widget['x'] + 1} / span {widget['height']}"
        assert across in section


def test_the_dashboards_numbers_are_those_of_the_books(story: Story) -> None:
    for run in story.runs:
        if not run.rows_in or not run.ended_at:
            continue
        wanted = {"environment": "local", "dataset": run.dataset, "outcome": run.outcome}
        (good,) = [
            metric
            for metric in story.metrics
            if metric.name == "RowsGood" and metric.dimensions == wanted
        ]
        same = [
            one for one in story.runs if (one.dataset, one.outcome) == (run.dataset, run.outcome)
        ]
        assert sum(value for _, value in good.points) == sum(one.rows_good for one in same)


def test_every_query_of_the_dashboard_finds_what_the_lake_measured(story: Story) -> None:
    metrics = [*story.metrics, *counted_executions(story.executions)]
    empty = [
        (tile.title, query.name, dict(query.dimensions))
        for tile in story.dashboard.tiles
        if isinstance(tile, MetricTile)
        for query in tile.queries
        # Nobody may have sent these, or compacted a table, yet.
        if dict(query.dimensions).get("dataset") not in BESIDE_THE_SAMPLE
        and not dict(query.dimensions).get("StateMachineArn", "").endswith("-compact")
        and not find(query, metrics)
    ]
    assert empty == []


def test_every_alarm_is_judged(story: Story) -> None:
    metrics = [*story.metrics, *counted_executions(story.executions)]
    states = {alarm.name: judge(alarm, metrics, story.written_at) for alarm in story.alarms}
    # As long as no batch was quarantined there is no metric of one, and CloudWatch says so.
    quarantined = any(metric.dimensions.get("outcome") == "quarantined" for metric in metrics)
    silent = [] if quarantined else ["strata-local-batch-quarantined"]
    assert [name for name, state in states.items() if state == "INSUFFICIENT_DATA"] == silent
    assert states["strata-local-flights-freshness"] == "OK"


def test_the_page_is_one_small_file_that_fetches_nothing(tried: LocalLake, tmp_path: Path) -> None:
    file = write_page(tried, tmp_path / "new folder" / "report.html")
    page = file.read_text(encoding="utf-8")
    assert file.stat().st_size < 1_000_000
    assert not re.search(r"<script|<link|\ssrc=|url\(", page)
    for told in ("StageAndCrawl", "BuildProduct", "origin_known", "flights/empty.csv", "hotels/"):
        assert told in page
