"""Reads the quality rules of a contract from the standard's ``quality`` entries.

``metric: invalidValues`` with ``validValues`` or ``pattern`` is the standard's own way to say a set
or a pattern; the other kinds are ``type: custom`` of engine ``strata``. ``type: text`` is for
people.
"""

from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError

from data_lake.contracts import sql
from data_lake.contracts.columns import Table
from data_lake.contracts.models import Column, Rule, Severity
from data_lake.contracts.places import PROPERTIES
from data_lake.contracts.rule_kinds import KINDS, ExpressionRule, Implementation, SetRule
from data_lake.model_problems import Locate, model_problems
from data_lake.problems import FieldPath, Problem, nearest
from data_lake.yaml_marks import MarkedDocument

ENGINE = "strata"
RESERVED_IDS = (
    "duplicate", "empty_file", "encoding", "format", "header", "header_only", "malformed",
    "missing", "quality",
)  # fmt: skip
"""Reasons that runs give by themselves; a rule of that name could not be told apart."""
_OTHER_METRICS = {
    "nullValues": "is not a rule of rows; say required: true on the column",
    "missingValues": "is not a rule of rows; say required: true and list raw.nullValues",
    "duplicateValues": "is not a rule of rows; say primaryKey: true on the columns",
    "rowCount": "is not a rule of rows, and nothing enforces it; remove it",
}


@dataclass(frozen=True)
class _Entry:
    document: MarkedDocument
    problems: list[Problem]
    path: FieldPath
    content: dict[str, Any]
    column: str | None

    def fault(self, field: FieldPath, rule: str, value: str | None = None, near: str = "") -> None:
        path = (*self.path, *field)
        self.problems.append(self.document.problem(path, rule, value=value, nearest=near))


def read_rules(document: MarkedDocument, table: Table, problems: list[Problem]) -> list[Rule]:
    """The rules of ``schema[0]`` and its columns, in order; adds what is wrong to ``problems``."""
    schema = document.data["schema"][0]
    entries = [
        _Entry(document, problems, (*PROPERTIES, index, "quality", number), content, item["name"])
        for index, item in enumerate(schema.get("properties") or ())
        for number, content in enumerate(item.get("quality") or ())
    ]
    entries += [
        _Entry(document, problems, ("schema", 0, "quality", number), content, None)
        for number, content in enumerate(schema.get("quality") or ())
    ]
    rules: list[Rule] = []
    first_lines: dict[str, int] = {}
    for entry in entries:
        if entry.content.get("type") == "text":
            continue
        _check_id(entry, first_lines)
        rule = _rule(entry, table)
        if rule:
            rules.append(rule)
    return rules


def _check_id(entry: _Entry, first_lines: dict[str, int]) -> None:
    rule_id = entry.content.get("id")
    if rule_id is None:
        entry.fault(["id"], "is required; add it, because quarantined rows carry it", "")
    elif rule_id in RESERVED_IDS:
        entry.fault(["id"], "is a reason that runs give by themselves; choose another")
    elif rule_id in first_lines:
        entry.fault(["id"], f"is given twice, first on line {first_lines[rule_id]}")
    else:
        first_lines[rule_id] = entry.document.line((*entry.path, "id"))


def _rule(entry: _Entry, table: Table) -> Rule | None:
    severity = entry.content.get("severity", "quarantine")
    if severity not in get_args(Severity):
        rule = f"must be one of {', '.join(get_args(Severity))}"
        entry.fault(["severity"], rule, near=nearest(severity, get_args(Severity)))
        severity = "quarantine"
    if not entry.content.get("description"):
        rule = "is required; add it, because people read it beside the bad rows"
        entry.fault(["description"], rule, "")
    if entry.content.get("customProperties"):
        entry.fault(["customProperties"], "is not known to the lake here; remove it")
    found = _library(entry) if "metric" in entry.content else _custom(entry)
    if found is None:
        return None
    implementation, locate = found
    columns = _columns(entry, implementation, locate, table)
    if isinstance(implementation, SetRule):
        _check_values(entry, implementation, locate, [table.column(name) for name in columns])
    return Rule(
        id=entry.content.get("id", ""),
        columns=columns,
        severity=severity,
        dimension=entry.content.get("dimension", "conformity"),
        description=entry.content.get("description", ""),
        **implementation.model_dump(exclude={"columns"}),
    )


def _custom(entry: _Entry) -> tuple[Implementation, Locate] | None:
    if entry.content.get("type") != "custom":
        rule = f"must be custom with engine {ENGINE}, library with metric invalidValues, or text"
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
    return _read(entry, content, lambda loc: ("implementation", *loc))


def _library(entry: _Entry) -> tuple[Implementation, Locate] | None:
    metric = entry.content["metric"]
    if metric in _OTHER_METRICS:
        entry.fault(["metric"], _OTHER_METRICS[metric])
        return None
    if entry.content.get("mustBe") != 0:
        operators = [name for name in entry.content if name.startswith("must")]
        rule = "must be mustBe: 0, because a rule judges each row; qualityThreshold judges the run"
        entry.fault(operators[:1] or ["metric"], rule)
        return None
    arguments = entry.content.get("arguments") or {}
    known = {"validValues": ("set", "values"), "pattern": ("pattern", "pattern")}
    if len(arguments) != 1 or not set(arguments) <= set(known):
        odd = next((name for name in arguments if name not in known), "")
        rule = "must be validValues or pattern, one of them"
        value = ", ".join(arguments) or "nothing"
        entry.fault(["arguments", odd] if odd else ["arguments"], rule, value, nearest(odd, known))
        return None
    ((name, value),) = arguments.items()
    kind, field = known[name]
    content = {"kind": kind, field: value}
    return _read(entry, content, lambda loc: ("arguments", name, *loc[1:]))


def _read(
    entry: _Entry, content: dict[str, Any], locate: Locate
) -> tuple[Implementation, Locate] | None:
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


def _columns(
    entry: _Entry, implementation: Implementation, locate: Locate, table: Table
) -> tuple[str, ...]:
    declared = implementation.columns
    mentioned: list[str] = []
    if isinstance(implementation, ExpressionRule):
        mentioned = _mentioned(entry, implementation.expression, locate, table)
    if entry.column and declared:
        rule = f"is for rules of the whole table; this one is of {entry.column}: remove it"
        entry.fault(locate(["columns"]), rule)
    elif not (entry.column or declared or isinstance(implementation, ExpressionRule)):
        rule = "is required for a rule of the whole table; add it"
        entry.fault(locate(["columns"]), rule, "")
    for number, name in enumerate(declared):
        if table.column(name) is None:
            near = nearest(name, [column.name for column in table.columns])
            entry.fault(locate(["columns", number]), "must be a column of the schema", near=near)
    columns = declared or tuple(mentioned) or ((entry.column,) if entry.column else ())
    for name in columns:
        column = table.column(name)
        accepted = implementation.accepted_types
        if column and column.type and accepted and not column.type.startswith(accepted):
            rule = f"needs a column of type {', '.join(accepted)}; {name} is {column.type}"
            entry.fault(locate(["kind"]), rule)
    return columns


def _mentioned(entry: _Entry, expression: str, locate: Locate, table: Table) -> list[str]:
    names: list[str] = []
    known = [column.name.lower() for column in table.columns]
    for token in sql.columns(sql.tokens(expression), known):
        if token.word not in known:
            near = nearest(token.word, known)
            rule = f"names the column {token.value}, which the schema lacks"
            entry.fault(locate(["expression"]), rule, near=near)
        elif token.word not in names:
            names.append(token.word)
    if not names:
        entry.fault(locate(["expression"]), "must test at least one column of the schema")
    return names


def _check_values(
    entry: _Entry, rule: SetRule, locate: Locate, columns: list[Column | None]
) -> None:
    for column in filter(None, columns):
        kinds = {"string": str, "boolean": bool}.get(column.type, (int, float))
        for number, value in enumerate(rule.values):
            if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
                text = f"must be of type {column.type}, as {column.name} is; quote text"
                entry.fault(locate(["values", number]), text)
