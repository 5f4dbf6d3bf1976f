"""Policy statements taken apart, so that two sets of them can be compared."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from strata.review.values import spelt

ANYONE: Final = "anyone"
ITSELF: Final = ""
"""The principal of a statement in a role's policy: whoever has the role."""


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource for one principal.

    Attributes:
        effect: Allow or Deny.
        principal: who; `ITSELF` in a policy of a role.
        action: such as `s3:GetObject`; `all but …` for a NotAction.
        resource: as text; `all but …` for a NotResource.
        condition: as JSON; empty where there is none.
    """

    effect: str
    principal: str
    action: str
    resource: str
    condition: str

    def covers(self, other: "Grant") -> bool:
        """Tell whether this one already says what the other says."""
        return (
            self.effect == other.effect
            and self.condition in ("", other.condition)
            and self.principal in (other.principal, ANYONE)
            and _matches(self.action.lower(), other.action.lower())
            and _matches(self.resource, other.resource)
        )


def _matches(pattern: str, text: str) -> bool:
    if pattern == text:
        return True
    # Brackets mean nothing in a policy; a NotAction covers nothing but itself.
    plain = pattern.replace("[", "[[]")
    return not pattern.startswith("all but ") and fnmatchcase(text, plain)


def grants(document: Any) -> Iterator[Grant]:
    """Give the grants of a policy document; none of what is not one."""
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    for statement in statements if isinstance(statements, list) else [statements]:
        condition = statement.get("Condition")
        text = json.dumps(condition, sort_keys=True) if condition else ""
        for principal in _principals(statement):
            for action in _listed(statement, "Action"):
                for resource in _listed(statement, "Resource"):
                    yield Grant(statement.get("Effect", "Allow"), principal, action, resource, text)


def _listed(statement: Mapping[str, Any], name: str) -> list[str]:
    if f"Not{name}" in statement:
        others = ", ".join(sorted(map(spelt, _list(statement[f"Not{name}"]))))
        return [f"all but {others}"]
    return [spelt(one) for one in _list(statement.get(name, [""]))]


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    if "NotPrincipal" in statement:
        yield f"all but {spelt(statement['NotPrincipal'])}"
        return
    named = statement.get("Principal")
    if named is None:
        yield ITSELF
    elif named == "*":
        yield ANYONE
    elif not isinstance(named, dict):
        yield spelt(named)
    else:
        for kind, values in named.items():
            for value in _list(values):
                yield ANYONE if value == "*" else f"{_KINDS.get(kind, kind + ' ')}{spelt(value)}"


_KINDS: Final = {"Service": "", "AWS": "", "Federated": "federated "}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def uncovered(these: Iterable[Grant], others: Iterable[Grant]) -> list[Grant]:
    """Give those that none of the others covers."""
    known = list(others)
    exact = set(known)
    # Only these can say more than a grant that is not among them.
    wide = [
        one
        for one in known
        if "*" in one.action + one.resource or not one.condition or one.principal == ANYONE
    ]
    return sorted(
        one
        for one in set(these)
        if one not in exact and not any(other.covers(one) for other in wide)
    )
