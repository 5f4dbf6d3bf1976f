"""The tiles tell what the deployed dashboard does not, from the runs and arrivals."""

from dataclasses import replace
from datetime import timedelta

from strata.page.story import Story
from strata.page.tiles import Tile, tiles


def by_title(story: Story) -> dict[str, Tile]:
    """Give the tiles of a story by their titles."""
    return {tile.title: tile for tile in tiles(story)}


def test_arrivals_are_counted_by_status(story: Story) -> None:
    shown = by_title(story)
    assert dict(shown["Arrivals by status"].points) == {"published": 1.0, "rejected": 1.0}


def test_an_arrival_waits_from_its_registration_until_a_run_takes_it(story: Story) -> None:
    later = replace(story.runs[0], started_at=story.runs[0].started_at + timedelta(seconds=9))
    points = by_title(replace(story, runs=(later,)))["Arrivals waiting"].points
    assert [waiting for _, waiting in points] == [1.0, 2.0, 1.0, 0.0]


def test_no_tile_repeats_one_of_the_deployed_dashboard(story: Story) -> None:
    deployed = {getattr(tile, "title", "") for tile in story.dashboard.tiles}
    assert not deployed & set(by_title(story))


def test_a_tile_without_a_number_is_left_out(story: Story) -> None:
    empty = replace(story, executions=(), runs=(), arrivals=())
    assert tiles(empty) == ()
