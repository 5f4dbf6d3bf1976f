"""The standard's own metrics as kinds of rule.

| metric | kind | operators |
|---|---|---|
| ``nullValues``, ``missingValues`` | completeness | a share |
| ``invalidValues`` with ``validValues`` or ``pattern`` | set, pattern | a share |
| ``duplicateValues`` | unique | a share |
| ``rowCount`` | row_count | bounds |

A share is ``mustBe: 0``, or ``mustBeLessOrEqualTo`` with ``unit: percent``.
"""

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from data_lake.contracts.rule_entry import Entry, Found, read_kind
from data_lake.problems import FieldPath, nearest

_ARGUMENTS: dict[str, dict[str, tuple[str, str]]] = {
    "nullValues": {},
    "missingValues": {"missingValues": ("completeness", "missing")},
    "invalidValues": {"validValues": ("set", "values"), "pattern": ("pattern", "pattern")},
    "duplicateValues": {"properties": ("unique", "columns")},
}
"""For each metric, its arguments with the kind of rule and the field that they give."""
_WITHOUT_ARGUMENTS = {"nullValues": "completeness", "duplicateValues": "unique"}
_AT_MOST = "mustBeLessOrEqualTo"
_BOUNDS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "mustBe": lambda n: {"min": n, "max": n},
    "mustBeGreaterThan": lambda n: {"min": math.floor(n) + 1},
    "mustBeGreaterOrEqualTo": lambda n: {"min": math.ceil(n)},
    "mustBeLessThan": lambda n: {"max": math.ceil(n) - 1},
    _AT_MOST: lambda n: {"max": math.floor(n)},
    "mustBeBetween": lambda pair: {"min": math.ceil(pair[0]), "max": math.floor(pair[1])},
}


def read_metric(entry: Entry) -> Found | None:
    """The implementation that an entry with ``metric`` means, or None after adding problems."""
    metric = entry.content["metric"]
    if metric == "rowCount":
        return _row_count(entry)
    if metric not in _ARGUMENTS:
        # The standard's schema has said so.
        return None
    share = _share(entry)
    if share is None:
        return None
    arguments = entry.content.get("arguments") or {}
    known = _ARGUMENTS[metric]
    if not arguments and metric in _WITHOUT_ARGUMENTS:
        content = {"kind": _WITHOUT_ARGUMENTS[metric]} | share
        return read_kind(entry, content, lambda loc: ("metric", *loc[1:]))
    odd = next((name for name in arguments if name not in known), "")
    if odd or len(arguments) != 1:
        _refuse_arguments(entry, odd, known)
        return None
    ((name, value),) = arguments.items()
    kind, field = known[name]
    if kind == "completeness" and isinstance(value, list):
        # Null is missing in any case.
        value = [item for item in value if item is not None]

    def locate(loc: FieldPath) -> FieldPath:
        return ("arguments", name, *loc[1:]) if loc[0] in (field, "kind") else ("metric",)

    return read_kind(entry, {"kind": kind, field: value} | share, locate)


def _refuse_arguments(entry: Entry, odd: str, known: Iterable[str]) -> None:
    names = list(known)
    rule = f"must be {' or '.join(names)}{', one of them' if len(names) > 1 else ''}"
    value = ", ".join(entry.content.get("arguments") or ()) or "nothing"
    entry.fault(
        ["arguments", odd] if odd else ["arguments"],
        rule if names else "has nothing to say here; remove it",
        value,
        nearest(odd, names),
    )


def _share(entry: Entry) -> dict[str, Any] | None:
    """The threshold that the operator means; none for ``mustBe: 0``."""
    operators = [name for name in entry.content if name.startswith("must")]
    operator = operators[0] if len(operators) == 1 else ""
    value = entry.content.get(operator)
    is_percent = entry.content.get("unit") == "percent"
    if operator == "mustBe" and value == 0 and value is not False:
        return {}
    if operator != _AT_MOST or not is_percent:
        rule = f"must be mustBe: 0, or {_AT_MOST} beside unit: percent"
        entry.fault([operator or "metric"], rule)
        return None
    if not isinstance(value, int | float) or not 0 <= value <= 100:
        entry.fault([operator], "must be a percentage from 0 to 100")
        return None
    return {"threshold": float(1 - Decimal(str(value)) / 100)}


def _row_count(entry: Entry) -> Found | None:
    operators = [name for name in entry.content if name.startswith("must")]
    operator = operators[0] if len(operators) == 1 else ""
    if operator not in _BOUNDS:
        entry.fault([operator or "metric"], f"must be one of {', '.join(_BOUNDS)} for rowCount")
        return None
    if entry.content.get("unit", "rows") != "rows":
        entry.fault(["unit"], "must be rows for rowCount", near="rows")
        return None
    value = entry.content[operator]
    numbers = value if isinstance(value, list) else [value]
    if not all(isinstance(number, int | float) and number is not True for number in numbers):
        entry.fault([operator], "must be a number of rows")
        return None
    if entry.content.get("arguments"):
        entry.fault(["arguments"], "has nothing to say here; remove it")
        return None

    def locate(loc: FieldPath) -> FieldPath:
        return (operator,) if loc[0] in ("min", "max") else ("metric",)

    return read_kind(entry, {"kind": "row_count"} | _BOUNDS[operator](value), locate)
