"""What the books keep of a run's quality: the rules that decided, and measures for later runs."""

from typing import Any

from lake_runtime.records import RuleState, StageReport
from lake_runtime.replays import change_of
from lake_runtime.run import JUDGEMENT, Run

MOST_MEASURES = 50
"""How many published runs a rule can look back at."""


def judged_by(run: Run) -> dict[str, Any]:
    """Give the scores by dimension, as text, and the rules that decided; empty if not judged."""
    judgement = run.artifacts.read(JUDGEMENT)
    if judgement is None:
        return {}
    scores = judgement.get("scores", {})
    return {
        "scores": {dimension: str(score) for dimension, score in scores.items()},
        "decided_by": judgement.get("rules", []),
    }


def add_measures(run: Run, stage: StageReport | None) -> dict[str, list[dict[str, str]]]:
    """Give what rules with a history measured in the runs published so far, this one last.

    Safe to repeat: a run has one measure. A replay or a reprocessing, which is rows of earlier
    runs, has none.
    """
    known: dict[str, list[dict[str, str]]] = (run.ledger.state() or {}).get("measures", {})
    if stage is None or any(change_of(claim.key) or claim.reprocessing for claim in run.claims()):
        return known
    measures: dict[str, list[dict[str, str]]] = {}
    for rule in stage.rules:
        if rule.history is None:
            continue
        kept = [entry for entry in known.get(rule.rule, []) if entry["run_id"] != run.run_id]
        if rule.measure is not None and rule.state is not RuleState.NOT_EVALUATED:
            kept.append({"run_id": run.run_id, "value": str(rule.measure)})
        measures[rule.rule] = kept[-MOST_MEASURES:]
    return measures
