"""The columns of a table with their rules, and the rules of the table as a whole."""

from collections.abc import Sequence

from data_lake.contracts import DatasetContract, ProductContract
from data_lake.contracts.models import Column, Rule
from strata.page.markup import Child, Markup, el, join
from strata.page.parts import code, table
from strata.rule_words import CONSEQUENCES, in_words

Contract = DatasetContract | ProductContract
CLASSIFICATION_TONES = {
    "public": "good",
    "internal": "plain",
    "confidential": "warn",
    "restricted": "bad",
}
PROTECTIONS = {
    "hash": "hashed with a key",
    "tokenize": "replaced by a token",
    "truncate": "cut short",
    "drop": "left out of the table",
}


def columns_table(contract: Contract) -> Markup:
    """Give the columns, each with its type, its meaning and the rules about it alone."""
    rows = [
        (
            join(code(column.name), _marks(contract, column)),
            code(column.type),
            _classified(column),
            join(column.description, _rules_of(contract, column.name)),
        )
        for column in contract.columns
    ]
    return table(["column", "type", "class", "meaning and rules"], rows, layout="stacked")


def table_rules(contract: Contract) -> Markup | None:
    """Give the rules about several columns or the table as a whole; None if there are none."""
    rules = [rule for rule in contract.rules if len(rule.columns) != 1]
    return el("div", el("h3", "Rules of the table"), _list(rules)) if rules else None


def _marks(contract: Contract, column: Column) -> Markup:
    marks = []
    if column.name in contract.primary_key:
        marks.append(el("span", "key", class_="mark key-mark"))
    if column.name in contract.partition_by:
        marks.append(el("span", "partition", class_="mark"))
    if not column.required:
        marks.append(el("span", "may be null", class_="mark"))
    return el("span", *marks, class_="marks")


def _classified(column: Column) -> Markup:
    tone = CLASSIFICATION_TONES[column.classification]
    label = el("span", column.classification, class_=f"chip {tone}")
    method = column.protection.method if column.protection else "none"
    return join(label, el("small", PROTECTIONS[method]) if method in PROTECTIONS else None)


def _rules_of(contract: Contract, name: str) -> Markup | None:
    rules = [rule for rule in contract.rules if rule.columns == (name,)]
    return _list(rules) if rules else None


def _list(rules: Sequence[Rule]) -> Markup:
    return el("ul", *(el("li", _rule(rule)) for rule in rules), class_="rules")


def _rule(rule: Rule) -> Child:
    said = in_words(rule)
    return join(
        el("span", rule.description),
        el(
            "small",
            code(said) if rule.kind in ("expression", "sql") else said,
            "; ",
            el("span", CONSEQUENCES[rule.severity], class_=f"severity {rule.severity}"),
            el("span", f" ({rule.id})", class_="rule-id"),
        ),
    )
