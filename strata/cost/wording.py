"""Estimates and differences as text for a terminal or a log, and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from strata.console import console
from strata.cost.difference import Change, Difference
from strata.cost.estimate import Estimate, Money
from strata.cost.levers import Lever

SHARED: Final = "the lake itself"
"""What stands for everything that is there for all datasets."""
HEADS: Final = ("low", "expected", "high")


def usd(number: float) -> str:
    """Give US dollars with cents, and a sign where it is negative; a fraction of one as <0.01."""
    if 0 < abs(number) < 0.005:
        return "<0.01" if number > 0 else ">-0.01"
    return f"{number:,.2f}".replace("-0.00", "0.00")


def more(number: float) -> str:
    """Give by how much something costs more or less, in words."""
    text = usd(abs(number))
    return "0.00" if text == "0.00" else f"{text} {'more' if number > 0 else 'less'}"


def show(made: Estimate, levers: Sequence[Lever], months: int) -> None:
    """Print an estimate: a table where there is a terminal, plain lines in a log."""
    title = f"{made.environment}: US dollars a month, {months} months after the first file"
    tables = (
        ("service", _named(made.by("service"))),
        ("dataset or product", _named(made.by("owner"))),
    )
    for head, rows in tables:
        _print(f"{title}, by {head}", (head, *HEADS), [*rows, ("all", *cells(made.total))])
    if levers:
        rows = [(one.text, *cells(one.saves)) for one in levers]
        _print("what would save most, a month", ("lever", *HEADS), rows)
    for line in notes(made):
        console.print(Text(line, style="yellow"), soft_wrap=True)


def show_difference(difference: Difference) -> None:
    """Print what changes between two estimates, or that nothing does."""
    whole, name = difference.total, difference.after.environment
    title = f"{name} beside {difference.named}: US dollars a month, as expected"
    heads = ("before", "after", "change")
    for head, field in (("service", "service"), ("dataset or product", "owner")):
        rows = [_changed(one) for one in difference.by(field)]
        _print(f"{title}, by {head}", (head, *heads), [*rows, _changed(whole)])
    for line in notes(difference.after):
        console.print(Text(line, style="yellow"), soft_wrap=True)


def _changed(one: Change) -> tuple[str, ...]:
    before, after = one.before.expected, one.after.expected
    return one.name or SHARED, usd(before), usd(after), more(one.more.expected)


def _print(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not console.is_terminal:
        print(f"\n{title}")
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        for row in (heads, *rows):
            first, *rest = row
            cells = [first.ljust(widths[0])]
            cells += [one.rjust(width) for one, width in zip(rest, widths[1:], strict=True)]
            print("  ".join(cells))
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left")
    for row in rows:
        table.add_row(*map(Text, row), end_section=row is rows[-2] if len(rows) > 1 else False)
    console.print(table)


def _named(sums: Mapping[str, Money]) -> list[tuple[str, ...]]:
    return [(name or SHARED, *cells(money)) for name, money in sums.items()]


def cells(money: Money) -> tuple[str, str, str]:
    """Give the three cases in their order."""
    return usd(money.low), usd(money.expected), usd(money.high)


def notes(made: Estimate) -> Iterator[str]:
    """Give what a reader must know: what is not priced, and how far to trust what is."""
    for kind, number in made.unpriced.items():
        yield f"UNPRICED: {number} × {kind}: no price and no reason why it is free"
    for warning in made.warnings:
        yield f"note: {warning}"


def as_json(made: Estimate, levers: Sequence[Lever]) -> dict[str, Any]:
    """Give the same as JSON types, with every line."""
    return {
        "environment": made.environment,
        "total_usd": asdict(made.total),
        "by_service": {name: asdict(money) for name, money in made.by("service").items()},
        "by_dataset": {name or SHARED: asdict(one) for name, one in made.by("owner").items()},
        "levers": [
            {"name": one.name, "text": one.text, "saves_usd": asdict(one.saves)} for one in levers
        ],
        "unpriced": made.unpriced,
        "warnings": list(made.warnings),
        "lines": [asdict(one) for one in made.lines],
    }


def difference_as_json(difference: Difference) -> dict[str, Any]:
    """Give a difference as JSON types: both estimates, and what changes."""

    def told(one: Change) -> dict[str, Any]:
        sides = {"before": one.before, "after": one.after, "change": one.more}
        return {side: asdict(money) for side, money in sides.items()}

    return {
        "environment": difference.after.environment,
        "against": difference.named,
        "total_usd": told(difference.total),
        "by_service": {one.name: told(one) for one in difference.by("service")},
        "by_dataset": {one.name or SHARED: told(one) for one in difference.by("owner")},
        "before": as_json(difference.before, []),
        "after": as_json(difference.after, []),
    }
