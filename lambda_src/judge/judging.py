"""The decision about what a run staged."""

from decimal import Decimal
from enum import StrEnum

from lake_runtime.records import Batch, StageReport


class Decision(StrEnum):
    """What happens to what was staged.

    `empty` is nothing to publish and nothing wrong, `unchanged` a product with nothing new to it.
    """

    PUBLISH = "publish"
    QUARANTINE = "quarantine"
    EMPTY = "empty"
    UNCHANGED = "unchanged"


def decide_without_rows(stage: StageReport) -> tuple[Decision, str] | None:
    """Decide about a product of which nothing was built, or partitions that have no rows any more.

    None where rows are to be judged.
    """
    if stage.unchanged:
        return Decision.UNCHANGED, stage.unchanged
    if stage.emptied and stage.rows_in == 0:
        return Decision.PUBLISH, "the partitions that were built have no rows any more"
    return None


def decide(
    stage: StageReport, threshold: Decimal, batch: Batch | None = None
) -> tuple[Decision, str]:
    """Decide, and say why in one line without any record's values.

    A score equal to the threshold is good enough. A rule of severity `fail` that any row broke
    fails the whole run, whatever the score, and so does a file that has not as many rows as its
    manifest says.
    """
    miscounted = _miscounted(stage, batch)
    if miscounted:
        return Decision.QUARANTINE, miscounted
    if stage.rows_in == 0:
        return Decision.EMPTY, "no rows: the files hold none"
    broken = [count for count in stage.rules if count.severity == "fail" and count.rows > 0]
    if broken:
        listed = ", ".join(f"{count.rule} ({count.rows} rows)" for count in broken[:5])
        return Decision.QUARANTINE, f"rules of severity 'fail' were broken: {listed}"
    if stage.rows_good == 0:
        return Decision.QUARANTINE, f"none of {stage.rows_in} rows is good{_worst(stage)}"
    if stage.score < threshold:
        return (
            Decision.QUARANTINE,
            f"quality score {stage.score} is below the threshold {threshold}{_worst(stage)}",
        )
    return (
        Decision.PUBLISH,
        f"quality score {stage.score} is at least the threshold {threshold}",
    )


def _miscounted(stage: StageReport, batch: Batch | None) -> str:
    wrong = [
        f"{count.key}: rows: the manifest says {listed.rows}, the file has {count.rows_in}"
        for count in stage.files
        if batch and (listed := batch.listed(count.key)) is not None
        if listed.rows not in (None, count.rows_in)
    ]
    more = f" and {len(wrong) - 3} more files" if len(wrong) > 3 else ""
    return "; ".join(wrong[:3]) + more


def _worst(stage: StageReport) -> str:
    broken = sorted((count for count in stage.rules if count.rows), key=lambda count: -count.rows)
    listed = ", ".join(f"{count.rule} ({count.rows} rows)" for count in broken[:3])
    return f"; most often broken: {listed}" if listed else ""
