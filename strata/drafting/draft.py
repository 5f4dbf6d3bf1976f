"""The text of a drafted contract: valid as it is, with what the sample suggests as comments."""

from collections.abc import Iterator, Sequence

import yaml

from strata.drafting.facts import ColumnFacts, Facts
from strata.drafting.sample import Sample
from strata.drafting.suggestions import quoted, suggested

SCHEMA = (
    "https://raw.githubusercontent.com/bitol-io/open-data-contract-standard/main/schema/"
    "odcs-json-schema-v3.1.0.json"
)
KEY_ENDINGS = ("id", "key", "code", "number", "no", "nr", "uuid")


def draft(dataset: str, sample: Sample, facts: Facts, sources: Sequence[str]) -> str:
    """Give the YAML of the contract; `sources` are what the files call the columns."""
    key = primary_key(facts)
    lines = [
        f"# yaml-language-server: $schema={SCHEMA}",
        f"# Drafted from {facts.rows:,} rows of {quoted(sample.file.name)}. Edit it: the sample "
        "knows its values, you know what they mean.",
        "apiVersion: v3.1.0",
        "kind: DataContract",
        f"id: {_name(dataset)}",
        f"name: {_name(dataset)}",
        "version: 1.0.0",
        "status: active",
        "description:",
        f"  purpose: {quoted(f'Rows like those of {sample.file.name}.')}  # say what they are for",
        "team:",
        "  name: data-team  # who owns the data",
        "",
        "schema:",
        f"  - name: {_name(dataset)}",
        "    logicalType: object",
        "    physicalType: table",
        "    properties:",
    ]
    for column, written in zip(facts.columns, sources, strict=True):
        source = written if written != column.name else None
        lines += _column(column, source, is_key=column is key)
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


def _column(column: ColumnFacts, source: str | None, *, is_key: bool) -> Iterator[str]:
    kind = column.type
    yield f"      - name: {_name(column.name)}{_nulls(column)}"
    yield f"        logicalType: {kind.logical}"
    if kind.physical:
        yield f"        physicalType: {kind.physical}"
    if kind.pattern:
        check = "  # check which number is the day" if "d" in kind.pattern.lower() else ""
        yield f"        logicalTypeOptions: {{format: {quoted(kind.pattern)}}}{check}"
    if column.required:
        yield "        required: true"
    if is_key:
        yield "        primaryKey: true"
    yield "        classification: internal"
    yield f"        description: {quoted(_description(column))}"
    if source:
        # What the files say stays what the files say.
        yield "        customProperties:"
        yield "          - property: sourceName"
        yield f"            value: {quoted(source)}"
    yield from (f"        # {line}" for line in suggested(column, is_key=is_key))


def _nulls(column: ColumnFacts) -> str:
    if column.required:
        return ""
    return (
        f"  # {column.nulls:,} of {column.rows:,} rows ({column.nulls / column.rows:.1%}) are null"
    )


def _description(column: ColumnFacts) -> str:
    return f"{column.name.replace('_', ' ').capitalize()}."


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
        spelt = str(value).lower() if isinstance(value, bool) else quoted(value)
        yield f"      {name}: {spelt}"
    if facts.null_words:
        words = ", ".join(quoted(word) for word in ("", *facts.null_words))
        yield f"      nullValues: [{words}]"


def _name(name: str) -> str:
    # YAML takes words such as no and null for values.
    return name if yaml.safe_load(name) == name else quoted(name)
