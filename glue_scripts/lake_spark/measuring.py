"""The counts of a run, taken while its rows are written: no job of their own."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from queue import Empty, Queue
from threading import Thread
from typing import Any

from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.checks import ENCODING, MALFORMED
from lake_spark.contract import Contract
from lake_spark.counts import Broken, Counts
from lake_spark.rules import Rule
from lake_spark.sql import literal

FINGERPRINT = "__fingerprint"
PATIENCE = 60.0
"""Seconds to wait for counts that were taken already."""
UNLIMITED = 2**31 - 1
COMPLETENESS = "completeness"
FINGERPRINTS = 2_000_000
"""How many bad rows of a run are remembered at most: 16 MB of numbers, and a few times that as text
on their way to the driver."""

IN_A_TASK = 2**33 - 1
"""The bits of Spark's increasing ids that count inside a task; those above number the tasks."""


def row_rules(contract: Contract) -> dict[str, Rule]:
    """Give every rule that a row can break by its id: the implicit ones first."""
    implicit = [
        Rule(ENCODING, ENCODING, (), "quarantine"),
        Rule(MALFORMED, MALFORMED, (), "quarantine"),
    ]
    for column in contract.columns:
        if column.required:
            implicit.append(
                Rule(
                    f"required:{column.name}",
                    "required",
                    (column.name,),
                    "quarantine",
                    COMPLETENESS,
                )
            )
    for column in contract.columns:
        if column.type != "string":
            implicit.append(Rule(f"type:{column.name}", "type", (column.name,), "quarantine"))
    declared = [rule for rule in contract.rules if rule.is_of_rows]
    return {rule.id: rule for rule in [*implicit, *declared]}


def observe(
    checked: DataFrame, contract: Contract, tasks: int = 1
) -> tuple[DataFrame, Observation]:
    """Have the rows counted when an action runs over the frame that is given back.

    That many tasks share the room for fingerprints of bad rows.
    """
    observation = Observation()
    marked = checked.withColumn(FINGERPRINT, F.expr(_fingerprint(tasks)))
    return marked.observe(observation, *_measures(contract)).drop(FINGERPRINT), observation


def observe_broken(checked: DataFrame, contract: Contract) -> tuple[DataFrame, Observation]:
    """Have the bad rows counted when an action runs over the frame that is given back."""
    observation = Observation()
    return checked.observe(observation, *_broken_measures(contract)), observation


def read_counts(
    observation: Observation, contract: Contract, patience: float = PATIENCE
) -> Counts | None:
    """Give the counts of a finished action, or None if they do not come in time."""
    found = read_observation(observation, patience)
    return None if found is None else _counts(found, contract)


def read_broken(observation: Observation, contract: Contract) -> Broken | None:
    """Give what the bad rows of a finished action broke, or None if that does not come in time."""
    found = read_observation(observation)
    return None if found is None else _broken(found, contract)


def read_observation(observation: Observation, patience: float = PATIENCE) -> dict[str, Any] | None:
    """Give what a finished action observed, or None if it does not come within `patience` seconds.

    Spark hands it over by an event, which it drops when it is too busy; and waits for ever.
    """
    answers: Queue[dict[str, Any]] = Queue()
    Thread(target=lambda: answers.put(observation.get), daemon=True).start()
    try:
        return answers.get(timeout=patience)
    except Empty:
        return None


def recount(checked: DataFrame, contract: Contract, tasks: int = 1) -> Counts:
    """Count the rows of a frame by reading them once more; `tasks` are those of `observe`."""
    marked = checked.withColumn(FINGERPRINT, F.expr(_fingerprint(tasks)))
    (row,) = marked.agg(*_measures(contract)).collect()
    return _counts(row.asDict(), contract)


def recount_broken(checked: DataFrame, contract: Contract) -> Broken:
    """Count what the bad rows of a frame broke by reading them once more."""
    (row,) = checked.agg(*_broken_measures(contract)).collect()
    return _broken(row.asDict(), contract)


def _counts(found: Mapping[str, Any], contract: Contract) -> Counts:
    return Counts(
        rows_in=int(found["rows_in"]),
        rows_quarantined=int(found["rows_quarantined"]),
        rules=_by_rule(found, _warning_rules(contract)),
        dimensions={
            **dict.fromkeys(_dimensions(row_rules(contract)), 0),
            **_by_dimension(found, _warning_rules(contract)),
        },
        file_rows=_by_file(found["file_rows"]),
        file_quarantined=_by_file(found["file_quarantined"]),
        fingerprints=tuple(sorted(json.loads(found["fingerprints"]))),
    )


def _broken(found: Mapping[str, Any], contract: Contract) -> Broken:
    rules = row_rules(contract)
    return Broken(int(found["rows"]), _by_rule(found, rules), _by_dimension(found, rules))


def _by_rule(found: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, int]:
    counts = {rule_id: int(found[f"rule_{index}"]) for index, rule_id in enumerate(rules)}
    return {rule_id: rows for rule_id, rows in counts.items() if rows}


def _by_dimension(found: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, int]:
    names = enumerate(_dimensions(rules))
    return {dimension: int(found[f"dimension_{index}"]) for index, dimension in names}


def _measures(contract: Contract) -> Iterator[Column]:
    """Measure little: this is done for every row, and outside the code that Spark generates."""
    yield F.expr("count(1) AS rows_in")
    yield F.expr("count(__broken) AS rows_quarantined")
    yield F.expr(f"{_per_file('__file')} AS file_rows")
    yield F.expr(f"{_per_file('IF(__broken IS NULL, NULL, __file)')} AS file_quarantined")
    yield F.expr(f"to_json(collect_list({FINGERPRINT})) AS fingerprints")
    warned = "__broken IS NULL AND __warned IS NOT NULL"
    yield from _by_rules(_warning_rules(contract), warned, ("__warned",))


def _broken_measures(contract: Contract) -> Iterator[Column]:
    yield F.expr("count(__broken) AS rows")
    columns = ("__broken.rule", "__warned")
    yield from _by_rules(row_rules(contract), "__broken IS NOT NULL", columns)


def _by_rules(
    rules: Mapping[str, Rule], condition: str, columns: tuple[str, ...]
) -> Iterator[Column]:
    """Count the rows that meet a condition by rule and by dimension; columns hold broken rules."""
    for index, rule_id in enumerate(rules):
        found = " OR ".join(f"array_contains({name}, {literal(rule_id)})" for name in columns)
        yield F.expr(f"count(CASE WHEN {condition} AND ({found}) THEN 1 END) AS rule_{index}")
    for index, names in enumerate(_dimensions(rules).values()):
        ids = f"array({', '.join(literal(rule_id) for rule_id in names)})"
        found = " OR ".join(f"arrays_overlap({name}, {ids})" for name in columns)
        yield F.expr(f"count(CASE WHEN {condition} AND ({found}) THEN 1 END) AS dimension_{index}")


def _warning_rules(contract: Contract) -> dict[str, Rule]:
    return {name: rule for name, rule in row_rules(contract).items() if rule.severity == "warn"}


def _dimensions(rules: Mapping[str, Rule]) -> dict[str, list[str]]:
    dimensions: dict[str, list[str]] = {}
    for rule_id, rule in rules.items():
        dimensions.setdefault(rule.dimension, []).append(rule_id)
    return dimensions


def _fingerprint(tasks: int) -> str:
    """Give the fingerprint of a bad record, null for a good one and where a task has too many.

    The inner condition is not reached by good rows, so the id in it numbers a task's bad ones.
    """
    number = f"monotonically_increasing_id() & {IN_A_TASK}L"
    share = FINGERPRINTS // tasks
    few = f"CASE WHEN ({number}) < {share} THEN {fingerprint('__line')} END"
    return f"CASE WHEN __broken IS NOT NULL THEN {few} END"


def fingerprint(record: str) -> str:
    """Give the SQL of a record's fingerprint; that of a good record may, by chance, be the same."""
    return f"xxhash64({record})"


def _per_file(position: str) -> str:
    """Count the rows of each file without grouping: as a histogram with a bin for every value.

    Spark merges bins, and so stops being exact, only when there are more of them than allowed.
    """
    return f"to_json(histogram_numeric({position}, {UNLIMITED}))"


def _by_file(histogram: str | None) -> dict[int, int]:
    counts: Counter[int] = Counter()
    bins: list[dict[str, Any]] = json.loads(histogram or "[]")
    for entry in bins:
        counts[round(entry["x"])] += round(entry["y"])
    return dict(counts)
