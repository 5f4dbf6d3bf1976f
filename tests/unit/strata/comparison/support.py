"""Small contracts to change, and the changes that come of it."""

from typing import Any

from data_lake.contracts import ContractSet, DatasetContract, ProductContract
from strata.comparison import Change, Comparison, compare_contracts

COLUMNS = (
    {"name": "id", "type": "int", "required": True, "id": "c1"},
    {"name": "amount", "type": "decimal(10,2)", "classification": "confidential", "id": "c2"},
    {"name": "day", "type": "date", "pattern": "dd.MM.yyyy"},
)
RULE = {
    "id": "amount_range",
    "kind": "range",
    "columns": ("amount",),
    "severity": "quarantine",
    "dimension": "conformity",
    "description": "Amounts are plausible.",
    "min": 0,
    "max": 100,
}
COMMON: dict[str, Any] = {
    "name": "orders",
    "version": "1.0.0",
    "description": "Orders.",
    "owner": "sales",
    "format": "iceberg",
    "write_mode": "merge",
    "primary_key": ("id",),
    "partition_by": (),
    "quality": {"threshold": 0.95},
    "freshness_hours": 24,
    "evolution": "permissive",
    "rules": (RULE,),
}


def columns(*changed: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Give the columns, those of the same name with what is said of them, others added."""
    known = {str(column["name"]): column for column in COLUMNS}
    for column in changed:
        known[column["name"]] = known.get(column["name"], {}) | column
    return tuple(known.values())


def dataset(**facts: Any) -> DatasetContract:
    """Give a dataset's contract."""
    content = COMMON | {
        "columns": columns(),
        "raw": {"prefix": "orders/", "format": "csv"},
        "trigger": {"mode": "on_arrival"},
    }
    return DatasetContract.model_validate(content | facts)


def product(**facts: Any) -> ProductContract:
    """Give a product's contract."""
    content = COMMON | {
        "columns": columns(),
        "write_mode": "replace",
        "inputs": ("orders", "people"),
        "sql": "select id, amount, day from orders join people using (id)",
    }
    return ProductContract.model_validate(content | facts)


def contract_set(*contracts: DatasetContract | ProductContract) -> ContractSet:
    """Give contracts as a set."""
    return ContractSet(
        {one.name: one for one in contracts if isinstance(one, DatasetContract)},
        {one.name: one for one in contracts if isinstance(one, ProductContract)},
    )


def comparison(
    old: DatasetContract | ProductContract, new: DatasetContract | ProductContract
) -> Comparison:
    """Give the one comparison of two contracts."""
    (found,) = compare_contracts(contract_set(old), contract_set(new))
    return found


def change(
    old: DatasetContract | ProductContract, new: DatasetContract | ProductContract
) -> Change:
    """Give the one change between two contracts."""
    (found,) = comparison(old, new).changes
    return found
