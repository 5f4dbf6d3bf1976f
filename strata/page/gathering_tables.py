"""Reads the tables of a lake for the page: sizes, samples, quarantined rows, product rows."""

from datetime import date, datetime
from typing import Any

from data_lake.contracts import ContractSet
from strata.iceberg import load_table
from strata.local.lake import LocalLake
from strata.page.product_charts import charts_of
from strata.page.story import Cell, Column, Example, Product, Table
from strata.query import query, tables

SAMPLE_ROWS = 5
EXAMPLES = 3
MOST_PRODUCT_ROWS = 200_000
HIDDEN = ("confidential", "restricted")
"""The classifications whose values the page does not show."""


def read_tables(lake: LocalLake, contracts: ContractSet) -> tuple[Table, ...]:
    """Give every processed and curated table with its size and five of its rows."""
    found = []
    for full in tables(lake):
        zone, _, name = full.partition(".")
        if zone in ("processed", "curated"):
            found.append(_table(lake, contracts, zone, name))
    return tuple(found)


def _table(lake: LocalLake, contracts: ContractSet, zone: str, name: str) -> Table:
    contract = (contracts.datasets | contracts.products).get(name)
    told = {column.name: column for column in contract.columns} if contract else {}
    answer = query(
        lake,
        f'SELECT *, COUNT(*) OVER () AS "rows of all" FROM "{zone}"."{name}" '  # noqa: S608
        f"LIMIT {SAMPLE_ROWS}",
    )
    names = answer.schema.names[:-1]
    types = {field.name: str(field.type) for field in answer.schema}
    columns = tuple(
        Column(
            column,
            told[column].type if column in told else types[column],
            told[column].description if column in told else "",
            hidden=column in told and told[column].classification in HIDDEN,
        )
        for column in names
    )
    rows = answer.to_pylist()
    format_ = contract.format if contract else "iceberg"
    snapshot, snapshots = _snapshots(lake, zone, name) if format_ == "iceberg" else (None, None)
    return Table(
        zone=zone,
        name=name,
        description=contract.description if contract else "",
        format=format_,
        columns=columns,
        rows=rows[0]["rows of all"] if rows else 0,
        sample=tuple(tuple(_cell(row[column]) for column in names) for row in rows),
        snapshot_id=snapshot,
        snapshots=snapshots,
    )


def _snapshots(lake: LocalLake, zone: str, name: str) -> tuple[str | None, int]:
    table = load_table(lake, zone, name)
    current = table.current_snapshot()
    return (str(current.snapshot_id) if current else None, len(table.snapshots()))


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else str(value)


def quarantined_examples(
    lake: LocalLake, contracts: ContractSet
) -> dict[tuple[str, str], tuple[Example, ...]]:
    """Give up to three quarantined rows for each dataset and rule.

    The record itself is left out where the contract has a column that is not to be shown.
    """
    found: dict[tuple[str, str], tuple[Example, ...]] = {}
    known = contracts.datasets | contracts.products
    for full in tables(lake):
        zone, _, name = full.partition(".")
        if zone != "quarantine" or name not in known:
            continue
        hidden = any(column.classification in HIDDEN for column in known[name].columns)
        rows = query(
            lake,
            "SELECT *, UNNEST(rule_ids) AS rule, UNNEST(reasons) AS reason "  # noqa: S608
            f'FROM "{zone}"."{name}"',
        ).to_pylist()
        for row in rows:
            kept = found.get((name, row["rule"]), ())
            if len(kept) < EXAMPLES:
                record = "(not shown: the contract has confidential columns)"
                place = row.get("source_key") or ""
                if line := row.get("source_line"):
                    place += f", line {line}"
                shown = record if hidden else str(row["raw_record"])
                example = Example(shown, str(row["reason"]), place)
                found[name, row["rule"]] = (*kept, example)
    return found


def read_products(lake: LocalLake, contracts: ContractSet) -> tuple[Product, ...]:
    """Give every product that has a table, with pictures of its rows (of 200,000 at most)."""
    there = set(tables(lake))
    found = []
    for name, contract in sorted(contracts.products.items()):
        if f"curated.{name}" in there:
            rows = query(
                lake,
                f'SELECT * FROM "curated"."{name}" LIMIT {MOST_PRODUCT_ROWS}',  # noqa: S608
            ).to_pylist()
            found.append(
                Product(name, contract.description, contract.inputs, charts_of(contract, rows))
            )
    return tuple(found)
