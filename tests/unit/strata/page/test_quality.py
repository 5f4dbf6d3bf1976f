"""The scores on the page: of the newest run that was judged, in total and by dimension."""

import re
from dataclasses import replace

from strata.page.quality import quality
from strata.page.story import Run, Story


def told(story: Story) -> list[list[str]]:
    """Give the text of each cell of the section's table, its head first."""
    rows = re.findall(r"<tr>(.*?)</tr>", quality(story))
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row) for row in rows]
    return [[re.sub(r"<[^>]+>", " ", cell).strip() for cell in row] for row in cells]


def run(story: Story, dataset: str, score: float | None, **scores: float) -> Run:
    """Give a run of a dataset with these scores."""
    return replace(story.runs[0], dataset=dataset, score=score, scores=scores)


def test_each_dimension_that_a_contract_has_is_a_column_in_the_standards_order(
    story: Story,
) -> None:
    runs = (
        run(story, "flights", 0.999, consistency=0.851, conformity=0.999),
        run(story, "airlines", 1.0, coverage=0.0, conformity=1.0),
    )
    head, flights, airlines = told(replace(story, runs=runs))
    assert head == ["dataset", "total", "conformity", "consistency", "coverage"]
    assert [re.split(r"\s{2,}", cell)[0] for cell in flights] == [
        *("flights", "99.9 %", "99.9 %", "85.1 %", "–"),
    ]
    assert "needs 95 %" in flights[1]
    assert [re.split(r"\s{2,}", cell)[0] for cell in airlines][1:] == ["100 %", "100 %", "–", "0 %"]


def test_the_newest_run_that_was_judged_is_told(story: Story) -> None:
    failed = replace(story.runs[0], outcome="failed", score=None, scores={}, rows_in=0)
    runs = (run(story, "flights", 0.5), run(story, "flights", 0.75), failed)
    _, row = told(replace(story, runs=runs))
    assert row[1].startswith("75 %")


def test_only_a_whole_score_is_told_as_good_and_only_none_as_bad(story: Story) -> None:
    runs = (run(story, "flights", 1.0, accuracy=0.9999, coverage=0.0),)
    tones = re.findall(r'class="meter (\w+)"', quality(replace(story, runs=runs)))
    assert tones == ["good", "warn", "bad"]
