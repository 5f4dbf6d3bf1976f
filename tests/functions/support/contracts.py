"""Compiled contracts for tests."""

from typing import Any


def dataset_contract(name: str = "flights", **changes: Any) -> dict[str, Any]:
    """Give a compiled dataset contract with three columns, a threshold of 0.95, CSV, on arrival.

    Its circuit is out of the way: it opens after a hundred failures.
    """
    raw = {
        "prefix": f"{name}/",
        "format": "csv",
        "delimiter": ",",
        "quote": '"',
        "escape": '"',
        "header": True,
        "encoding": "UTF-8",
        "null_values": [""],
        "multiline": False,
    }
    raw.update(changes.pop("raw", {}))
    contract = {
        "name": name,
        "kind": "dataset",
        "version": "1.0.0",
        "write_mode": "merge",
        "raw": raw,
        "columns": [
            {"name": "year", "type": "int", "required": True},
            {"name": "month", "type": "int", "required": True},
            {"name": "carrier", "type": "string", "required": True},
        ],
        "quality": {"threshold": 0.95},
        "trigger": {"mode": "on_arrival"},
        "schedule": None,
        "circuit": {"failures": 100, "cool_down_minutes": 60},
    }
    return contract | changes


def product_contract(name: str, inputs: list[str]) -> dict[str, Any]:
    """Give a compiled product contract."""
    return {
        "name": name,
        "kind": "product",
        "version": "1.0.0",
        "inputs": inputs,
        "quality": {"threshold": 0.95},
    }


def default_bundle() -> dict[str, Any]:
    """Give contracts of two datasets and one product of both."""
    datasets = [
        dataset_contract("flights"),
        dataset_contract("airlines", trigger={"mode": "schedule"}),
    ]
    products = [product_contract("daily", ["airlines", "flights"])]
    return {
        "format": 1,
        "datasets": {item["name"]: item for item in datasets},
        "products": {item["name"]: item for item in products},
    }
