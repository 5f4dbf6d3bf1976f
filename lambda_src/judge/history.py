"""Sums and averages beside those of the runs that were published before."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lake_runtime.records import RuleCount, RuleState


def with_history(
    rules: Sequence[RuleCount], measures: Mapping[str, Sequence[str]]
) -> list[RuleCount]:
    """Judge the rules that ask for history; `measures` are those of earlier runs, newest last.

    A rule that broke its own bounds stays broken. With too few runs it counts as not evaluated.
    """
    return [_compared(rule, measures.get(rule.rule, ())) for rule in rules]


def _compared(rule: RuleCount, earlier: Sequence[str]) -> RuleCount:
    if rule.history is None or rule.state is not RuleState.PASSED:
        return rule
    wanted, percent = rule.history.runs, rule.history.within_percent
    if len(earlier) < wanted:
        reason = f"{len(earlier)} of the {wanted} published runs that it needs are there"
        change = {"state": RuleState.NOT_EVALUATED, "reason": reason, "awaits_history": True}
        return rule.model_copy(update=change)
    values = [Decimal(value) for value in earlier[-wanted:]]
    mean = sum(values, Decimal(0)) / wanted
    # Without a quotient, so that a distance of exactly the percentage is not rounded beyond it.
    total = sum(values, Decimal(0))
    distance = abs(Decimal(str(rule.measure)) * wanted - total) * 100
    holds = distance <= percent * abs(total)
    expected = f"within {percent} % of {mean:.6g}, the mean of {wanted} runs"
    state = RuleState.PASSED if holds else RuleState.FAILED
    return rule.model_copy(update={"state": state, "expected": expected})
