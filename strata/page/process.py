"""The middle of the page: the state machines as pictures, and every run with its steps."""

from collections.abc import Sequence
from dataclasses import replace

from strata.page.flow import draw_flow
from strata.page.graph import Graph, read_graph
from strata.page.markup import Markup, el, join
from strata.page.parts import chip, fold, nothing, section, sentences
from strata.page.story import Execution, Machine, Run, Story, Visit
from strata.page.words import clock, count, plural, seconds, share, spoken

SHORTEST = 0.05
"""Steps of fewer seconds than this are left out of a timeline, unless something went wrong."""
PURPOSES = {
    "ingest": "From files that wait to a published table",
    "curate": "From published tables to a published product",
}


def flow(story: Story) -> Markup:
    """Give each state machine's picture, told by its biggest published run."""
    return section(
        "flow",
        "Flow",
        "Drawn from the deployed definitions of the state machines. Strong lines are the way that "
        "the run took; pale states are ways for other outcomes that it did not need.",
        el("p", *_legend(), class_="legend"),
        *(_machine(machine, story) for machine in story.machines),
    )


def _legend() -> list[Markup]:
    words = (
        ("succeeded", "succeeded"),
        ("retried", "succeeded after a retry"),
        ("caught", "error caught"),
        ("failed", "failed"),
        ("unreached", "not reached"),
    )
    return [el("span", el("i", class_=f"key {name}"), text) for name, text in words]


def _machine(machine: Machine, story: Story) -> Markup:
    graph = read_graph(machine.definition)
    run = biggest(story.runs, story.executions, machine.pipeline)
    execution = next(
        (one for one in story.executions if run and one.arn == run.execution_arn), None
    )
    visits = execution.visits if execution else ()
    reached = frozenset(visit.state for visit in visits)
    total = sum(1 for _ in graph.walk())
    head = el(
        "header",
        el("h3", machine.pipeline.capitalize()),
        el("span", PURPOSES.get(machine.pipeline, ""), class_="muted"),
    )
    if run is None or execution is None:
        picture = draw_flow(graph, (), label=f"The states of the {machine.pipeline} state machine")
        note = el("p", "No run of it was published yet: no state is marked.", class_="muted")
        return el("div", head, note, el("div", picture, class_="canvas"), class_="card")
    caption = el(
        "p",
        sentences("Told by the run of ", el("b", run.dataset), f" with {count(run.rows_in)} rows "),
        chip(run.outcome),
        f" in {seconds(execution.seconds)}: {len(reached)} of {total} states reached.",
        class_="caption",
    )
    return el(
        "div", head, caption, *_pictures(graph, visits, reached, machine.pipeline), class_="card"
    )


def _pictures(
    graph: Graph, visits: Sequence[Visit], reached: frozenset[str], pipeline: str
) -> list[Markup]:
    """Give the whole picture for wide screens; for narrow ones the way taken, the rest folded."""
    whole = draw_flow(graph, visits, label=f"Every state of {pipeline}, with what the run did")
    way = draw_flow(graph.only(reached), visits, label=f"The states of {pipeline} it reached")
    states = sorted(_by_state(_told(visits, graph)).values(), key=_total, reverse=True)[:6]
    longest = [visit for own in states for visit in own]
    most = max((_total(own) for own in states), default=1.0)
    aside = el("aside", el("h4", "Where the time went"), *_bars(longest, most, whole=False))
    return [
        aside,
        el("div", whole, class_="canvas on-wide"),
        el("div", way, class_="canvas on-narrow"),
        el(
            "div",
            fold("Every state of the definition", el("div", whole, class_="canvas")),
            class_="on-narrow",
        ),
    ]


def biggest(runs: Sequence[Run], executions: Sequence[Execution], pipeline: str) -> Run | None:
    """Give the published run of a pipeline that took the most rows, or None."""
    arns = {one.arn for one in executions if one.pipeline == pipeline}
    found = [run for run in runs if run.published and run.execution_arn in arns]
    return max(found, key=lambda run: run.rows_in, default=None)


def runs(story: Story) -> Markup:
    """Give every execution that had a run, with what came of it and its steps as a timeline."""
    graphs = {machine.pipeline: read_graph(machine.definition) for machine in story.machines}
    listed = []
    for execution in story.executions:
        own = [run for run in story.runs if run.execution_arn == execution.arn]
        if own:
            listed.append(_execution(execution, own, graphs[execution.pipeline]))
    idle = len(story.executions) - len(listed)
    more = (
        el(
            "p",
            f"{plural(idle, 'more execution')} found nothing to do: another one had taken what "
            "waited, or no input had changed.",
            class_="muted",
        )
        if idle
        else None
    )
    return section(
        "runs",
        "Runs",
        "One card for each execution, in the order in which they began; open it for its steps. "
        "Times are of this machine: waits and retry delays are compressed.",
        *(listed or [nothing("No run yet.")]),
        more,
    )


def _execution(execution: Execution, own: Sequence[Run], graph: Graph) -> Markup:
    told = _told(execution.visits, graph)
    lines = [
        el(
            "span",
            el("b", run.dataset),
            chip(run.outcome),
            el("span", _counts(run), class_="muted"),
            class_="run",
        )
        for run in own
    ]
    reasons = [el("p", run.reason, class_="reason") for run in own if run.reason]
    reasons += [
        el("p", f"Table {run.dataset}: {change}.") for run in own for change in run.schema_changes
    ]
    when = f"{clock(execution.started_at)} · {seconds(execution.seconds)}"
    head = join(
        el("span", *lines, class_="lines"),
        el("span", f"{execution.pipeline} · {when}", class_="muted when"),
    )
    started = ", ".join(dict.fromkeys(spoken(run.trigger) for run in own))
    about = el("p", f"Started by: {started}. Execution {execution.status.lower()}.", class_="muted")
    return el(
        "div",
        fold(head, *reasons, about, *_bars(told, execution.seconds, whole=True)),
        class_="card run-card",
    )


def _counts(run: Run) -> str:
    if run.kind == "dataset":
        files = f"{run.files_accepted} of {plural(run.files_claimed, 'file')} read"
        if run.files_rejected:
            files += f", {run.files_rejected} rejected"
        if run.files_duplicate:
            files += f", {run.files_duplicate} already known"
    else:
        files = "built from its inputs"
    if not run.rows_in:
        return files
    parts = [files, f"{count(run.rows_in)} rows in", f"{count(run.rows_good)} good"]
    if run.rows_stale:
        parts.append(f"{count(run.rows_stale)} of them older than the table's")
    if run.rows_quarantined:
        parts.append(f"{count(run.rows_quarantined)} quarantined")
    return ", ".join([*parts, f"score {share(run.score)}"])


def _told(visits: Sequence[Visit], graph: Graph) -> list[Visit]:
    """Give the visits worth a line: of real states, that took time or went wrong."""
    frames = {node.name for node, _ in graph.walk() if node.inner}
    return [
        visit
        for visit in visits
        if visit.state not in frames and (visit.seconds >= SHORTEST or visit.outcome != "succeeded")
    ]


def _bars(visits: Sequence[Visit], whole_seconds: float, *, whole: bool) -> list[Markup]:
    """Give a line for each state; in a `whole` timeline a bar begins where a visit began.

    Errors are told there only: the short list says where the time went.
    """
    span = max(whole_seconds, 0.001)
    rows = []
    for name, own in _by_state(visits).items():
        bars = []
        for visit in own if whole else (replace(own[0], seconds=_total(own)),):
            start = min(99.0, 100 * visit.start / span) if whole else 0.0
            width = max(0.8, min(100 - start, 100 * visit.seconds / span))
            bars.append(_bar(f"{start:.2f}%", f"{width:.2f}%", f"step {visit.outcome}"))
        notes = [
            f"{visit.outcome}{f': {visit.error}' if visit.error else ''}"
            for visit in own
            if whole and visit.outcome != "succeeded"
        ]
        rows.append(
            el(
                "div",
                el("span", f"{name} {len(own)}×" if len(own) > 1 else name, class_="step-name"),
                el("svg", _bar("0", "100%", "track"), *bars, class_="gantt"),
                el("span", seconds(_total(own)), class_="step-time"),
                el("span", "; ".join(dict.fromkeys(notes)), class_="step-note") if notes else None,
                class_="step-row",
            )
        )
    return rows


def _bar(start: str, width: str, classes: str) -> Markup:
    return el("rect", x=start, y=0.0, width=width, height="100%", rx=3, class_=classes)


def _by_state(visits: Sequence[Visit]) -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = {}
    for visit in visits:
        found.setdefault(visit.state, []).append(visit)
    return found


def _total(visits: Sequence[Visit]) -> float:
    return sum(visit.seconds for visit in visits)
