"""One ``quality`` entry of a contract while it is read, and its implementation as a kind."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from data_lake.contracts.rule_bases import Implementation
from data_lake.contracts.rule_kinds import KINDS
from data_lake.model_problems import Locate, model_problems
from data_lake.problems import FieldPath, Problem, nearest
from data_lake.yaml_marks import MarkedDocument

Found = tuple[Implementation, Locate]
"""What an entry says, and where in the entry each part of it stands."""


@dataclass(frozen=True)
class Entry:
    """A quality entry; ``column`` is the one that it stands in, None for the table's own."""

    document: MarkedDocument
    problems: list[Problem]
    path: FieldPath
    content: dict[str, Any]
    column: str | None

    def fault(self, field: FieldPath, rule: str, value: str | None = None, near: str = "") -> None:
        """Add a problem at a field of the entry."""
        path = (*self.path, *field)
        self.problems.append(self.document.problem(path, rule, value=value, nearest=near))


def read_kind(entry: Entry, content: dict[str, Any], locate: Locate) -> Found | None:
    """The implementation that ``content`` describes, or None after its problems were added."""
    kind = content.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        rule = f"must be one of {', '.join(KINDS)}"
        entry.fault(locate(["kind"]), rule, near=nearest(kind, KINDS))
        return None
    try:
        return KINDS[kind].model_validate(content), locate
    except ValidationError as error:
        entry.problems.extend(
            model_problems(
                error, KINDS[kind], entry.document, lambda loc: (*entry.path, *locate(loc))
            )
        )
        return None
