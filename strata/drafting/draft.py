"""The text of a drafted contract: valid as it is, with what the sample suggests as comments."""

import json
from collections.abc import Iterator

import yaml

from strata.drafting.facts import ColumnFacts, Facts
from strata.drafting.sample import Sample

SCHEMA = (
    "https://raw.githubusercontent.com/bitol-io/open-data-contract-standard/main/schema/"
    "odcs-json-schema-v3.1.0.json"
)
ENOUGH_ROWS = 20
"""Fewer rows say nothing about which values there are."""
KEY_ENDINGS = ("id", "key", "code", "number", "no", "nr", "uuid")
REMOVE_THE_MARKS = "Suggested by the sample; remove the marks to have it checked."


def draft(dataset: str, sample: Sample, facts: Facts) -> str:
    """Give the YAML of the contract."""
    key = primary_key(facts)
    lines = [
        f"# yaml-language-server: $schema={SCHEMA}",
        f"# Drafted from {facts.rows:,} rows of {_quoted(sample.file.name)}. Edit it: the sample "
        "knows its values, you know what they mean.",
        "apiVersion: v3.1.0",
        "kind: DataContract",
        f"id: {_name(dataset)}",
        f"name: {_name(dataset)}",
        "version: 1.0.0",
        "status: active",
        "description:",
        f"  purpose: {_quoted(f'Rows like those of {sample.file.name}.')}  # say what they are for",
        "team:",
        "  name: data-team  # who owns the data",
        "",
        "schema:",
        f"  - name: {_name(dataset)}",
        "    logicalType: object",
        "    physicalType: table",
        "    properties:",
    ]
    for column in facts.columns:
        lines += _column(column, is_key=column is key)
    lines += ["", *_keys(facts, key), "customProperties:", "  - property: writeMode"]
    lines += [f"    value: {'merge' if key else 'append'}"]
    lines += ["  - property: qualityThreshold", "    value: 0.95"]
    lines += ["  - property: trigger", "    value: {mode: on_arrival}"]
    return "\n".join([*lines, *_raw(dataset, sample, facts), ""])


def primary_key(facts: Facts) -> ColumnFacts | None:
    """Give the first column that is unique and called like a key."""
    return next((column for column in _candidates(facts) if _called_like_a_key(column)), None)


def _candidates(facts: Facts) -> list[ColumnFacts]:
    kinds = ("string", "integer")
    return [each for each in facts.columns if each.unique and each.type.logical in kinds]


def _called_like_a_key(column: ColumnFacts) -> bool:
    return column.name.split("_")[-1] in KEY_ENDINGS or column.name.endswith("id")


def _column(column: ColumnFacts, *, is_key: bool) -> Iterator[str]:
    kind = column.type
    yield f"      - name: {_name(column.name)}{_nulls(column)}"
    yield f"        logicalType: {kind.logical}"
    if kind.physical:
        yield f"        physicalType: {kind.physical}"
    if kind.pattern:
        check = "  # check which number is the day" if "d" in kind.pattern.lower() else ""
        yield f"        logicalTypeOptions: {{format: {_quoted(kind.pattern)}}}{check}"
    if column.required:
        yield "        required: true"
    if is_key:
        yield "        primaryKey: true"
    yield "        classification: internal"
    yield f"        description: {_quoted(_description(column))}"
    yield from (f"        # {line}" for line in _suggestion(column))


def _nulls(column: ColumnFacts) -> str:
    if column.required:
        return ""
    return (
        f"  # {column.nulls:,} of {column.rows:,} rows ({column.nulls / column.rows:.1%}) are null"
    )


def _description(column: ColumnFacts) -> str:
    return f"{column.name.replace('_', ' ').capitalize()}."


def _suggestion(column: ColumnFacts) -> list[str]:
    """Give the rule that the values suggest, as lines of YAML."""
    if column.rows < ENOUGH_ROWS:
        return []
    values = ", ".join(_quoted(code) for code in column.codes)
    if column.codes and column.distinct < column.rows:
        test = ["    metric: invalidValues", "    mustBe: 0"]
        test += [f"    arguments: {{validValues: [{values}]}}"]
        text = f"The sample has only these values of {column.name}."
    elif column.type.logical in ("integer", "number") and not column.unique:
        limits = f"min: {_plain(column.least)}, max: {_plain(column.most)}"
        test = ["    type: custom", "    engine: strata"]
        test += [f"    implementation: {{kind: range, {limits}}}"]
        text = f"The sample has only these values of {column.name}."
    else:
        return []
    rule = [f"  - id: {column.name[:120]}_known", *test, "    severity: quarantine"]
    return [REMOVE_THE_MARKS, "quality:", *rule, f"    description: {_quoted(text)}"]


def _plain(number: str | None) -> str:
    text = (number or "0").strip().removeprefix("+")
    return str(int(text)) if text.lstrip("-").isdigit() else str(float(text))


def _keys(facts: Facts, key: ColumnFacts | None) -> Iterator[str]:
    others = [column.name for column in _candidates(facts) if column is not key]
    others += [" and ".join(pair) for pair in facts.pairs]
    if key is None:
        yield "# Without a primary key, rows are added and never replaced. To replace them, mark"
        yield "# the key's columns with primaryKey: true and set writeMode to merge."
    if others:
        also = "Also unique" if key else "Unique"
        yield f"# {also} in the {facts.rows:,} rows of the sample: {'; '.join(others)}."


def _raw(dataset: str, sample: Sample, facts: Facts) -> Iterator[str]:
    yield "  - property: raw"
    yield "    value:"
    yield f"      prefix: {dataset}/"
    yield f"      format: {sample.format}"
    for name, value in sample.options.items():
        spelt = str(value).lower() if isinstance(value, bool) else _quoted(value)
        yield f"      {name}: {spelt}"
    if facts.null_words:
        words = ", ".join(_quoted(word) for word in ("", *facts.null_words))
        yield f"      nullValues: [{words}]"


def _name(name: str) -> str:
    # YAML takes words such as no and null for values.
    return name if yaml.safe_load(name) == name else _quoted(name)


def _quoted(text: str) -> str:
    # A JSON text is a YAML text; YAML also ends lines at characters that JSON leaves as they are.
    return json.dumps(text, ensure_ascii=not text.isprintable())
