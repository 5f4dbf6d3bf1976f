"""The quality of each dataset: its score in total and in each dimension."""

from collections.abc import Sequence

from strata.page.markup import Markup, el, join
from strata.page.parts import card, nothing, section, table
from strata.page.story import Run, Story
from strata.page.words import share

DIMENSIONS = (
    "completeness",
    "conformity",
    "consistency",
    "accuracy",
    "uniqueness",
    "coverage",
    "timeliness",
)
"""The standard's dimensions, in the order in which a reader asks about them."""


def quality(story: Story) -> Markup:
    """Give a row for each dataset and product with the scores of its newest run that was judged."""
    newest = {run.dataset: run for run in story.runs if run.score is not None and run.rows_in}
    used = {dimension for run in newest.values() for dimension in run.scores}
    shown = [name for name in DIMENSIONS if name in used] + sorted(used - set(DIMENSIONS))
    rows = [_row(run, shown, story.thresholds.get(name)) for name, run in newest.items()]
    heads = ("dataset", "total", *shown)
    return section(
        "quality",
        "Quality",
        "Of the newest run that was judged. The total is the share of rows that were not put "
        "aside. A dimension is as good as its worst part: the rows that break one of its rules, "
        "also one that only warns, and each of its rules about the run as a whole.",
        card(table(heads, rows, right=range(1, len(heads)), layout="stacked"))
        if rows
        else nothing("No run was judged yet."),
    )


def _row(run: Run, dimensions: Sequence[str], needed: float | None) -> list[Markup]:
    needs = el("small", f"needs {share(needed)}") if needed is not None else None
    return [
        join(el("b", run.dataset), el("small", run.kind)),
        join(_score(run.score), needs),
        *(_score(run.scores.get(dimension)) for dimension in dimensions),
    ]


def _score(value: float | None) -> Markup:
    if value is None:
        return el("span", "–", class_="absent unasked", title="The contract asks nothing of it")
    tone = "good" if value == 1 else "bad" if value == 0 else "warn"
    bars = (
        el("rect", x=0.0, y=0.0, width="100%", height="100%", rx=3, class_="track"),
        el("rect", x=0.0, y=0.0, width=f"{value:.2%}", height="100%", rx=3, class_="filled"),
    )
    meter = el("svg", *bars, class_=f"meter {tone}", aria_hidden="true")
    return el("span", share(value), meter, class_="score")
