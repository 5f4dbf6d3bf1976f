"""The score of a run by dimension; `docs/quality.md` has the formula and worked examples."""

from decimal import Decimal

from lake_runtime.records import RuleCount, RuleState, StageReport

SHARES = ("completeness", "unique")
"""Kinds of rules of the dataset that measure a share of rows; the others hold or do not."""


def dimension_scores(stage: StageReport) -> dict[str, Decimal]:
    """Give the score, from 0 to 1, of each dimension that has a rule that was judged.

    It is that of its worst part: the share of rows that break none of its rules of rows, and the
    share, 1 or 0 of each of its rules of the dataset.
    """
    parts: dict[str, list[Decimal]] = {
        dimension: [1 - Decimal(rows) / stage.rows_in if stage.rows_in else Decimal(1)]
        for dimension, rows in stage.dimensions.items()
    }
    for rule in stage.rules:
        if rule.scope == "dataset" and rule.state is not RuleState.NOT_EVALUATED:
            parts.setdefault(rule.dimension, []).append(_score(rule))
    return {dimension: min(found) for dimension, found in sorted(parts.items())}


def _score(rule: RuleCount) -> Decimal:
    if rule.kind in SHARES and rule.measure is not None:
        return Decimal(str(rule.measure))
    return Decimal(rule.state is RuleState.PASSED)
