"""What a run did with its rows, as it stands in `stage.json`."""

from collections.abc import Sequence
from typing import Any

from lake_spark.counts import Counts
from lake_spark.dataset_rules import Measured
from lake_spark.inputs import InputFile
from lake_spark.rule_reports import rule_entries
from lake_spark.rules import Rule
from lake_spark.runs import Run
from lake_spark.sinks import Staged


def stage_report(
    run: Run,
    counts: Counts,
    staged: Staged,
    together: Sequence[tuple[Rule, Measured]],
    files: Sequence[InputFile],
) -> dict[str, Any]:
    """Give what a run did with its rows, as JSON.

    Every row is in exactly one of good, quarantined and deduplicated.

    Of the good ones, those are stale of whose key the table has a newer version already.
    """
    passed = counts.rows_in - counts.rows_quarantined
    return {
        "run_id": run.run_id,
        "dataset": run.contract.name,
        "rows_in": counts.rows_in,
        "rows_good": staged.rows,
        "rows_quarantined": counts.rows_quarantined,
        "rows_deduplicated": passed - staged.rows,
        "rows_stale": staged.stale,
        "score": passed / counts.rows_in if counts.rows_in else 1.0,
        "dimensions": counts.dimensions,
        "rules": list(rule_entries(run.contract, counts, run.references, together)),
        "references": dict(run.references.snapshots),
        "files": [
            {
                "key": file.key,
                "rows_in": counts.file_rows.get(position, 0),
                "rows_quarantined": counts.file_quarantined.get(position, 0),
            }
            for position, file in enumerate(files)
        ],
        "table": run.sink.table,
        "schema_changes": list(staged.changes),
        "branch": staged.branch,
        "snapshot_id": staged.snapshot_id,
        "quarantine_uri": run.quarantine.run_uri if counts.rows_quarantined else None,
        "emptied": staged.emptied,
        "seconds": run.clock.seconds,
        **run.notes,
        **run.late_notes(),
    }
