"""What Spark really did: the physical plans of all queries that ran inside a block."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import SparkSession

EXPLAIN_MODE = "spark.sql.ui.explainMode"
TREE = re.compile(r"^[\s:|+*\-]*(?:\(\d+\) )?(?=[A-Z])")
"""What stands before the name of an operator: branches of the tree, and code generation."""


@dataclass
class Plans:
    """The operators of every query that has ended, each as Spark describes it, in a list."""

    queries: list[list[str]] = field(default_factory=list)

    @property
    def operators(self) -> list[str]:
        """All operators of all queries."""
        return [operator for query in self.queries for operator in query]

    def named(self, *names: str) -> list[str]:
        """Give the operators whose description begins with one of some names."""
        return [one for one in self.operators if one.startswith(names)]


@contextmanager
def recorded_plans(spark: SparkSession) -> Iterator[Plans]:
    """Record the plans of the queries inside, as they ended after adaptive changes."""
    state = spark._jsparkSession.sharedState().statusStore()  # type: ignore[attr-defined]
    bus = spark.sparkContext._jsc.sc().listenerBus()  # type: ignore[union-attr]
    mode = spark.conf.get(EXPLAIN_MODE)
    spark.conf.set(EXPLAIN_MODE, "simple")
    bus.waitUntilEmpty()
    before = _ids(state)
    plans = Plans()
    try:
        yield plans
    finally:
        spark.conf.set(EXPLAIN_MODE, str(mode))
        bus.waitUntilEmpty()
        for execution in sorted(_ids(state) - before):
            description = state.execution(execution).get().physicalPlanDescription()
            plans.queries.append(_operators(description))


def _ids(state: Any) -> set[int]:
    """Give the queries that Spark remembers, by id: it forgets old ones, so counting misleads."""
    executions = state.executionsList()
    return {executions.apply(index).executionId() for index in range(executions.size())}


def _operators(description: str) -> list[str]:
    """Take an adaptive query's final plan, not the one that it began with."""
    lines = description.splitlines()
    initial = next((at for at, line in enumerate(lines) if "== Initial Plan ==" in line), None)
    return [
        TREE.sub("", line).strip() for line in lines[:initial] if line.strip() and "== " not in line
    ]
