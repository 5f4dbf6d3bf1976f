"""Reads what the rules of each run found, for the page."""

from collections.abc import Mapping
from typing import Any

from data_lake.contracts import ContractSet
from strata.local.lake import LocalLake
from strata.page.gathering_tables import quarantined_examples
from strata.page.story import RuleCount

Stages = Mapping[str, dict[str, Any]]
"""The stage report of each run that has one, by the run's id."""


def rule_counts(lake: LocalLake, stages: Stages, contracts: ContractSet) -> tuple[RuleCount, ...]:
    """Count the rows that broke each rule, over all runs, the gravest first."""
    rows: dict[tuple[str, str], int] = {}
    severities: dict[tuple[str, str], str] = {}
    for stage in stages.values():
        for rule in stage.get("rules", []):
            key = (stage["dataset"], rule["rule"])
            rows[key] = rows.get(key, 0) + rule["rows"]
            severities[key] = rule["severity"]
    examples = quarantined_examples(lake, contracts)
    known = contracts.datasets | contracts.products
    gravity = ("fail", "quarantine", "warn")
    return tuple(
        RuleCount(
            dataset=dataset,
            rule=rule,
            severity=severities[dataset, rule],
            rows=rows[dataset, rule],
            description=_description(known, dataset, rule),
            examples=examples.get((dataset, rule), ()),
        )
        for dataset, rule in sorted(rows, key=lambda key: (gravity.index(severities[key]), key))
        if rows[dataset, rule]
    )


def _description(known: Mapping[str, Any], dataset: str, rule: str) -> str:
    if dataset in known:
        for one in known[dataset].rules:
            if one.id == rule:
                return str(one.description)
    kind, _, column = rule.partition(":")
    return {
        "type": f"{column} has the type that the contract says.",
        "required": f"{column} is never empty.",
        "malformed": "A record has as many fields as the header.",
        "encoding": "The bytes are text in the encoding that the contract says.",
    }.get(kind, "")
