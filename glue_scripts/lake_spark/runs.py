"""What every run does with checked rows: good ones staged, bad ones kept, all of them counted."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from lake_spark.contract import Contract
from lake_spark.deduplication import newest_rows
from lake_spark.inputs import InputFile
from lake_spark.measuring import Counts, observe, read_counts, rule_severities
from lake_spark.quarantine import Quarantine, forget_bad_rows, write_bad_rows
from lake_spark.sinks import Sink, Staged


@dataclass
class Clock:
    """Seconds of wall time by step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside, whether it ends well or not."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - start, 3)


@dataclass(frozen=True)
class Run:
    """One run of one contract: its places, its files (none for a product) and its clock."""

    run_id: str
    contract: Contract
    sink: Sink
    quarantine: Quarantine
    files: Sequence[InputFile]
    clock: Clock


def process_rows(
    run: Run, checked: DataFrame, rows_of: Callable[[set[int]], DataFrame]
) -> dict[str, Any]:
    """Stage the good rows, quarantine the bad ones and give the stage report.

    The rows are read once. Only where there were bad ones, the files that hold them are read
    again: `rows_of` gives the checked rows of the files at some positions.
    """
    counted, observation = observe(checked, run.contract, len(run.files))
    with run.clock.step("read_validate_write"):
        good = newest_rows(counted.filter(F.col("__broken").isNull()), run.contract)
        staged = run.sink.stage(good)
        counts = read_counts(observation, run.contract)
    if not staged.rows:
        run.sink.discard()
        staged = Staged(0, None, None)
    with run.clock.step("quarantine"):
        forget_bad_rows(run.quarantine)
        if counts.rows_quarantined:
            # Counted again, so that Spark does not check every row twice by moving the filter.
            bad, _ = observe(rows_of(set(counts.file_quarantined)), run.contract, len(run.files))
            write_bad_rows(bad, run.quarantine, run.files)
    return _report(run, counts, staged)


def _report(run: Run, counts: Counts, staged: Staged) -> dict[str, Any]:
    """Every row is in exactly one of good, quarantined and deduplicated."""
    passed = counts.rows_in - counts.rows_quarantined
    declared = {rule.id for rule in run.contract.rules}
    return {
        "run_id": run.run_id,
        "dataset": run.contract.name,
        "rows_in": counts.rows_in,
        "rows_good": staged.rows,
        "rows_quarantined": counts.rows_quarantined,
        "rows_deduplicated": passed - staged.rows,
        "score": passed / counts.rows_in if counts.rows_in else 1.0,
        "rules": [
            {"rule": rule, "severity": severity, "rows": counts.rules.get(rule, 0)}
            for rule, severity in rule_severities(run.contract).items()
            if rule in declared or rule in counts.rules
        ],
        "files": [
            {
                "key": file.key,
                "rows_in": counts.file_rows.get(position, 0),
                "rows_quarantined": counts.file_quarantined.get(position, 0),
            }
            for position, file in enumerate(run.files)
        ],
        "table": run.sink.table,
        "branch": staged.branch,
        "snapshot_id": staged.snapshot_id,
        "quarantine_uri": run.quarantine.run_uri if counts.rows_quarantined else None,
        "seconds": run.clock.seconds,
    }
