"""One change of a contract: what it is, what it does, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a change does to those who rely on the contract as it was."""

    SAFE = "safe"
    BACKFILL = "needs backfill"
    BREAKING = "breaking"


@dataclass(frozen=True)
class Change:
    """One difference between two contracts.

    `subject` is what changed (`column amount`), `text` how, `reason` why it has its verdict, and
    `advice` what to do. `rebuild` says that the table which exists cannot follow: a new major
    version alone is not enough. `needs` is the evolution that lets the table follow,
    where the contract's own does not. `only_words` says that nothing but text for people changed.
    """

    subject: str
    text: str
    verdict: Verdict
    reason: str
    advice: str
    rebuild: bool = False
    needs: str = ""
    only_words: bool = False


RAISE_MAJOR = "Tell those concerned, and raise the major version."
REBUILD = (
    "Take the change back, or write it as a contract of a new dataset and let readers move over; "
    "if the table is rebuilt by hand, raise the major version and say --migrated {dataset}."
)
REPLAY = "Replay the files of the past where it matters."


def safe(subject: str, text: str, reason: str, advice: str = "Nothing to do.") -> Change:
    """Give a change that nobody has to react to."""
    return Change(subject, text, Verdict.SAFE, reason, advice)


def backfill(subject: str, text: str, reason: str, advice: str = REPLAY) -> Change:
    """Give a change that holds for new rows, and not for those that are there."""
    return Change(subject, text, Verdict.BACKFILL, reason, advice)


def breaking(subject: str, text: str, reason: str, advice: str = RAISE_MAJOR) -> Change:
    """Give a change that somebody who relied on the contract has to follow."""
    return Change(subject, text, Verdict.BREAKING, reason, advice)


def refused(subject: str, text: str, reason: str) -> Change:
    """Give a change that the table which exists cannot follow."""
    return Change(subject, text, Verdict.BREAKING, reason, REBUILD, rebuild=True)


def not_allowed(subject: str, text: str, evolution: str) -> Change:
    """Give a change that the contract's evolution forbids and another one allows."""
    reason = "The contract's evolution does not let a run change the table so: the next is refused."
    advice = f"Say evolution: {evolution} in the contract, or take the change back."
    return Change(subject, text, Verdict.BREAKING, reason, advice, needs=evolution)


def words(subject: str, text: str) -> Change:
    """Give a change of text that only people read."""
    reason = "Only people read it; data and runs stay as they are."
    return Change(subject, text, Verdict.SAFE, reason, "Nothing to do.", only_words=True)


def shown(value: object) -> str:
    """Give a value as a sentence has it: `none` for nothing, lists with commas, text bare."""
    if value is None or (isinstance(value, list | tuple) and not value):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(item)}" for name, item in value.items())
    text = str(value)
    return repr(text) if text.strip() != text or not text else text


def from_to(old: object, new: object) -> str:
    """Give a change of a value in words."""
    return f"from {shown(old)} to {shown(new)}"
