"""What changed in all environments, the same change told once."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.loading import available_environments, load_settings
from strata.comparison.sources import at_common_ancestor
from strata.errors import StrataError
from strata.paths import ROOT
from strata.review.comparing import compare_templates
from strata.review.knowledge import Knowledge, load_knowledge
from strata.review.points import Point, Topic, Weight

SNAPSHOTS: Final = ROOT / "tests" / "snapshots"
Templates = Mapping[str, Mapping[str, Any]]
Environments = Mapping[str, Templates]
"""Normalised templates by environment and stack."""


@dataclass(frozen=True)
class Told:
    """A point with where it holds.

    Attributes:
        stack: the stack's id.
        point: what is told; for several environments, with `<env>` and, for the account of each,
            `<account>` in its text. Another account is always named.
        environments: the environments in which it holds, sorted.
        everywhere: whether these are all that have the stack.
    """

    stack: str
    point: Point
    environments: tuple[str, ...]
    everywhere: bool


def read_snapshots(folder: Path = SNAPSHOTS) -> dict[str, dict[str, Any]]:
    """Read normalised templates from `<environment>/<stack>.json`.

    Raises `StrataError` for a file that is not JSON.
    """
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*/*.json")):
        try:
            template = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise StrataError(f"{file}: must be a snapshot in JSON: {error}") from error
        found.setdefault(file.parent.name, {})[file.stem] = template
    return found


def review(revision: str, folder: Path = SNAPSHOTS) -> list[Told]:
    """Compare the snapshots of a folder with those at a revision of git.

    They are compared with where the branch left that revision, so that what others changed since
    is not told backwards. Raises `StrataError` if there is no such revision.
    """
    with at_common_ancestor(folder, revision) as earlier:
        before = read_snapshots(earlier)
    accounts = {name: load_settings(name).account for name in available_environments()}
    return compare_environments(before, read_snapshots(folder), load_knowledge(), accounts)


def compare_environments(
    old: Environments, new: Environments, knowledge: Knowledge, accounts: Mapping[str, str]
) -> list[Told]:
    """Say what changed in each stack of each environment, what matters most first.

    `accounts` are those of the environments, by name.
    """
    groups: dict[tuple[str, Point], list[tuple[str, Point]]] = {}
    for environment in sorted({*old, *new}):
        before, after = old.get(environment, {}), new.get(environment, {})
        for stack in sorted({*before, *after}):
            points = compare_templates(before.get(stack, {}), after.get(stack, {}), knowledge)
            for point in [*_coming_or_going(stack, before, after), *points]:
                text = neutral(point.text, environment, accounts.get(environment))
                general = Point(point.topic, text, point.weight)
                groups.setdefault((stack, general), []).append((environment, point))
    told = [
        one
        for (stack, general), points in groups.items()
        for one in _told(stack, general, points, old, new)
    ]
    weights, topics = list(Weight), list(Topic)
    return sorted(
        told,
        key=lambda one: (
            weights.index(one.point.weight),
            one.stack,
            topics.index(one.point.topic),
        ),
    )


def neutral(text: str, environment: str, account: str | None) -> str:
    """Give a text with the environment's name and its account's number left out."""
    for own, sign in ((environment, "<env>"), (account, "<account>")):
        if own is not None:
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(own)}(?![A-Za-z0-9])", sign, text)
    return text


def _coming_or_going(stack: str, before: Templates, after: Templates) -> Iterator[Point]:
    if stack not in before:
        yield Point(Topic.ADDED, f"the stack {stack} is new", Weight.CARE)
    elif stack not in after:
        yield Point(Topic.REMOVED, f"the stack {stack} is no longer deployed", Weight.CARE)


def _told(
    stack: str,
    general: Point,
    points: Sequence[tuple[str, Point]],
    old: Environments,
    new: Environments,
) -> Iterator[Told]:
    having = {name for side in (old, new) for name, stacks in side.items() if stack in stacks}
    names = tuple(dict.fromkeys(environment for environment, _ in points))
    if 1 < len(names) == len(points):
        yield Told(stack, general, names, everywhere=set(names) == having)
        return
    # What an environment has several of is told with its own words, or all but one would be lost.
    for environment, point in points:
        yield Told(stack, point, (environment,), everywhere={environment} == having)
