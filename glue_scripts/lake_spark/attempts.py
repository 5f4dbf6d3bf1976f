"""Whether Spark had to run something twice: counts that were taken on the way may then be high.

A task's own count is right however often the task is tried. But rows that were shuffled to an
executor which then died are made again, and counted again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

GROUP = "spark.jobGroup.id"


@contextmanager
def job_group(spark: SparkSession, name: str) -> Iterator[None]:
    """Have the jobs that start inside counted to a group."""
    context = spark.sparkContext
    before = context.getLocalProperty(GROUP)
    context.setLocalProperty(GROUP, name)
    try:
        yield
    finally:
        context.setLocalProperty(GROUP, before)  # type: ignore[arg-type] # None removes it


def was_retried(spark: SparkSession, group: str) -> bool:
    """Tell whether a task of the group's jobs failed, or a stage was run again."""
    tracker = spark.sparkContext.statusTracker()
    jobs = (tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(group))
    stages = (tracker.getStageInfo(stage) for job in jobs if job for stage in job.stageIds)
    return any(stage.currentAttemptId > 0 or stage.numFailedTasks > 0 for stage in stages if stage)
