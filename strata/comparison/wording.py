"""A judged comparison as text for people and as JSON for pipelines."""

from collections.abc import Iterator, Sequence
from typing import Any

from strata.comparison.change import Change, Verdict
from strata.comparison.judgement import Judgement

ORDER = (Verdict.BREAKING, Verdict.BACKFILL, Verdict.SAFE)


def in_words(judgements: Sequence[Judgement]) -> str:
    """Give all changes grouped by contract and verdict, each with its reason and what to do."""
    if not judgements:
        return "No contract changed."
    parts = ["\n".join(_contract(judgement)) for judgement in judgements]
    return "\n\n".join([*parts, _sum(judgements)])


def _contract(judgement: Judgement) -> Iterator[str]:
    comparison = judgement.comparison
    old, new = comparison.old_version, comparison.new_version
    versions = f"{old} → {new}" if old and new and old != new else (new or old or "")
    yield f"{comparison.name} {versions}".rstrip()
    for verdict in ORDER:
        changes = judgement.of(verdict)
        if changes:
            yield f"  {verdict}"
        for change in changes:
            yield from _change(change, comparison.name)
    if not comparison.changes:
        yield "  only the version changed"
    for reason in judgement.blocked:
        yield f"  ✗ blocked: {reason}"


def _change(change: Change, name: str) -> Iterator[str]:
    yield f"    {change.subject} {change.text}"
    yield f"      why: {change.reason}"
    if change.verdict is not Verdict.SAFE or change.advice != "Nothing to do.":
        yield f"      do:  {change.advice.format(dataset=name)}"


def _sum(judgements: Sequence[Judgement]) -> str:
    counts = [f"{sum(len(each.of(verdict)) for each in judgements)} {verdict}" for verdict in ORDER]
    blocked = [each.comparison.name for each in judgements if each.blocked]
    end = f"; blocked: {', '.join(blocked)}." if blocked else "; nothing is blocked."
    return f"{', '.join(counts)}{end}"


def as_json(judgements: Sequence[Judgement]) -> dict[str, Any]:
    """Give the same as JSON types: `blocked` says whether a pipeline should stop."""
    return {
        "blocked": any(each.blocked for each in judgements),
        "contracts": [_as_json(each) for each in judgements],
    }


def _as_json(judgement: Judgement) -> dict[str, Any]:
    comparison = judgement.comparison
    return {
        "name": comparison.name,
        "old_version": comparison.old_version,
        "new_version": comparison.new_version,
        "least_new_version": judgement.next_version,
        "blocked": list(judgement.blocked),
        "changes": [
            {
                "subject": change.subject,
                "change": change.text,
                "verdict": change.verdict.value,
                "reason": change.reason,
                "advice": change.advice.format(dataset=comparison.name),
                "needs_rebuild": change.rebuild,
            }
            for change in comparison.changes
        ],
    }
