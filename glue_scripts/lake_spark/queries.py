"""A product's query, whole or kept to some of the product's partitions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from lake_spark.builds import Build, Values, scope_columns
from lake_spark.contract import Contract
from lake_spark.errors import ContractMismatch, in_short
from lake_spark.product_inputs import Source
from lake_spark.sql import literal, quoted

_SAMPLES = {"int": 1, "bigint": 1, "boolean": True, "date": date(2000, 1, 1)}
_SCAN = re.compile(r"BatchScan (?P<table>[^\s\[]+)\[.*?\[filters=(?P<filters>.*), groupedBy=")


def run_query(spark: SparkSession, contract: Contract, build: Build) -> DataFrame:
    """Give the rows that a build makes; the inputs must be there as views.

    Only the result is kept to the partitions that are built: Spark itself finds out which rows of
    the inputs they follow from, and so never reads too few of them. Raises `ContractMismatch` if
    the query does not fit its inputs, or if a partition of the product follows from more than the
    partitions of the inputs that the contract names, so that a build of some would miss changes.
    """
    try:
        if contract.incremental:
            _check_pruning(spark, contract, build)
        return spark.sql(_statement(contract, build.partitions))
    except AnalysisException as error:
        raise ContractMismatch(
            f"{contract.name} {contract.version}: the query does not fit its inputs "
            f"{list(contract.inputs)}: {in_short(error)}"
        ) from error


def where(contract: Contract, partitions: Sequence[Values]) -> str:
    """Give the condition that rows are in one of the partitions.

    Each column's values also stand alone, so that Spark can take them over to joined inputs.
    """
    types = {column.name: column.type for column in contract.columns}
    alone = [name for name in scope_columns(contract) if all(name in dict(p) for p in partitions)]
    conditions = []
    for name in alone:
        values = sorted({dict(partition)[name] for partition in partitions})
        listed = ", ".join(_literal(value, types[name]) for value in values)
        conditions.append(f"{quoted(name)} IN ({listed})")
    exact = [
        " AND ".join(f"{quoted(name)} = {_literal(value, types[name])}" for name, value in values)
        for values in partitions
    ]
    if any(len(values) > 1 or len(values) != len(alone) for values in partitions):
        conditions.append("(" + " OR ".join(f"({each})" for each in exact) + ")")
    return " AND ".join(conditions)


def _statement(contract: Contract, partitions: Sequence[Values] | None) -> str:
    if partitions is None:
        return contract.sql
    # On lines of its own, because the statement may end in a comment.
    return f"SELECT * FROM (\n{contract.sql}\n) WHERE {where(contract, partitions)}"  # noqa: S608


def explain(spark: SparkSession, contract: Contract, partitions: Sequence[Values]) -> str:
    """Give Spark's physical plan of the query, kept to some partitions."""
    rows = spark.sql(f"EXPLAIN {_statement(contract, partitions)}").collect()
    return "\n".join(row[0] for row in rows)


def _check_pruning(spark: SparkSession, contract: Contract, build: Build) -> None:
    plan = explain(spark, contract, build.partitions or (_sample(contract),))
    for name, column in _unpruned(plan, contract, build.sources):
        raise ContractMismatch(
            f"{contract.name} {contract.version}: incremental: a partition of the product does "
            f"not follow from partitions of {name} by {column} alone, because Spark has to read "
            f"other partitions of it, too; group by {name}.{column} and join on it, or take {name} "
            "out of incremental"
        )


def _unpruned(
    plan: str, contract: Contract, sources: Mapping[str, Source]
) -> Iterable[tuple[str, str]]:
    """Give the inputs that a plan reads without a filter on a column that it should have."""
    scans: dict[str, list[str]] = {}
    for scan in _SCAN.finditer(plan):
        scans.setdefault(scan["table"], []).append(scan["filters"])
    for name, columns in contract.incremental.items():
        found = scans.get(sources[name].plain_table, [""])
        for column in columns:
            chosen = re.compile(rf"\b{re.escape(column)} (=|IN) ")
            if not all(chosen.search(filters) for filters in found):
                yield name, column


def _sample(contract: Contract) -> Values:
    types = {column.name: column.type for column in contract.columns}
    return tuple((name, _SAMPLES.get(types[name], "a")) for name in scope_columns(contract))


def _literal(value: Any, type_name: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return f"{value}L" if type_name == "bigint" else literal(value)
