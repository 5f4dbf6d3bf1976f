"""Which pictures a product's rows make: chosen from the contract's columns and their types."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from data_lake.contracts import ProductContract
from strata.page.charts import thinned
from strata.page.story import Chart
from strata.page.words import spoken

WHOLE, FRACTION = ("int", "bigint"), ("float", "double", "decimal")
MOST_BARS = 8
MOST_CHARTS = 3
Rows = Sequence[Mapping[str, Any]]


def charts_of(contract: ProductContract, rows: Rows) -> tuple[Chart, ...]:
    """Give up to three charts: a count and a mean by label, and a number along time.

    The label is the text column that reads best, else a key. Whole numbers are added up; fractions
    are averaged over the rows, because a share or a mean cannot be added. Keys, partitions and
    hidden columns are not drawn.
    """
    open_columns = [
        column
        for column in contract.columns
        if column.classification not in ("confidential", "restricted")
    ]
    types = {column.name: column.type for column in open_columns}
    label = _label(contract, types, rows)
    time = next((name for name, type_ in types.items() if type_ in ("date", "timestamp")), None)
    places = {*contract.primary_key, *contract.partition_by, label}
    values = [name for name in types if name not in places]
    counts = [name for name in values if types[name].startswith(WHOLE)]
    means = [name for name in values if types[name].startswith(FRACTION)]
    wanted = [(label, name, False) for name in counts[:1]]
    wanted += [(label, name, True) for name in means[:1]]
    wanted += [(time, name, True) for name in means[1:2]]
    wanted += [(time, name, False) for name in counts[:1]]
    wanted += [(label, name, False) for name in counts[1:]]
    drawn = [
        _chart(rows, axis, name, mean=mean, along=axis == time)
        for axis, name, mean in wanted
        if axis is not None
    ]
    return tuple(chart for chart in drawn if chart.points)[:MOST_CHARTS]


def _label(contract: ProductContract, types: Mapping[str, str], rows: Rows) -> str | None:
    """Give the text column with the most telling values, else the first whole-number key."""

    def telling(name: str) -> tuple[bool, float]:
        texts = {str(row[name]) for row in rows if row[name] is not None}
        mean = sum(len(text) for text in texts) / len(texts) if texts else 0.0
        return 1 < len(texts) <= max(20, len(rows) // 4), min(mean, 40)

    texts = [name for name, type_ in types.items() if type_ == "string"]
    if texts:
        return max(texts, key=telling)
    keys = [name for name in contract.primary_key if types.get(name, "").startswith(WHOLE)]
    return keys[0] if keys else None


def _chart(rows: Rows, axis: str, name: str, *, mean: bool, along: bool) -> Chart:
    groups: dict[Any, list[float]] = {}
    for row in rows:
        if row[axis] is not None and row[name] is not None:
            groups.setdefault(row[axis], []).append(float(row[name]))
    totals = {key: sum(found) / (len(found) if mean else 1) for key, found in groups.items()}
    how = "mean over rows" if mean else "total"
    if along:
        ordered = [(_said(key), totals[key]) for key in sorted(totals)]
        points = thinned(ordered)
        note = how if len(points) == len(ordered) else f"{how}, smoothed"
        return Chart("line", f"{spoken(name)} by {spoken(axis)}", note, points)
    top = sorted(totals.items(), key=lambda pair: -pair[1])
    kept = tuple((_said(key), value) for key, value in top[:MOST_BARS])
    note = how if len(kept) == len(top) else f"{how}, the first {len(kept)} of {len(top)}"
    return Chart("bars", f"{spoken(name)} by {spoken(axis)}", note, kept)


def _said(key: Any) -> str:
    if isinstance(key, datetime):
        return f"{key:%Y-%m-%d %H:%M}"
    return key.isoformat() if isinstance(key, date) else str(key)
