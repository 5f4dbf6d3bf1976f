"""Whether changes may go on: the rule about versions, and what is blocked.

- A breaking change needs a new major version.
- One that the contract's evolution forbids needs the evolution that allows it.
- One that the table which exists cannot follow at all needs a new dataset name, or a table
  rebuilt by hand, which is said with `--migrated`; the major version is raised in that case, too.
- Any other change of what runs do needs a new version: each snapshot names the one it was made by.
- A version never goes back.
"""

from collections.abc import Collection
from dataclasses import dataclass

from strata.comparison.change import Change, Verdict
from strata.comparison.contracts import Comparison

PARTS = ("major", "minor", "patch")


@dataclass(frozen=True)
class Judgement:
    """One comparison with what blocks it: sentences, none if the changes may go on."""

    comparison: Comparison
    blocked: tuple[str, ...]
    next_version: str | None
    """The least version that the changes ask for; None where the contract is new or gone."""

    def of(self, verdict: Verdict) -> list[Change]:
        """Give the changes with a verdict."""
        return [change for change in self.comparison.changes if change.verdict is verdict]


def judge(comparison: Comparison, migrated: Collection[str] = ()) -> Judgement:
    """Judge the changes of one contract; `migrated` names tables that are rebuilt by hand."""
    old, new = comparison.old_version, comparison.new_version
    stuck = _stuck(comparison, migrated)
    if old is None or new is None:
        return Judgement(comparison, tuple(stuck), None)
    wanted = _raised(old, _part(comparison.changes)) if comparison.changes else None
    return Judgement(comparison, (*_version_faults(comparison, wanted), *stuck), wanted)


def _stuck(comparison: Comparison, migrated: Collection[str]) -> list[str]:
    if comparison.name in migrated:
        return []
    return [
        f"{change.subject} {change.text}: needs {_remedy(change, comparison.name)}"
        for change in comparison.changes
        if change.rebuild or change.needs
    ]


def _remedy(change: Change, name: str) -> str:
    if change.needs:
        return f"evolution: {change.needs}"
    return f"a new dataset name, or a table rebuilt by hand (--migrated {name})"


def _version_faults(comparison: Comparison, wanted: str | None) -> list[str]:
    old, new = comparison.old_version or "", comparison.new_version or ""
    if _numbers(new) < _numbers(old):
        return [f"version goes back from {old} to {new}; a version is never given twice"]
    if wanted is None or all(change.only_words for change in comparison.changes):
        return []
    breaks = any(change.verdict is Verdict.BREAKING for change in comparison.changes)
    if breaks and _numbers(new)[0] == _numbers(old)[0]:
        return [f"version is {new}: a breaking change needs a new major version, {wanted}"]
    if new == old:
        return [f"version is still {old}: a change of what runs do needs a new one, {wanted}"]
    return []


def _part(changes: Collection[Change]) -> str:
    if any(change.verdict is Verdict.BREAKING for change in changes):
        return "major"
    return "patch" if all(change.only_words for change in changes) else "minor"


def _raised(version: str, part: str) -> str:
    numbers = list(_numbers(version))
    place = PARTS.index(part)
    raised = [*numbers[:place], numbers[place] + 1, *([0] * (2 - place))]
    return ".".join(map(str, raised))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
