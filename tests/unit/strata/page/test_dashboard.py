"""The dashboard's widgets are filled from the runs."""

from dataclasses import replace
from datetime import timedelta

from strata.page.dashboard import Widget, widgets
from strata.page.story import Story


def by_title(story: Story) -> dict[str, Widget]:
    """Give the widgets of a story by their titles."""
    return {widget.title: widget for widget in widgets(story)}


def test_rows_are_told_by_what_became_of_them(story: Story) -> None:
    assert by_title(story)["Rows"].rows == (("flights", (998.0, 1.0, 1.0)),)


def test_runs_and_arrivals_are_counted(story: Story) -> None:
    shown = by_title(story)
    assert shown["Runs by outcome"].points == (("published with warnings", 1.0),)
    assert dict(shown["Arrivals by status"].points) == {"published": 1.0, "rejected": 1.0}


def test_an_arrival_waits_from_its_registration_until_a_run_takes_it(story: Story) -> None:
    later = replace(story.runs[0], started_at=story.runs[0].started_at + timedelta(seconds=9))
    points = by_title(replace(story, runs=(later,)))["Arrivals waiting"].points
    assert [waiting for _, waiting in points] == [1.0, 2.0, 1.0, 0.0]


def test_the_score_is_shown_with_the_lowest_threshold(story: Story) -> None:
    score = by_title(story)["Quality score"]
    assert score.points[0][1] == 0.999
    assert score.mark == 0.95


def test_a_widget_without_a_number_is_left_out(story: Story) -> None:
    empty = replace(story, executions=(), runs=(), arrivals=())
    assert widgets(empty) == ()
