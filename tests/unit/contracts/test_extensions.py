"""Each mistake in what Strata adds to the standard is one line."""

from collections.abc import Callable

import pytest

Complaint = Callable[..., str]
ORDERS = "orders.odcs.yaml"
COUNTRIES = "countries.odcs.yaml"
SALES = "sales.odcs.yaml"
MISTAKES = [
    (
        COUNTRIES, "format: jsonl", "format: jsonl, encoding: ISO-8859-1",
        "16: customProperties[raw].value.encoding: must be UTF-8 for format jsonl: "
        "got 'ISO-8859-1'",
    ),
    (
        ORDERS, "format: csv", "format: csv\n      quote: ','",
        "72: customProperties[raw].value.quote: must differ from delimiter: got ','",
    ),
    (
        ORDERS, "property: schedule", "property: shedule",
        "64: customProperties[shedule].property: is not a known field: got 'shedule'; "
        "did you mean 'schedule'?",
    ),
    (
        ORDERS, "property: writeMode", "property: write_mode",
        "62: customProperties[write_mode].property: is not a known field: got 'write_mode'; "
        "did you mean 'writeMode'?",
    ),
    (
        ORDERS, "value: merge", "value: upsert",
        "63: customProperties[writeMode].value: must be 'append', 'merge' or 'replace': "
        "got 'upsert'",
    ),
    (
        ORDERS, "        primaryKey: true\n        primaryKeyPosition: 1\n", "",
        "61: customProperties[writeMode].value: needs a primary key; mark its columns with "
        "primaryKey: true: got 'merge'",
    ),
    (
        COUNTRIES, ", primaryKey: true", "",
        "15: customProperties[writeMode].value: needs a primary key; mark its columns with "
        "primaryKey: true: got 'replace'",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: qualityThreshold, value: 95}\n"
        "  - property: schedule",
        "64: customProperties[qualityThreshold].value: must be less than or equal to 1: got 95",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: writeMode, value: merge}\n"
        "  - property: schedule",
        "64: customProperties[writeMode].property: is given twice; keep one: got 'writeMode'",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: trigger, value: {mode: onArrival}}\n"
        "  - property: schedule",
        "64: customProperties[trigger].value.mode: must be 'on_arrival', 'manifest', "
        "'micro_batch' or 'schedule': got 'onArrival'; did you mean 'on_arrival'?",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: trigger, value: {mode: on_arrival, "
        "suffix: .manifest.json}}\n  - property: schedule",
        "64: customProperties[trigger].value.suffix: is for mode manifest; remove it, or use mode "
        "manifest: got '.manifest.json'",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: trigger, value: {mode: manifest, "
        "suffix: .done}}\n  - property: schedule",
        "64: customProperties[trigger].value.suffix: must end in manifest.json, which the raw "
        "crawler leaves out, after letters, digits, '.', '-' and '_' only: got '.done'",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: trigger, value: {mode: manifest, "
        "deadlineMinutes: 0}}\n  - property: schedule",
        "64: customProperties[trigger].value.deadlineMinutes: must be greater than or equal to 1: "
        "got 0",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: trigger, value: {mode: manifest, "
        "deadline: 5}}\n  - property: schedule",
        "64: customProperties[trigger].value.deadline: is not a known field: got 5; "
        "did you mean 'deadlineMinutes'?",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: trigger, value: {mode: manifest, "
        "everyMinutes: 5}}\n  - property: schedule",
        "64: customProperties[trigger].value.everyMinutes: is for mode micro_batch; remove it, or "
        "use mode micro_batch: got 5",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: retry, value: {maxAttempts: 0}}\n"
        "  - property: schedule",
        "64: customProperties[retry].value.maxAttempts: must be greater than or equal to 1: got 0",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: trigger, value: {mode: manifest}}\n"
        "  - {property: retry, value: {toleratedFailurePercent: 5.0}}\n  - property: schedule",
        "65: customProperties[retry].value.toleratedFailurePercent: must be 0 for mode manifest, "
        "because a batch is loaded whole or not at all: got 5.0",
    ),
    (
        ORDERS, "  - property: schedule", "  - {property: circuit, value: {failure: 2}}\n"
        "  - property: schedule",
        "64: customProperties[circuit].value.failure: is not a known field: got 2; "
        "did you mean 'failures'?",
    ),
    (
        COUNTRIES, "customProperties:\n", "customProperties:\n"
        "  - {property: trigger, value: {mode: schedule}}\n",
        "15: customProperties[trigger].value.mode: needs the property schedule with cron and "
        "timeZone: got 'schedule'",
    ),
    (
        ORDERS, "0 6 ? * MON-FRI *", "0 26 ? * MON-FRI *",
        "66: customProperties[schedule].value.cron: has '26' as hours, which must be 0 to 23: "
        "got '0 26 ? * MON-FRI *'",
    ),
    (
        ORDERS, "Europe/Oslo", "Europe/Olso",
        "67: customProperties[schedule].value.timeZone: must be a time zone of the IANA database, "
        "such as America/New_York: got 'Europe/Olso'; did you mean 'Europe/Oslo'?",
    ),
    (
        ORDERS, "format: csv", "format: cvs",
        "71: customProperties[raw].value.format: must be 'csv', 'jsonl', 'json' or "
        "'parquet': got 'cvs'; did you mean 'csv'?",
    ),
    (
        ORDERS, "format: csv", "format: csv\n      delimeter: ;",
        "72: customProperties[raw].value.delimeter: is not a known field: got ';'; "
        "did you mean 'delimiter'?",
    ),
    (
        ORDERS, "format: csv", "format: csv\n      encoding: utf8",
        "72: customProperties[raw].value.encoding: must be 'UTF-8', 'US-ASCII', 'ISO-8859-1', "
        "'windows-1252', 'UTF-16', 'UTF-16LE' or 'UTF-16BE': got 'utf8'; did you mean 'UTF-8'?",
    ),
    (
        COUNTRIES, "format: jsonl", "format: jsonl, header: true",
        "16: customProperties[raw].value.header: is for format csv; remove it, or use format csv: "
        "got true",
    ),
    (
        ORDERS, "prefix: orders/", "prefix: /orders",
        "70: customProperties[raw].value.prefix: must be folders of letters, digits, '.', '-', "
        "'_' and '=' that end in '/', such as flights/, without a leading '/', '.' or '_': "
        "got '/orders'",
    ),
    (
        COUNTRIES, "  - {property: raw, value: {prefix: reference/countries/, format: jsonl}}\n",
        "", "14: customProperties.raw: is required; add it",
    ),
    (
        SALES, "customProperties:\n", "customProperties:\n"
        "  - {property: trigger, value: {mode: on_arrival}}\n",
        "15: customProperties[trigger].property: is for datasets; a product is built when its "
        "inputs are published; remove it: got 'trigger'",
    ),
    (
        SALES, "value: replace", "value: append",
        "15: customProperties[writeMode].value: must be replace or merge, because a product is "
        "built from whole inputs and appending would repeat its rows: got 'append'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    complaint: Complaint, file: str, old: str, new: str, message: str
) -> None:
    assert complaint((file, old, new)) == f"contracts/{file}:{message}"
