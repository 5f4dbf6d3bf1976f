"""A quality rule in the words of a person who does not read contracts."""

from collections.abc import Callable

from data_lake.contracts.models import Rule

SHOWN_VALUES = 12
"""So many values of a list are told; the contract has the rest."""
CONSEQUENCES = {
    "warn": "rows that break it are counted and kept",
    "quarantine": "rows that break it go to quarantine",
    "fail": "a run that breaks it is not published",
}
"""What becomes of what breaks a rule, by severity."""
COMPARISONS = {
    "=": "equals",
    "!=": "differs from",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}


def in_words(rule: Rule) -> str:
    """Give what a rule asks for: a sentence without its full stop."""
    said = WORDS[rule.kind](rule)
    if rule.threshold is None or rule.threshold == 1:
        return said
    return f"{said}, in at least {percent(rule.threshold)} of the rows"


def percent(share: float) -> str:
    """Give a share as a percentage, with the digits it has."""
    return f"{share * 100:.6g} %"


def _columns(rule: Rule) -> str:
    return " and ".join(rule.columns)


def _set(rule: Rule) -> str:
    values = [str(value) for value in rule.values or ()]
    more = len(values) - SHOWN_VALUES
    listed = ", ".join(values[:SHOWN_VALUES]) + (f" and {more} more" if more > 0 else "")
    return (
        f"{_columns(rule)} is {listed}"
        if len(values) == 1
        else (f"{_columns(rule)} is one of {listed}")
    )


def _span(rule: Rule) -> str:
    if rule.min is None:
        return f"at most {rule.max}"
    if rule.max is None:
        return f"at least {rule.min}"
    return f"{rule.min}" if rule.min == rule.max else f"{rule.min} to {rule.max}"


def _reference(rule: Rule) -> str:
    keys = " and ".join(rule.keys or rule.columns)
    return f"{_columns(rule)} stands in {rule.dataset}, as {keys}"


def _comparison(rule: Rule) -> str:
    left, right = rule.columns
    return f"{left} {COMPARISONS[rule.operator or '=']} {right}"


def _completeness(rule: Rule) -> str:
    unless = f", and {', '.join(map(str, rule.missing))} is none" if rule.missing else ""
    return f"{_columns(rule)} has a value{unless}"


def _aggregate(rule: Rule) -> str:
    what = f"the {'sum' if rule.kind == 'sum' else 'average'} of {_columns(rule)} in a run is"
    bounds = [_span(rule)] if rule.min is not None or rule.max is not None else []
    history = (
        [f"within {rule.within_percent} % of the mean of the last {rule.runs} published runs"]
        if rule.runs is not None
        else []
    )
    return f"{what} {' and '.join([*bounds, *history])}"


def _type(rule: Rule) -> str:
    pattern = f" in the pattern {rule.format}" if rule.format else ""
    return f"{_columns(rule)} can be read as {rule.type}{pattern}"


WORDS: dict[str, Callable[[Rule], str]] = {
    "type": _type,
    "set": _set,
    "range": lambda rule: f"{_columns(rule)} is {_span(rule)}",
    "pattern": lambda rule: f"{_columns(rule)} matches {rule.pattern}",
    "length": lambda rule: f"{_columns(rule)} has {_span(rule)} characters",
    "comparison": _comparison,
    "reference": _reference,
    "expression": lambda rule: f"{' '.join((rule.expression or '').split())}",
    "completeness": _completeness,
    "unique": lambda rule: f"{_columns(rule)} stands in one row only",
    "row_count": lambda rule: f"a run has {_span(rule)} rows",
    "freshness": lambda rule: f"the newest {_columns(rule)} is at most {rule.hours:g} hours old",
    "sum": _aggregate,
    "average": _aggregate,
    "sql": lambda rule: f"{' '.join((rule.expression or '').split())}",
}
"""How each kind of rule is told."""
