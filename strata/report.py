"""The lake's records as tables that a person reads."""

from datetime import datetime
from typing import Any

from strata.local.lake import LocalLake
from strata.runs import arrivals, artifact, runs, steps

LOADED = ("published", "claimed", "waiting")
Row = dict[str, Any]


def runs_table(lake: LocalLake) -> list[Row]:
    """Give one row a run: what it took in and what came of it, with its seconds on this machine."""
    return [
        {
            "dataset": run["dataset"],
            "trigger": run["trigger"],
            "outcome": run.get("outcome") or run["status"],
            "files": run.get("files_claimed"),
            "rejected": (run.get("files_rejected") or 0) + (run.get("files_duplicate") or 0),
            "rows in": run.get("rows_in"),
            "good": run.get("rows_good"),
            "quarantined": run.get("rows_quarantined"),
            "score": round(float(run["score"]), 4) if run.get("score") else None,
            "seconds": _seconds(run),
        }
        for run in runs(lake)
    ]


def _seconds(run: Row) -> float | None:
    if not run.get("ended_at"):
        return None
    started, ended = (datetime.fromisoformat(run[name]) for name in ("started_at", "ended_at"))
    return round((ended - started).total_seconds(), 1)


def steps_table(lake: LocalLake) -> list[Row]:
    """Give one row a run with the seconds of each step that took any."""
    rows = []
    for run in runs(lake):
        if not run["execution_arn"]:
            continue
        taken = [
            f"{step.name} {step.seconds:.1f}" + (" (failed)" if step.failed else "")
            for step in steps(lake, run["execution_arn"])
            if step.seconds >= 0.05 or step.failed
        ]
        rows.append({"dataset": run["dataset"], "seconds of each step": ", ".join(taken)})
    return rows


def rules_table(lake: LocalLake) -> list[Row]:
    """Give one row for each rule that rows of a run broke."""
    found = []
    for run in runs(lake):
        stage = artifact(lake, run["dataset"], run["run_id"], "stage.json") or {}
        found += [
            {"dataset": run["dataset"], "rule": rule["rule"], "severity": rule["severity"]}
            | {"rows": rule["rows"]}
            for rule in stage.get("rules", [])
            if rule["rows"]
        ]
    return found


def arrivals_table(lake: LocalLake) -> list[Row]:
    """Give one row for each arrival that did not become rows of a table, with its reason."""
    return [
        {
            "key": arrival["key"],
            "status": arrival["status"],
            "rule": arrival.get("rule"),
            "reason": arrival.get("reason"),
        }
        for arrival in arrivals(lake)
        if arrival["status"] not in LOADED
    ]


def notices_table(sent: list[Row]) -> list[Row]:
    """Give one row a notice."""
    return [
        {
            "severity": notice["severity"],
            "notice": notice["notice"],
            "dataset": notice.get("dataset"),
            "outcome": notice.get("outcome"),
            "reasons": "; ".join(notice.get("reasons", [])[:3]),
        }
        for notice in sent
    ]
