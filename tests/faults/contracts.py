"""The contracts of the lake that the fault suite runs on: a small dataset for each story."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

COLUMNS: tuple[dict[str, Any], ...] = (
    {
        "name": "id",
        "logicalType": "integer",
        "physicalType": "bigint",
        "required": True,
        "primaryKey": True,
    },
    {
        "name": "amount",
        "logicalType": "integer",
        "physicalType": "int",
        "quality": [
            {
                "id": "amount_plausible",
                "type": "custom",
                "engine": "strata",
                "implementation": {"kind": "range", "min": 0, "max": 1000},
                "severity": "quarantine",
                "description": "An amount is at most a thousand.",
            }
        ],
    },
    {"name": "day", "logicalType": "date"},
    {"name": "note", "logicalType": "string"},
)
PLAIN = (
    *("told_twice", "sent_again", "replaced", "out_of_order", "unheard", "odd_names"),
    *("beside", "not_files", "burst", "reading", "headers", "disguised", "damaged", "keys"),
    *("formulas", "concurrent", "throttled", "worker_lost", "killed_late", "killed_later"),
    *("killed_before_commit", "killed_after_commit", "timeouts", "forbidden", "poisoned"),
    *("deaf", "sealed", "branch_fails", "item_fails", "two_runs", "any_state", "committed"),
    *("neighbour", "crashing", "unheeded", "warned", "beside_fragile", "many", "uncrawled"),
    *("skewed", "redone", "crawled", "dropped", "stopped", "shifted", "mistaken"),
    *("redriven", "wide", "mispublished", "unheeded_failure", "failing_meanwhile"),
)
"""Datasets with nothing particular about them."""
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "batched": {"trigger": {"mode": "manifest", "deadlineMinutes": 1}},
    "additive": {"evolution": "additive"},
    "permissive": {"evolution": "permissive"},
    "parquet_in": {"raw": {"format": "parquet"}},
    "packed": {"raw": {"format": "csv", "compression": "gzip"}},
    "hopeless": {"qualityThreshold": 0.9},
    "threshold": {"qualityThreshold": 0.75},
    "fragile": {"circuit": {"failures": 2, "coolDownMinutes": 1}, "retry": {"maxAttempts": 9}},
    "stormy_1": {"circuit": {"failures": 2, "coolDownMinutes": 1}},
    "stormy_2": {"circuit": {"failures": 2, "coolDownMinutes": 1}},
    "ticking": {
        "trigger": {"mode": "schedule"},
        "schedule": {"cron": "0 0 1 1 ? 2199", "timeZone": "Europe/Vienna"},
    },
    "impatient": {"retry": {"maxAttempts": 2}},
}
"""Datasets whose contract says something more, as `customProperties`."""
TYPED: tuple[dict[str, Any], ...] = (
    *COLUMNS,
    {"name": "rate", "logicalType": "number", "physicalType": "double"},
    {"name": "moment", "logicalType": "timestamp", "physicalType": "timestamp"},
)
DIVIDED = ("cut_before_entry", "cut_after_entry")
"""Datasets whose tables are Parquet folders, one for each day."""
LEVELS = {"refer_warn": "warn", "refer_quarantine": "quarantine", "refer_fail": "fail"}
"""Datasets whose notes must be in `neighbour`, by the severity of the rule."""
STORM = {"storm_1": "calm_1", "storm_2": "calm_2"}
"""The datasets of the storm, and those that get the same files without one."""
_PATIENT = {"failures": 100, "coolDownMinutes": 60}


def contract(name: str, columns: Any = COLUMNS, **properties: Any) -> dict[str, Any]:
    """Give a contract of orders: loaded as CSV on arrival, merged by id, half of it may be bad."""
    given = {
        "writeMode": "merge",
        "qualityThreshold": 0.1,
        "circuit": _PATIENT,
        "raw": {"format": "csv"},
    } | properties
    given["raw"] = {"prefix": f"{name}/", **given["raw"]}
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": name,
        "name": name,
        "version": "1.0.0",
        "status": "active",
        "domain": "sales",
        "description": {
            "purpose": "Orders that exist for a test alone.",
            "usage": "Follow what becomes of them.",
            "limitations": "Nobody ordered anything.",
        },
        "team": {"name": "sales", "members": [{"username": "s@example.com", "role": "owner"}]},
        "schema": [
            {
                "name": name,
                "logicalType": "object",
                "physicalType": "table",
                "dataGranularityDescription": "One row for each order.",
                "properties": [
                    {"classification": "public", "description": "Of the order.", **column}
                    for column in columns
                ],
            }
        ],
        "customProperties": [
            {"property": key, "value": value} for key, value in given.items() if value is not None
        ],
    }


def _referring(name: str, severity: str) -> dict[str, Any]:
    rule = {
        "id": "order_known",
        "type": "custom",
        "engine": "strata",
        "implementation": {"kind": "reference", "dataset": "neighbour", "keys": ["id"]},
        "severity": severity,
        "description": "The order is known next door.",
    }
    return contract(name, columns=[{**COLUMNS[0], "quality": [rule]}, *COLUMNS[1:]])


def storm_contracts() -> list[dict[str, Any]]:
    """Give the contracts of the storm: no file is parked, and each dataset has a calm twin."""
    return [contract(name, retry={"maxAttempts": 100}) for name in (*STORM, *STORM.values())]


def write_contracts(folder: Path) -> Path:
    """Write every contract of the suite into a folder, and give it."""
    made = [contract(name) for name in PLAIN]
    made += [contract(name, **changes) for name, changes in VARIANTS.items()]
    made.append(contract("typed", columns=TYPED))
    by_day = {**COLUMNS[2], "required": True, "partitioned": True, "partitionKeyPosition": 1}
    columns = (*COLUMNS[:2], by_day, COLUMNS[3])
    made += [contract(name, columns=columns, tableFormat="parquet") for name in DIVIDED]
    made += [_referring(name, severity) for name, severity in LEVELS.items()]
    return write_files([*made, *storm_contracts()], folder)


def write_files(made: Iterable[Mapping[str, Any]], folder: Path) -> Path:
    """Write contracts into a folder, which is made if missing, and give it."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in made:
        text = yaml.safe_dump(one, sort_keys=False, allow_unicode=True)
        (folder / f"{one['name']}.odcs.yaml").write_text(text)
    return folder
