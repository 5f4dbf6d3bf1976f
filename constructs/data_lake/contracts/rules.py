"""Reads the quality rules of a contract from the standard's ``quality`` entries.

The standard's own metrics say completeness, sets, patterns, uniqueness and row counts; every kind
can be said as ``type: custom`` of engine ``strata``. ``type: text`` is for people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from data_lake.contracts.columns import Table
from data_lake.contracts.models import Rule, Severity
from data_lake.contracts.places import PROPERTIES
from data_lake.contracts.row_kinds import ReferenceRule
from data_lake.contracts.rule_bases import Implementation
from data_lake.contracts.rule_columns import rule_columns
from data_lake.contracts.rule_entry import Entry, Found, read_kind
from data_lake.contracts.rule_kinds import KINDS
from data_lake.contracts.rule_metrics import read_metric
from data_lake.model_problems import Locate
from data_lake.problems import Problem, nearest
from data_lake.yaml_marks import MarkedDocument

ENGINE = "strata"
RESERVED_IDS = (
    "duplicate", "empty_file", "encoding", "format", "header", "header_only", "malformed",
    "missing", "quality",
)  # fmt: skip
"""Reasons that runs give by themselves; a rule of that name could not be told apart."""
UNIQUE_COLUMN = "unique:"
"""How the ids of the rules begin that ``unique: true`` on a column makes."""


@dataclass(frozen=True)
class Reference:
    """A rule of kind reference, and where it stands, to be checked beside the other contracts."""

    entry: Entry
    locate: Locate
    rule: Rule


@dataclass(frozen=True)
class Rules:
    """The rules of a contract in order, and those of them that name another dataset."""

    rules: tuple[Rule, ...] = ()
    references: tuple[Reference, ...] = ()


def read_rules(document: MarkedDocument, table: Table, problems: list[Problem]) -> Rules:
    """The rules of ``schema[0]`` and its columns, in order; adds what is wrong to ``problems``."""
    rules = list(_unique_columns(document, table))
    references: list[Reference] = []
    first_lines: dict[str, int] = {}
    for entry in _entries(document, problems):
        if entry.content.get("type") == "text":
            continue
        _check_id(entry, first_lines)
        severity = _severity(entry)
        found = _implementation(entry)
        if found is None:
            continue
        implementation, locate = found
        columns = rule_columns(entry, implementation, locate, table)
        rule = _rule(entry, implementation, severity, columns)
        rules.append(rule)
        if isinstance(implementation, ReferenceRule):
            references.append(Reference(entry, locate, rule))
    return Rules(tuple(rules), tuple(references))


def _entries(document: MarkedDocument, problems: list[Problem]) -> Iterator[Entry]:
    schema = document.data["schema"][0]
    for index, item in enumerate(schema.get("properties") or ()):
        for number, content in enumerate(item.get("quality") or ()):
            path = (*PROPERTIES, index, "quality", number)
            yield Entry(document, problems, path, content, item["name"])
    for number, content in enumerate(schema.get("quality") or ()):
        yield Entry(document, problems, ("schema", 0, "quality", number), content, None)


def _unique_columns(document: MarkedDocument, table: Table) -> Iterator[Rule]:
    for item in document.data["schema"][0].get("properties") or ():
        # The only column of the key is unique already: of each key, the newest row is kept.
        if item.get("unique") and table.primary_key != (item["name"],):
            yield Rule(
                id=f"{UNIQUE_COLUMN}{item['name']}",
                kind="unique",
                columns=(item["name"],),
                severity="quarantine",
                dimension="uniqueness",
                description=f"No two rows have the same {item['name']}.",
            )


def _check_id(entry: Entry, first_lines: dict[str, int]) -> None:
    rule_id = entry.content.get("id")
    if rule_id is None:
        entry.fault(["id"], "is required; add it, because quarantined rows carry it", "")
    elif rule_id in RESERVED_IDS:
        entry.fault(["id"], "is a reason that runs give by themselves; choose another")
    elif rule_id in first_lines:
        entry.fault(["id"], f"is given twice, first on line {first_lines[rule_id]}")
    else:
        first_lines[rule_id] = entry.document.line((*entry.path, "id"))


def _severity(entry: Entry) -> Severity:
    severity: Severity = entry.content.get("severity", "quarantine")
    if severity not in get_args(Severity):
        rule = f"must be one of {', '.join(get_args(Severity))}"
        entry.fault(["severity"], rule, near=nearest(severity, get_args(Severity)))
        return "quarantine"
    return severity


def _implementation(entry: Entry) -> Found | None:
    if not entry.content.get("description"):
        rule = "is required; add it, because people read it beside the bad rows"
        entry.fault(["description"], rule, "")
    if entry.content.get("customProperties"):
        entry.fault(["customProperties"], "is not known to the lake here; remove it")
    return read_metric(entry) if "metric" in entry.content else _custom(entry)


def _custom(entry: Entry) -> Found | None:
    if entry.content.get("type") != "custom":
        rule = f"must be custom with engine {ENGINE}, library with a metric, or text"
        entry.fault(["type"], rule)
        return None
    if entry.content.get("engine") != ENGINE:
        near = nearest(entry.content.get("engine"), [ENGINE])
        entry.fault(["engine"], f"must be {ENGINE}, which runs the rules", near=near)
        return None
    content = entry.content.get("implementation")
    if not isinstance(content, dict):
        entry.fault(["implementation"], f"must be a mapping with kind: {', '.join(KINDS)}")
        return None
    return read_kind(entry, content, lambda loc: ("implementation", *loc))


def _rule(
    entry: Entry, implementation: Implementation, severity: Severity, columns: tuple[str, ...]
) -> Rule:
    own = implementation.model_dump(exclude={"columns", "left", "right"})
    if isinstance(implementation, ReferenceRule):
        own["keys"] = implementation.keys or columns
    return Rule(
        id=entry.content.get("id", ""),
        columns=columns,
        severity=severity,
        dimension=entry.content.get("dimension", implementation.dimension),
        description=entry.content.get("description", ""),
        **own,
    )
