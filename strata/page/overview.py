"""The top of the page: what ran, in one sentence and a few numbers, and each dataset's account."""

from collections.abc import Sequence

from strata.page.charts import stacks
from strata.page.markup import Markup, el, join
from strata.page.parts import card, section, table, tile
from strata.page.story import Run, Story
from strata.page.words import count, plural, seconds, share

LOADED = ("published", "claimed", "waiting")
ROW_PARTS = ("good", "quarantined", "deduplicated")
"""The parts of a stack of rows."""
LINKS = (
    ("datasets", "Datasets"),
    ("quality", "Quality"),
    ("flow", "Flow"),
    ("runs", "Runs"),
    ("quarantine", "Quarantine"),
    ("files", "Files"),
    ("tables", "Tables"),
    ("products", "Products"),
    ("dashboard", "Dashboard"),
    ("sayings", "What the runs say"),
    ("notices", "Notices"),
    ("emulated", "What was emulated"),
)


def headline(story: Story) -> Markup:
    """Give the head of the page."""
    day = f"{story.written_at:%d %B %Y, %H:%M} UTC".lstrip("0")
    return el(
        "header",
        el(
            "div",
            el("span", "Strata", class_="brand"),
            el("span", "emulated on this machine", class_="badge"),
            class_="top",
        ),
        el("h1", _sentence(story)),
        el(
            "p",
            f"{story.prefix} in {story.region}, emulated: the synthesised templates, functions, "
            f"Spark jobs and state machines ran on this machine, and no AWS account was involved. "
            f"Written {day}.",
            class_="lead",
        ),
        el("div", *_tiles(story), class_="tiles"),
        el("nav", *(el("a", text, href=f"#{anchor}") for anchor, text in LINKS)),
        class_="head",
    )


def _sentence(story: Story) -> str:
    taken = [run for run in story.runs if run.kind == "dataset"]
    rows = sum(run.rows_in for run in taken)
    if not rows:
        return "The lake is up, and no row has come in yet."
    good = sum(run.rows_good for run in taken if run.published)
    aside = sum(run.rows_quarantined for run in taken)
    lost = sum(unaccounted(run) for run in taken)
    end = "every row accounted for" if not lost else f"{plural(lost, 'row')} unaccounted for"
    return f"{count(rows)} rows in, {count(good)} published, {count(aside)} set aside: {end}."


def unaccounted(run: Run) -> int:
    """Give how many rows of a closed run are neither good, nor quarantined, nor duplicates."""
    return abs(run.rows_in - run.rows_good - run.rows_quarantined - run.rows_deduplicated)


def _tiles(story: Story) -> list[Markup]:
    loaded = [arrival for arrival in story.arrivals if arrival.status == "published"]
    refused = [arrival for arrival in story.arrivals if arrival.status not in LOADED]
    failed = sum(run.outcome == "failed" for run in story.runs)
    idle = len(story.executions) - len({run.execution_arn for run in story.runs})
    published = sum(run.published for run in story.runs)
    return [
        tile(count(len(loaded)), "files loaded", f"of {len(story.arrivals)} that arrived", "good"),
        tile(count(len(refused)), "files not loaded", "each with its reason", "warn"),
        tile(
            count(len(story.runs)),
            "runs",
            f"{published} published, {failed} failed" if failed else f"{published} published",
            "bad" if failed else "",
        ),
        tile(
            count(len(story.executions)),
            "executions",
            f"{idle} found nothing to do" if idle else "of two state machines",
        ),
        tile(
            count(len(story.tables)), "tables", plural(sum(one.rows for one in story.tables), "row")
        ),
        tile(_elapsed(story), "from first file", "to the last run's end"),
    ]


def _elapsed(story: Story) -> str:
    ends = [run.ended_at for run in story.runs if run.ended_at]
    starts = [arrival.registered_at for arrival in story.arrivals]
    return seconds((max(ends) - min(starts)).total_seconds()) if ends and starts else "–"


def datasets(story: Story) -> Markup:
    """Give each dataset's and product's rows: in, good, quarantined; and its files."""
    names = list(dict.fromkeys(run.dataset for run in story.runs))
    by_name = {name: [run for run in story.runs if run.dataset == name] for name in names}
    heads = ("dataset", "runs", "files", "rows in", "good", "quarantined", "duplicates", "score")
    rows = [_row(name, by_name[name], story) for name in names]
    filled = [
        (name, [float(sum(getattr(run, f"rows_{part}") for run in runs)) for part in ROW_PARTS])
        for name, runs in by_name.items()
        if any(run.rows_in for run in runs)
    ]
    legend = el("p", *(_key(part) for part in ROW_PARTS), class_="legend")
    picture = stacks(filled, ROW_PARTS, label="Rows of each dataset: good, quarantined, duplicate")
    return section(
        "datasets",
        "Datasets",
        "Every row that came in is good, quarantined with its reason, or a duplicate. "
        "A score is the share of rows that are good; below its threshold nothing is published.",
        el(
            "div",
            card(table(heads, rows, right=range(1, 8), layout="stacked")),
            card(picture, legend, title="What became of them", note="share of each"),
            class_="wide-and-narrow",
        ),
    )


def _key(part: str) -> Markup:
    return el("span", el("i", class_=f"key part-{part}"), part)


def _row(name: str, runs: Sequence[Run], story: Story) -> list[Markup | str]:
    files = sum(run.files_accepted for run in runs)
    offered = sum(run.files_claimed for run in runs)
    kind = runs[0].kind
    scores = [run.score for run in runs if run.score is not None]
    needed = story.thresholds.get(name)
    score = join(
        share(scores[-1] if scores else None),
        el("small", f"needs {share(needed)}") if needed is not None else None,
    )
    return [
        join(el("b", name), el("small", kind)),
        count(len(runs)),
        f"{files} of {offered}" if kind == "dataset" else "–",
        count(sum(run.rows_in for run in runs)),
        _good(runs),
        count(sum(run.rows_quarantined for run in runs)),
        count(sum(run.rows_deduplicated for run in runs)),
        score,
    ]


def _good(runs: Sequence[Run]) -> Markup:
    stale = sum(run.rows_stale for run in runs)
    older = el("small", f"{count(stale)} older than the table's") if stale else None
    return join(count(sum(run.rows_good for run in runs)), older)
