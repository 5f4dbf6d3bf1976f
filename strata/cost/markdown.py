"""Estimates and differences as Markdown, for a page and for the comment below a pull request."""

from collections.abc import Iterable, Iterator, Sequence

from strata.cost.difference import Change, Difference
from strata.cost.estimate import Estimate
from strata.cost.levers import Lever
from strata.cost.wording import HEADS, SHARED, cells, more, notes, usd


def estimate_as_markdown(made: Estimate, levers: Sequence[Lever], months: int) -> str:
    """Give an estimate: sums by service and by dataset, levers, and what a reader must know."""
    lines = [f"### {made.environment}: US dollars a month, {months} months after the first file"]
    for head, field in (("service", "service"), ("dataset or product", "owner")):
        rows = [(name or SHARED, *cells(money)) for name, money in made.by(field).items()]
        total = tuple(f"**{cell}**" for cell in ("all", *cells(made.total)))
        lines += ["", *table((head, *HEADS), [*rows, total])]
    if levers:
        rows = [(one.text, *cells(one.saves)) for one in levers]
        lines += ["", *table(("what would save most", *HEADS), rows)]
    return "\n".join([*lines, *_notes(made)])


def difference_as_markdown(difference: Difference) -> str:
    """Give a difference: one line that answers, then what changes by service and dataset."""
    whole, name = difference.total, difference.after.environment
    services = difference.by("service")
    if not services:
        head = f"**{name}**: {usd(whole.after.expected)} US dollars a month, as {difference.named}."
        return "\n".join([head, *_notes(difference.after)])
    lines = [
        f"**{name}**: {usd(whole.after.expected)} US dollars a month, "
        f"**{more(whole.more.expected)}** than {difference.named} "
        f"({usd(whole.before.expected)}); {more(whole.more.low)} in the low case, "
        f"{more(whole.more.high)} in the high one."
    ]
    for head, changes in (("service", services), ("dataset or product", difference.by("owner"))):
        lines += ["", *table((head, "before", "after", "change"), _rows(changes))]
    return "\n".join([*lines, *_notes(difference.after)])


def _rows(changes: Iterable[Change]) -> Iterator[tuple[str, ...]]:
    for one in changes:
        before, after = one.before.expected, one.after.expected
        yield one.name or SHARED, usd(before), usd(after), more(one.more.expected)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Give a table whose first column is text and whose others are numbers."""
    return [
        f"| {' | '.join(heads)} |",
        f"|---|{'---:|' * (len(heads) - 1)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _notes(made: Estimate) -> list[str]:
    found = list(notes(made))
    return ["", *(f"- {line}" for line in found)] if found else []
