"""Ways to damage a record of TPC-H, each with the rules that must find it and no other.

Most follow from the contract: every required column, every column with a type and every rule gives
one. The rest are records that are no records at all.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from data_lake.contracts.models import DatasetContract, Rule

Row = dict[str, str]

NOT_OF_THE_TYPE = {"date": "1995-02-30"}
"""A value that is not of a type; for the types that are not listed, `n/a`."""
EXPRESSIONS: Mapping[str, Callable[[Row], Row]] = {
    "supplier_phone_of_nation": lambda _: {"s_phone": "39-999-999-9999"},
    "customer_phone_of_nation": lambda _: {"c_phone": "39-999-999-9999"},
    "part_brand_of_maker": lambda row: {
        "p_brand": "Brand#11" if row["p_mfgr"] != "Manufacturer#1" else "Brand#55"
    },
    "order_date": lambda _: {"o_orderdate": "2001-01-01"},
    "line_received_after_shipping": lambda row: {"l_receiptdate": row["l_shipdate"]},
}
"""What makes a row untrue to an expression; an expression says too little to derive it from."""
NOWHERE = "999999999"
"""A number that no table has as a key."""
ALSO_BROKEN: Mapping[str, tuple[str, ...]] = {
    "nation_region": ("nation_region_known",),
    "nation_region_known": ("nation_region",),
    "supplier_nation": ("supplier_nation_known", "supplier_phone_of_nation"),
    "supplier_nation_known": ("supplier_nation", "supplier_phone_of_nation"),
    "customer_nation": ("customer_nation_known", "customer_phone_of_nation"),
    "customer_nation_known": ("customer_nation", "customer_phone_of_nation"),
    "partsupp_part": ("partsupp_part_known",),
    "partsupp_supplier": ("partsupp_supplier_known",),
    "order_customer": ("order_customer_known",),
    "line_order": ("line_order_known",),
    "line_part": ("line_part_supplied",),
    "line_supplier": ("line_part_supplied",),
    "part_maker": ("part_brand_of_maker",),
    "part_brand": ("part_brand_of_maker",),
}
"""Rules that a value which breaks one rule cannot keep either, where the contract has them."""


@dataclass(frozen=True)
class Defect:
    """One way to damage a record: `damage` turns its fields into a line without an end."""

    name: str
    rules: tuple[str, ...]
    damage: Callable[[list[str]], bytes]


def written(fields: list[str]) -> bytes:
    """Write fields as a CSV record without an end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue().encode()


def field_defects(contract: DatasetContract) -> list[Defect]:
    """Give the defects of single values: none is there, of another type, or against a rule.

    A rule of kind reference finds its defects once the dataset that it looks into is published.
    """
    names = [column.name for column in contract.columns]
    known = {rule.id for rule in contract.rules}
    found = []
    for column in contract.columns:
        name = column.name
        if column.required:
            found.append(_changed(names, f"no {name}", (f"required:{name}",), {name: ""}))
        if column.type != "string":
            change = {name: NOT_OF_THE_TYPE.get(column.type, "n/a")}
            found.append(_changed(names, f"{name} of another type", (f"type:{name}",), change))
    for rule in contract.rules:
        also = (other for other in ALSO_BROKEN.get(rule.id, ()) if other in known)
        rules = (rule.id, *also)
        found += [_changed(names, f"against {rule.id}", rules, change) for change in _breaks(rule)]
    return found


def record_defects() -> list[Defect]:
    """Give the defects of whole records."""
    malformed = ("malformed",)
    return [
        Defect("too few fields", malformed, lambda fields: written(fields[:-1])),
        Defect("too many fields", malformed, lambda fields: written([*fields, "surplus"])),
        Defect("a quote left open", malformed, lambda fields: written(fields[:-1]) + b',"open'),
        Defect("a NUL character", malformed, lambda fields: written(fields[:-1]) + b",a\0b"),
        Defect("bad bytes", ("encoding",), lambda fields: written(fields[:-1]) + b",caf\xe9"),
    ]


def _breaks(rule: Rule) -> Iterator[Row | Callable[[Row], Row]]:
    if rule.kind == "expression":
        yield EXPRESSIONS[rule.id]
        return
    for column in rule.columns:
        if rule.kind == "reference":
            yield {column: NOWHERE}
        if rule.kind in {"set", "pattern"}:
            yield {column: "?"}
        if rule.kind == "length":
            yield {column: "x" * (int(rule.max or 0) + 1)}
        if rule.kind == "range":
            # Bounds that are dates, in text, have no neighbours here.
            if isinstance(rule.min, int | float):
                yield {column: str(rule.min - 1)}
            if isinstance(rule.max, int | float):
                yield {column: str(rule.max + 1)}


def _changed(
    names: list[str], name: str, rules: tuple[str, ...], change: Row | Callable[[Row], Row]
) -> Defect:
    def damage(fields: list[str]) -> bytes:
        row = dict(zip(names, fields, strict=True))
        row.update(change(row) if callable(change) else change)
        return written(list(row.values()))

    return Defect(name, rules, damage)
