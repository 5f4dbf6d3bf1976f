"""Quarantine as tables that a person reads."""

from collections import Counter
from typing import Any

from strata.quarantine.changes import open_change
from strata.quarantine.selection import Selection
from strata.quarantine.zone import Quarantine

Line = dict[str, Any]


def listing(quarantine: Quarantine) -> list[Line]:
    """Give one line for each run and rule, one for each file, and one for an open change.

    A row that broke several rules counts for each of them.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for part in quarantine.parts():
        for table in quarantine.tables(part):
            for rules in table.column("rule_ids").to_pylist():
                counts.update((part.run_id, rule) for rule in rules)
    lines = [
        _line(quarantine, "rows", run_id, rule, rows)
        for (run_id, rule), rows in sorted(counts.items())
    ]
    lines += [
        _line(quarantine, f"file {file['key']}", file["run_id"], file["rule"] or file["status"], 1)
        for file in quarantine.files()
    ]
    change = open_change(quarantine)
    if change is not None:
        what = f"unfinished {change.action}; the next one finishes it"
        lines.append(_line(quarantine, what, change.id, None, change.rows))
    return lines


def shown_rows(quarantine: Quarantine, selection: Selection) -> list[Line]:
    """Give the rows that are meant, each with why it is there and where it stood."""
    return [
        {
            "run": row["run_id"],
            "rules": ", ".join(row["rule_ids"]),
            "reasons": "; ".join(row["reasons"]),
            "record": row["raw_record"],
            "file": row["source_key"],
            "line": row["source_line"],
            "first came in": row["origin_key"],
        }
        for row in selection.rows(quarantine)
    ]


def shown_files(quarantine: Quarantine, selection: Selection) -> list[Line]:
    """Give the files that are meant, each with why it was not loaded."""
    return [
        {
            "run": file["run_id"],
            "file": file["key"],
            "status": file["status"],
            "rule": file["rule"],
            "reason": file["reason"],
        }
        for file in selection.files(quarantine)
    ]


def _line(
    quarantine: Quarantine, what: str, run_id: str | None, rule: str | None, count: int
) -> Line:
    return {
        "dataset": quarantine.dataset,
        "what": what,
        "run": run_id,
        "rule": rule,
        "count": count,
    }
