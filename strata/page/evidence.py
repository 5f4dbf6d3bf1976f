"""The evidence: quarantined rows, files that were not loaded, tables with a sample, notices."""

from strata.page.markup import Markup, el, join
from strata.page.overview import LOADED
from strata.page.parts import card, chip, code, fold, nothing, section, table
from strata.page.story import Cell, Column, RuleCount, Story, Table
from strata.page.words import count, plural, size, spoken

LONGEST_CELL = 80


def quarantine(story: Story) -> Markup:
    """Give the rules that rows broke, with their descriptions and examples of the rows."""
    return section(
        "quarantine",
        "Quarantine by rule",
        "A row that breaks a rule is kept as it came, with the rule, the reason, and its place in "
        "the file. A rule of severity warn lets the row pass and counts it.",
        *(
            [card(*(_rule(rule) for rule in story.rules))]
            if story.rules
            else [nothing("No row broke a rule.")]
        ),
    )


def _rule(rule: RuleCount) -> Markup:
    head = el(
        "div",
        code(rule.rule),
        chip(rule.severity),
        el("span", f"{rule.dataset}: {plural(rule.rows, 'row')}", class_="muted"),
        class_="rule-head",
    )
    text = el("p", rule.description) if rule.description else None
    examples = [
        el(
            "div",
            el("p", el("b", example.reason), el("small", example.source)),
            el("pre", example.record),
            class_="example",
        )
        for example in rule.examples
    ]
    shown = None
    if examples:
        left = rule.rows - len(examples)
        title = plural(len(examples), "example") + (f" of {count(rule.rows)}" if left > 0 else "")
        shown = fold(title, *examples, opened=rule.rows == 1)
    return el("div", head, text, shown, class_="rule")


def files(story: Story) -> Markup:
    """Give each arrival that did not become rows of a table, with its reason."""
    refused = [arrival for arrival in story.arrivals if arrival.status not in LOADED]
    rows = [
        (
            join(el("b", arrival.key), el("small", size(arrival.size))),
            chip(arrival.status),
            code(arrival.rule) if arrival.rule else "–",
            arrival.reason or "–",
        )
        for arrival in refused
    ]
    heads = ("file", "status", "rule", "reason")
    return section(
        "files",
        "Files that were not loaded",
        "Nothing is dropped: a rejected or unclaimed file is copied to quarantine, its original "
        "stays in the raw zone, and the ledger keeps the reason.",
        card(table(heads, rows, layout="stacked")) if rows else nothing("Every file was loaded."),
    )


def tables(story: Story) -> Markup:
    """Give every table with its size and a few rows."""
    return section(
        "tables",
        "Tables",
        "As their readers see them: the current snapshot, with a few rows as they come.",
        *([_table(one) for one in story.tables] or [nothing("No table yet.")]),
    )


def _table(one: Table) -> Markup:
    facts = [f"{count(one.rows)} rows", plural(len(one.columns), "column"), one.format]
    if one.snapshots is not None:
        facts.append(plural(one.snapshots, "snapshot"))
    right = [
        number
        for number, column in enumerate(one.columns)
        if column.type.startswith(("int", "bigint", "float", "double", "decimal"))
    ]
    rows = [
        [_cell(value, column) for value, column in zip(row, one.columns, strict=True)]
        for row in one.sample
    ]
    columns = [
        (code(column.name), column.type, column.description or "–") for column in one.columns
    ]
    snapshot = (
        el("p", "Current snapshot ", code(one.snapshot_id), class_="muted")
        if one.snapshot_id
        else None
    )
    return card(
        el("p", one.description) if one.description else None,
        table([column.name for column in one.columns], rows, right=right, layout="plain"),
        fold("Columns", table(("column", "type", "meaning"), columns), snapshot),
        title=f"{one.zone}.{one.name}",
        note=" · ".join(facts),
    )


def _cell(value: Cell, column: Column) -> Markup:
    if column.hidden:
        return el("span", "hidden", class_="absent", title="The contract classifies this column")
    if value is None:
        return el("span", "null", class_="absent")
    text = str(value)
    if isinstance(value, float):
        text = f"{value:.4f}".rstrip("0").rstrip(".")
    if len(text) <= LONGEST_CELL:
        return join(text)
    return el("span", text[:LONGEST_CELL] + "…", title=text)


def notices(story: Story) -> Markup:
    """Give the notices that were sent."""
    rows = [
        (
            chip(notice.severity),
            join(el("b", spoken(notice.kind)), el("small", notice.dataset)),
            el("ul", *(el("li", reason) for reason in notice.reasons)) if notice.reasons else "–",
            el("small", notice.next_step) if notice.next_step else "–",
        )
        for notice in story.notices
    ]
    heads = ("severity", "notice", "reasons", "next step")
    return section(
        "notices",
        "Notices",
        "What the lake sent to its alert topic. A notice never carries a row's content.",
        card(table(heads, rows, layout="stacked")) if rows else nothing("No notice was sent."),
    )
