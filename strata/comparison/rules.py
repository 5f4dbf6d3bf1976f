"""What changed in the quality rules: added, removed, tightened, loosened, or not to be told."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from data_lake.contracts.models import DatasetContract, ProductContract
from strata.comparison.change import Change, backfill, breaking, from_to, safe, words

Contract = DatasetContract | ProductContract
Facts = Mapping[str, Any]
SEVERITIES = ("warn", "quarantine", "fail")
"""From the mildest."""
WORDS = ("description", "dimension")
"""What people read, and what sorts a rule's score: no row is judged by it."""


def rule_changes(old: Contract, new: Contract) -> Iterator[Change]:
    """Give the changes of the rules, which are known by their ids."""
    before = {rule.id: rule.model_dump(exclude_none=True) for rule in old.rules}
    after = {rule.id: rule.model_dump(exclude_none=True) for rule in new.rules}
    for name, facts in before.items():
        if name not in after:
            yield _removed(f"rule {name}", facts)
    for name, facts in after.items():
        if name not in before:
            yield _added(f"rule {name}", facts)
        elif before[name] != facts:
            yield from _changed(f"rule {name}", before[name], facts)


def _added(subject: str, facts: Facts) -> Change:
    text = f"is added with severity {facts['severity']}: {facts['description']}"
    return _tightened(subject, text, facts["severity"])


def _removed(subject: str, facts: Facts) -> Change:
    text = f"is removed; its severity was {facts['severity']}: {facts['description']}"
    return _loosened(subject, text, facts["severity"])


def _changed(subject: str, old: Facts, new: Facts) -> Iterator[Change]:
    for field in WORDS:
        if old.get(field) != new.get(field):
            yield words(subject, f"has another {field}")
    severity = old["severity"], new["severity"]
    if severity[0] != severity[1]:
        yield _severity(subject, *severity)
    for field in dict.fromkeys([*old, *new]):
        if field in (*WORDS, "severity", "id") or old.get(field) == new.get(field):
            continue
        yield _test(subject, field, old.get(field), new.get(field), new["severity"])


def _severity(subject: str, old: str, new: str) -> Change:
    text = f"changes its severity {from_to(old, new)}"
    if SEVERITIES.index(new) > SEVERITIES.index(old):
        return _tightened(subject, text, new)
    return _loosened(subject, text, old)


def _test(subject: str, field: str, old: Any, new: Any, severity: str) -> Change:
    text = f"changes its {field.replace('_', ' ')} {from_to(old, new)}"
    tighter = TIGHTER.get(field)
    if tighter and tighter(old, new):
        return _tightened(subject, f"is stricter: it {text}", severity)
    if tighter and tighter(new, old):
        return _loosened(subject, f"is milder: it {text}", severity)
    if severity == "warn":
        return safe(subject, text, "It only counts rows; none is held back.")
    return breaking(
        subject,
        text,
        "Nobody can tell whether the new test lets every row pass that passed before, or stops "
        "every row that it stopped.",
        "If it is milder or plainly another promise, raise the major version; if it is a new "
        "promise, give it an id of its own.",
    )


def _tightened(subject: str, text: str, severity: str) -> Change:
    if severity == "warn":
        return safe(subject, text, "It only counts rows; none is held back.")
    held = "go to quarantine" if severity == "quarantine" else "fail their run"
    return backfill(
        subject,
        text,
        f"Rows that break it {held} from now on; those that are in the table were never tested.",
        "Count the rows of the table that break it, and tell the producers; replay or correct "
        "what was found.",
    )


def _loosened(subject: str, text: str, severity: str) -> Change:
    if severity == "warn":
        return safe(subject, text, "It only counted rows; none was held back.")
    return breaking(subject, text, "Readers meet rows that they were promised never to meet.")


def _higher(old: Any, new: Any) -> bool:
    """A lower bound: none is the mildest."""
    return new is not None and (old is None or (_like(old, new) and new > old))


def _lower(old: Any, new: Any) -> bool:
    """An upper bound: none is the mildest."""
    return new is not None and (old is None or (_like(old, new) and new < old))


def _like(old: Any, new: Any) -> bool:
    return isinstance(old, str) == isinstance(new, str)


def _fewer(old: Any, new: Any) -> bool:
    return set(new or ()) < set(old or ())


def _more(old: Any, new: Any) -> bool:
    return set(new or ()) > set(old or ())


TIGHTER: dict[str, Callable[[Any, Any], bool]] = {
    "min": _higher,
    "max": _lower,
    "threshold": _higher,
    "values": _fewer,
    "missing": _more,
    "hours": _lower,
    "within_percent": _lower,
}
"""For each part of a rule whose direction is known, whether the second value is the stricter."""
