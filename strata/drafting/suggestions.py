"""The rules that the values of a sample suggest, as lines of YAML for people to keep or not."""

import json
import math
from collections.abc import Iterator

from strata.drafting.facts import ColumnFacts

ENOUGH_ROWS = 20
"""Fewer rows say nothing about which values there are."""
REMOVE_THE_MARKS = "Suggested by the sample; remove the marks to have it checked."
MOSTLY_THERE = 0.5
"""Columns with fewer values than this share of the rows are not meant to be complete."""
MOST_ID = 110
Rule = tuple[str, list[str], str]
"""What ends a rule's id, the lines of its test, and what it says."""


def suggested(column: ColumnFacts, *, is_key: bool) -> list[str]:
    """Give the lines that suggest rules for a column; none where the sample says too little."""
    if column.rows < ENOUGH_ROWS:
        return []
    lines = ["unique: true"] if column.unique and not is_key and _is_discrete(column) else []
    rules = [*_values(column), *_presence(column)]
    if rules:
        lines.append("quality:")
    for end, test, text in rules:
        lines += [f"  - id: {column.name[:MOST_ID]}_{end}", *(f"    {line}" for line in test)]
        lines += ["    severity: quarantine", f"    description: {quoted(text)}"]
    return [REMOVE_THE_MARKS, *lines] if lines else []


def _is_discrete(column: ColumnFacts) -> bool:
    return column.type.logical in ("string", "integer")


def _values(column: ColumnFacts) -> Iterator[Rule]:
    """Suggest what each value is like; one rule, the one that says the most."""
    name, kind = column.name, column.type
    if column.codes and column.distinct < column.rows:
        values = ", ".join(quoted(code) for code in column.codes)
        test = ["metric: invalidValues", "mustBe: 0", f"arguments: {{validValues: [{values}]}}"]
        yield "known", test, f"The sample has only these values of {name}."
    elif column.pattern:
        argument = f"arguments: {{pattern: {quoted(column.pattern)}}}"
        test = ["metric: invalidValues", "mustBe: 0", argument]
        yield "shape", test, f"In the sample, every {name} has this shape."
    elif column.lengths and not column.codes:
        least, most = column.lengths
        limits = f"min: {least}, max: {most}"
        yield (
            "length",
            _custom("length", limits),
            f"The sample's {name} has {least} to {most} characters.",
        )
    elif kind.logical in ("integer", "number") and not column.unique:
        limits = f"min: {_plain(column.least)}, max: {_plain(column.most)}"
        yield "known", _custom("range", limits), f"The sample has only these values of {name}."
    elif kind.logical == "date" and kind.pattern is None and column.least:
        limits = f"min: {quoted(column.least.strip())}"
        yield "since", _custom("range", limits), f"The sample has no earlier {name}."


def _presence(column: ColumnFacts) -> Iterator[Rule]:
    share = 1 - column.nulls / column.rows
    if column.required or share < MOSTLY_THERE:
        return
    # Rounded down, so that the sample itself passes.
    threshold = math.floor(share * 100) / 100
    text = f"In the sample, {share:.1%} of the rows have a {column.name}."
    yield "present", _custom("completeness", f"threshold: {threshold}"), text


def _custom(kind: str, facts: str) -> list[str]:
    return ["type: custom", "engine: strata", f"implementation: {{kind: {kind}, {facts}}}"]


def _plain(number: str | None) -> str:
    text = (number or "0").strip().removeprefix("+")
    return str(int(text)) if text.lstrip("-").isdigit() else str(float(text))


def quoted(text: str) -> str:
    """Give a text as YAML has it between double quotes."""
    # A JSON text is a YAML text; YAML also ends lines at characters that JSON leaves as they are.
    return json.dumps(text, ensure_ascii=not text.isprintable())
