"""Members of JSON records that a permissive contract leaves out: told by name, in bounded room.

The names are collected while the rows are written. A record that has none costs two comparisons
with null; of a task, the first records that have some are remembered, each set of names once.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import Contract
from lake_spark.measuring import IN_A_TASK, read_observation

UNKNOWN = "__unknown"
"""The column of a record's unknown members: the array of their names, null where it has none."""
MOST_NAMES = 100
"""How many names are told, of a record and of a run."""
RECORDS = 1_000
"""Of how many records of a task the names are remembered."""
NAME = "^[A-Za-z_][A-Za-z0-9_ .-]{0,63}$"
UNNAMED = "(not a name)"
"""What stands for what does not read as a name: where producers use values as names, it is data."""
REMEMBERED = "__remembered"
SLOTS = 64
"""Every name sets one bit of a number, so that it shows whether names came that none remembered."""


def unknown_members(members: str, known: Sequence[str]) -> Column:
    """Give the column of the names, in a column of names, that are not known."""
    names = F.array(*[F.lit(name) for name in known]).cast("array<string>")
    others = F.array_except(F.col(members), names)
    return F.when(F.size(others) > 0, others).alias(UNKNOWN)


class UnknownMembers:
    """The unknown members of a run's records, observed when an action runs over `rows`."""

    def __init__(self, checked: DataFrame, contract: Contract) -> None:
        self.tells = contract.tells_unknown_members
        self._marked, self._observation = checked, Observation()
        self.rows = checked
        if self.tells:
            remembered = F.expr(_remembered()).alias(REMEMBERED)
            self._marked = checked.select("*", remembered)
            observed = self._marked.observe(self._observation, *_measures())
            self.rows = observed.drop(UNKNOWN, REMEMBERED)

    def report(self) -> dict[str, Any]:
        """Give what the stage report says, nothing where members of JSON are not told.

        `ignored_columns` are names, `ignored_columns_more` says whether there are others. Call it
        when the action has ended.
        """
        if not self.tells:
            return {}
        found = read_observation(self._observation)
        if found is None:
            (row,) = self._marked.agg(*_measures()).collect()
            found = row.asDict()
        names = sorted(json.loads(found["names"]))
        return {
            "ignored_columns": names[:MOST_NAMES],
            "ignored_columns_more": found["seen"] != found["told"] or len(names) > MOST_NAMES,
        }


def _shown() -> str:
    return f"transform({UNKNOWN}, name -> IF(name RLIKE '{NAME}', name, '{UNNAMED}'))"


def _remembered() -> str:
    """Give the readable names of the first records of a task that have any, else null.

    The inner condition is not reached by other records, so the id in it numbers these.
    """
    few = f"slice(array_sort(array_distinct({_shown()})), 1, {MOST_NAMES})"
    is_early = f"(monotonically_increasing_id() & {IN_A_TASK}L) < {RECORDS}"
    return f"CASE WHEN {UNKNOWN} IS NOT NULL THEN CASE WHEN {is_early} THEN {few} END END"


def _measures() -> Iterator[Column]:
    yield F.expr(f"to_json(array_distinct(flatten(collect_set({REMEMBERED})))) AS names")
    yield F.expr(f"coalesce(bit_or({_bits(_shown(), UNKNOWN)}), 0L) AS seen")
    yield F.expr(f"coalesce(bit_or({_bits(REMEMBERED, REMEMBERED)}), 0L) AS told")


def _bits(names: str, condition: str) -> str:
    bit = f"shiftleft(1L, CAST(pmod(xxhash64(name), {SLOTS}) AS int))"
    bits = f"aggregate({names}, 0L, (bits, name) -> bits | {bit})"
    return f"CASE WHEN {condition} IS NOT NULL THEN {bits} END"
