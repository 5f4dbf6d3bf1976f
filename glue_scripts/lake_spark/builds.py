"""How a product is built: whole, some of its partitions, or not at all because nothing is new."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyspark.sql import SparkSession

from lake_spark.changes import COMPACTION, snapshots_since, touched_partitions
from lake_spark.contract import Contract
from lake_spark.metadata import MAIN, Snapshot, TableMetadata
from lake_spark.product_inputs import Source
from lake_spark.tables import RUN_ID, IcebergTable

INPUTS = "strata.inputs"
"""The snapshot property that says, as JSON, what a product was built from."""
FINGERPRINT = "strata.fingerprint"
"""The snapshot property that changes when what the product computes does."""
MOST_PARTITIONS = 500
"""If more partitions than these are touched, naming each costs more than building all."""
Values = tuple[tuple[str, Any], ...]
"""Values of some partition columns of the product, by name."""


@dataclass(frozen=True)
class Build:
    """What a run of a product does.

    `partitions` are those that it builds, None for all; `reason` says why, and `unchanged` that
    there is nothing to build. `sources` are its inputs by name.
    """

    sources: Mapping[str, Source]
    fingerprint: str
    reason: str
    partitions: tuple[Values, ...] | None = None
    unchanged: bool = False

    @property
    def properties(self) -> dict[str, str]:
        """What the product's snapshot says of its build, for the next one."""
        inputs = {name: source.mark for name, source in self.sources.items()}
        return {INPUTS: json.dumps(inputs, sort_keys=True), FINGERPRINT: self.fingerprint}

    def report(self) -> dict[str, Any]:
        """Give what the stage report says of the build."""
        if self.unchanged:
            return {"build": f"nothing: {self.reason}", "unchanged": self.reason}
        if self.partitions is None:
            return {"build": f"all: {self.reason}"}
        return {
            "build": f"{len(self.partitions)} partitions: {self.reason}",
            "partitions": [
                {name: str(value) for name, value in values} for values in self.partitions
            ],
        }


def plan_build(
    spark: SparkSession,
    contract: Contract,
    sources: Mapping[str, Source],
    state: TableMetadata | None,
) -> Build:
    """Decide what a run builds, by comparing its inputs with those of the last build.

    `state` is the product's table, None if it has none or is of another format than Iceberg.
    """

    last = None if state is None else _last_build(state)
    before: dict[str, Any] = json.loads(last.summary[INPUTS]) if last else {}
    moved = [name for name, source in sources.items() if not source.is_at(before.get(name))]
    build = Build(sources, contract.fingerprint, _why_all(contract, last, moved) or "")
    if build.reason:
        return build
    if not moved and set(before) == set(sources):
        reason = "every input is as it was for the last build"
        return replace(build, reason=reason, unchanged=True)
    if not contract.incremental:
        return replace(build, reason="the product is not incremental")
    return _plan_partitions(spark, contract, build, {name: before.get(name) for name in moved})


def _why_all(contract: Contract, last: Snapshot | None, moved: Sequence[str]) -> str | None:
    if last is None:
        return "no build before this one is known"
    if last.summary.get(FINGERPRINT) != contract.fingerprint:
        return "what the product computes has changed"
    for name in moved:
        if contract.incremental and name not in contract.incremental:
            return f"{name} has changed, and no partition follows from it"
    return None


def _plan_partitions(
    spark: SparkSession, contract: Contract, build: Build, moved: Mapping[str, Any]
) -> Build:
    touched: set[Values] = set()
    for name, before in moved.items():
        found = _touched(spark, build.sources[name], before or {}, contract.incremental[name])
        if isinstance(found, str):
            return replace(build, reason=found)
        touched |= found
    named = ", ".join(moved)
    if not touched:
        return replace(build, reason=f"no file of {named} has changed", unchanged=True)
    if len(touched) > MOST_PARTITIONS:
        reason = f"{len(touched)} partitions were touched, more than {MOST_PARTITIONS}"
        return replace(build, reason=reason)
    partitions = tuple(sorted(touched, key=str))
    return replace(build, reason=f"touched in {named}", partitions=partitions)


def _last_build(state: TableMetadata) -> Snapshot | None:
    """Give the newest build on main; None if somebody else has written rows since."""
    for snapshot in state.ancestry(MAIN):
        if INPUTS in snapshot.summary and RUN_ID in snapshot.summary:
            return snapshot
        if snapshot.summary.get("operation") != COMPACTION:
            return None
    return None


def _touched(
    spark: SparkSession, source: Source, before: Mapping[str, Any], columns: Mapping[str, str]
) -> set[Values] | str:
    """Give the product's partitions that an input touched, or why they cannot be told."""
    since = before.get("snapshot_id")
    if since is None or source.snapshot_id is None or source.state is None:
        return f"{source.name} had no snapshot at the last build"
    snapshots = snapshots_since(source.state, int(source.snapshot_id), int(since))
    if snapshots is None:
        return (
            f"snapshot {since} of {source.name}, which the last build read, has expired or is not "
            "in the table's history any more"
        )
    partition_by = source.state.partition_by
    missing = [name for name in columns if name not in partition_by]
    if missing:
        return f"{source.name} is partitioned by {partition_by}, not by {missing[0]}"
    found = touched_partitions(spark, source.table, snapshots, list(columns))
    if found is None:
        return f"a part of {source.name} that has changed was partitioned otherwise"
    return {tuple(zip(columns.values(), values, strict=True)) for values in found}


def scope_columns(contract: Contract) -> Iterator[str]:
    """Give the columns that the product's partitions are chosen by."""
    for name in contract.partition_by:
        if any(name in columns.values() for columns in contract.incremental.values()):
            yield name


def last_build_of(table: object) -> TableMetadata | None:
    """Give the state of a product's table, if it is one of Iceberg's."""
    return table.metadata() if isinstance(table, IcebergTable) else None
