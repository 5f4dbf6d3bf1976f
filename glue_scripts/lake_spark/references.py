"""The published rows of other datasets that rules of kind reference look values up in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import Contract, load_contract
from lake_spark.metadata import MAIN
from lake_spark.parquet_tables import ParquetTable
from lake_spark.places import table_for
from lake_spark.rules import Rule
from lake_spark.sql import quoted


@dataclass(frozen=True)
class References:
    """What a contract's references look into.

    `keys` are the values to be found, by rule; `missing` the rules whose dataset has published
    nothing yet, with the reason in words; `snapshots` what was looked into, by dataset: it stays
    the same for all reads of a run.
    """

    keys: tuple[tuple[Rule, DataFrame], ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    snapshots: Mapping[str, str | None] = field(default_factory=dict)

    def look_up(self, rows: DataFrame) -> DataFrame:
        """Add a column for each rule, named by `found_name`: true, or null where nothing is found.

        Spark broadcasts keys that are small, so that the rows stay where they are.
        """
        for rule, keys in self.keys:
            same = " AND ".join(
                f"{quoted(column)} = {quoted(_key_name(rule, number))}"
                for number, column in enumerate(rule.columns)
            )
            rows = rows.join(keys, F.expr(same), "left")
        return rows


def found_name(rule: Rule) -> str:
    """Give the name of the column that says whether a rule's values were found."""
    return f"__found_{rule.id}"


def open_references(
    spark: SparkSession, contract: Contract, arguments: Mapping[str, str]
) -> References:
    """Find what the contract's references look into, as it is published now."""
    keys: list[tuple[Rule, DataFrame]] = []
    missing: dict[str, str] = {}
    snapshots: dict[str, str | None] = {}
    opened: dict[str, tuple[Contract, DataFrame | None]] = {}
    for rule in contract.rules:
        if rule.kind != "reference":
            continue
        if rule.dataset not in opened:
            target = load_contract(arguments["contracts_uri"], rule.dataset)
            rows, snapshots[rule.dataset] = _published(spark, target, arguments)
            opened[rule.dataset] = (target, rows)
        target, found = opened[rule.dataset]
        if found is None:
            missing[rule.id] = f"{rule.dataset} has published nothing yet"
        else:
            keys.append((rule, keys_of(rule, target, found)))
    return References(tuple(keys), missing, snapshots)


def _published(
    spark: SparkSession, target: Contract, arguments: Mapping[str, str]
) -> tuple[DataFrame | None, str | None]:
    """Give what readers of a dataset see, None if it never was published, and its version."""
    table: Any = table_for(spark, target, arguments["processed_database"], "")
    if isinstance(table, ParquetTable):
        run = table.published_run()
        return (None if run is None else table.read()), run
    state = table.metadata()
    head = state.head(MAIN) if state else None
    if head is None:
        return None, None
    spark.sql(f"REFRESH TABLE {table.name}")
    rows = spark.read.option("snapshot-id", str(head.id)).table(table.name)
    return rows, str(head.id)


def keys_of(rule: Rule, target: Contract, rows: DataFrame) -> DataFrame:
    """Give the values that a rule's are looked up in, each once, from a dataset's rows."""
    named = rows.select(
        *(F.col(quoted(key)).alias(_key_name(rule, number)) for number, key in enumerate(rule.keys))
    ).dropna()
    is_key = set(target.primary_key) == set(rule.keys) and target.write_mode != "append"
    # A value that stood there twice would double the rows that refer to it.
    single = named if is_key else named.distinct()
    return single.withColumn(found_name(rule), F.lit(True))


def _key_name(rule: Rule, number: int) -> str:
    return f"__key_{rule.id}_{number}"
