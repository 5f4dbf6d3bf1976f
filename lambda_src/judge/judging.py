"""The decision about what a run staged."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lake_runtime.records import Batch, RuleCount, RuleState, StageReport

MOST_NAMED = 5


class Decision(StrEnum):
    """What happens to what was staged.

    `empty` is nothing to publish and nothing wrong, `unchanged` a product with nothing new to it,
    `fail` ends the run as failed: its files wait for another.
    """

    PUBLISH = "publish"
    QUARANTINE = "quarantine"
    FAIL = "fail"
    EMPTY = "empty"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Judgement:
    """A decision, why in one line without any record's values, and the rules that decided."""

    decision: Decision
    reason: str
    rules: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def decide_without_rows(stage: StageReport) -> Judgement | None:
    """Decide about a product of which nothing was built, or partitions that have no rows any more.

    None where rows are to be judged.
    """
    if stage.unchanged:
        return Judgement(Decision.UNCHANGED, stage.unchanged)
    if stage.emptied and stage.rows_in == 0:
        return Judgement(Decision.PUBLISH, "the partitions that were built have no rows any more")
    return None


def decide(stage: StageReport, threshold: Decimal, batch: Batch | None = None) -> Judgement:
    """Decide by the rules that have a say about the run, and by the score.

    A score equal to the threshold is good enough. A rule of severity `fail` fails the run and one
    of severity `quarantine` puts the batch aside, whatever the score, and so does a file that has
    not as many rows as its manifest says.
    """
    miscounted = _miscounted(stage, batch)
    if miscounted:
        return Judgement(Decision.QUARANTINE, miscounted)
    broken = [rule for rule in stage.rules if rule.is_broken and rule.has_a_say]
    for severity, decision in (("fail", Decision.FAIL), ("quarantine", Decision.QUARANTINE)):
        found = [rule for rule in broken if rule.severity == severity]
        if found:
            names = tuple(rule.rule for rule in found)
            reason = f"rules of severity {severity!r} were broken: {_listed(found)}"
            return Judgement(decision, reason, names)
    if stage.rows_in == 0:
        return Judgement(Decision.EMPTY, "no rows: the files hold none")
    if stage.rows_good == 0:
        return Judgement(
            Decision.QUARANTINE, f"none of {stage.rows_in} rows is good{_worst(stage)}"
        )
    score = f"quality score {stage.score}"
    if stage.score < threshold:
        reason = f"{score} is below the threshold {threshold}{_worst(stage)}"
        return Judgement(Decision.QUARANTINE, reason)
    reason = f"{score} is at least the threshold {threshold}"
    return Judgement(Decision.PUBLISH, reason, (), _warnings(stage.rules, broken))


def _warnings(rules: Sequence[RuleCount], broken: Sequence[RuleCount]) -> tuple[str, ...]:
    unjudged = [
        rule for rule in rules if rule.state is RuleState.NOT_EVALUATED and not rule.awaits_history
    ]
    return (
        *(f"rule {rule.rule} was broken: {_told(rule)}" for rule in broken),
        *(f"rule {rule.rule} was not evaluated: {rule.reason}" for rule in unjudged),
    )


def _listed(rules: Sequence[RuleCount]) -> str:
    told = [f"{rule.rule} ({_told(rule)})" for rule in rules[:MOST_NAMED]]
    more = f" and {len(rules) - MOST_NAMED} more" if len(rules) > MOST_NAMED else ""
    return ", ".join(told) + more


def _told(rule: RuleCount) -> str:
    if rule.scope == "row":
        return f"{rule.rows} rows"
    found = "nothing" if rule.measure is None else rule.measure
    return f"{rule.kind} is {found}, expected {rule.expected}"


def _miscounted(stage: StageReport, batch: Batch | None) -> str:
    wrong = [
        f"{count.key}: rows: the manifest says {listed.rows}, the file has {count.rows_in}"
        for count in stage.files
        if batch and (listed := batch.listed(count.key)) is not None
        if listed.rows not in (None, count.rows_in)
    ]
    more = f" and {len(wrong) - 3} more files" if len(wrong) > 3 else ""
    return "; ".join(wrong[:3]) + more


def _worst(stage: StageReport) -> str:
    broken = sorted((count for count in stage.rules if count.rows), key=lambda count: -count.rows)
    listed = ", ".join(f"{count.rule} ({count.rows} rows)" for count in broken[:3])
    return f"; most often broken: {listed}" if listed else ""
