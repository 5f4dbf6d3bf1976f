"""Reads what a widget's rows of metrics ask for, `SEARCH` expressions included."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from strata.page.deployed.model import DashboardError, Query, Statistic

_SEARCH = re.compile(
    r"SEARCH\('\{(?P<schema>[^}']+)\}\s+(?P<terms>[^']*)',\s*'(?P<statistic>\w+)',\s*\d+\)"
)
_TERM = re.compile(r'(\w+)="([^"]*)"')
_SELECT = re.compile(
    r"SELECT (?P<statistic>\w+)\((?P<name>\w+)\) FROM SCHEMA\((?P<schema>[^)]+)\)"
    r" WHERE (?P<terms>.+) GROUP BY (?P<groups>[\w, ]+)"
)
_CONDITION = re.compile(r"(\w+) = '([^']*)'")
_OPTIONS = frozenset({"label", "period", "stat", "yAxis", "expression", "id", "region"})


def read_queries(rows: Sequence[Sequence[Any]], statistic: str, where: str) -> tuple[Query, ...]:
    """Read each row of a widget's `metrics`; `statistic` holds where a row names none.

    Raises `DashboardError`, which begins with `where`, for a row that the page cannot evaluate.
    """
    return tuple(
        _read_row(row, statistic, f"{where}: metrics[{number}]") for number, row in enumerate(rows)
    )


def _read_row(row: Sequence[Any], statistic: str, where: str) -> Query:
    *names, last = row if row and isinstance(row[-1], dict) else [*row, {}]
    options: Mapping[str, Any] = last
    if unknown := sorted(set(options) - _OPTIONS):
        raise DashboardError(f"{where}: {unknown[0]}: this page knows no such option of a metric")
    right = options.get("yAxis", "left") == "right"
    label = options.get("label") or None
    if "expression" in options:
        return search(options["expression"], where, label=label, right=right)
    if len(names) < 2 or len(names) % 2 or not all(isinstance(name, str) for name in names):
        raise DashboardError(
            f"{where}: must be a namespace, a name, and pairs of dimensions: got {names}"
        )
    if {".", "..."} & set(names):
        raise DashboardError(f"{where}: shorthand is not read here: write the metric out: {names}")
    return Query(
        namespace=names[0],
        name=names[1],
        dimensions=dict(zip(names[2::2], names[3::2], strict=True)),
        statistic=known_statistic(options.get("stat", statistic), where),
        label=label,
        right=right,
    )


def search(expression: str, where: str, *, label: str | None = None, right: bool = False) -> Query:
    """Read `SEARCH('{Namespace,dimension,…} dimension="value" MetricName="name"', 'Sum', 60)`.

    Dimensions of the schema that have no value in the terms stay open. Raises `DashboardError` for
    any other expression.
    """
    found = _SEARCH.fullmatch(expression.strip())
    if found is None:
        raise DashboardError(
            f"{where}: expression: only SEARCH('{{namespace,dimensions}} terms', 'statistic', "
            f"seconds) is evaluated here: got {expression}"
        )
    namespace, *schema = (part.strip() for part in found["schema"].split(","))
    terms = dict(_TERM.findall(found["terms"]))
    rest = _TERM.sub("", found["terms"]).strip()
    name = terms.pop("MetricName", None)
    stray = rest or next((term for term in terms if term not in schema), None)
    if name is None or stray:
        raise DashboardError(
            f"{where}: expression: every term must be a dimension of the schema or MetricName, as "
            f'term="value", and MetricName must be there: got {stray or "no MetricName"}'
        )
    return Query(
        namespace=namespace,
        name=name,
        dimensions=terms,
        statistic=known_statistic(found["statistic"], where),
        open_dimensions=tuple(part for part in schema if part not in terms),
        label=label,
        right=right,
    )


def insights(expression: str) -> Query | None:
    """Read `SELECT SUM(Name) FROM SCHEMA("Namespace", …) WHERE a = 'b' AND … GROUP BY c`.

    What it groups by stays open. None for a query of Metrics Insights that says more than that.
    """
    found = _SELECT.fullmatch(expression.strip())
    if found is None:
        return None
    namespace, *schema = (part.strip().strip('"') for part in found["schema"].split(","))
    conditions = [_CONDITION.fullmatch(term) for term in found["terms"].split(" AND ")]
    terms = {condition[1]: condition[2] for condition in conditions if condition}
    groups = tuple(part.strip() for part in found["groups"].split(","))
    word = next((one for one in get_args(Statistic) if one.upper() == found["statistic"]), None)
    if word is None or not all(conditions) or {*terms, *groups} != set(schema):
        return None
    return Query(namespace, found["name"], terms, word, open_dimensions=groups)


def known_statistic(word: str, where: str) -> Statistic:
    """Give a statistic by its name; raises `DashboardError` for one that is not computed here."""
    for known in get_args(Statistic):
        if word == known:
            return known  # type: ignore[no-any-return]
    raise DashboardError(
        f"{where}: stat: must be one of {', '.join(get_args(Statistic))}: got {word}"
    )
