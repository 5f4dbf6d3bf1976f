"""Questions to the logs that are asked again and again, saved in CloudWatch Logs Insights."""

from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import aws_logs as logs
from constructs import Construct

FUNCTIONS: Final = "functions"
MACHINES: Final = "machines"

QUERIES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "runs that ended": (
        (FUNCTIONS,),
        (
            'filter message = "run closed"',
            "fields @timestamp, dataset, run_id, outcome, error_class, parked",
            "sort @timestamp desc",
            "limit 200",
        ),
    ),
    "failures by class": (
        (FUNCTIONS,),
        (
            'filter message = "run closed" and outcome = "failed"',
            "stats count(*) as failures, count_distinct(dataset) as datasets, "
            "latest(run_id) as newest by error_class",
            "sort failures desc",
        ),
    ),
    "quarantine by rule": (
        (FUNCTIONS,),
        (
            'filter message = "rule broken"',
            "stats sum(rows) as rows_broken, latest(run_id) as newest by dataset, rule, severity",
            "sort rows_broken desc",
        ),
    ),
    "slowest states": (
        (MACHINES,),
        (
            "filter ispresent(details.name) and type like /State(Entered|Exited)$/",
            "stats (max(event_timestamp) - min(event_timestamp)) / 1000 as seconds "
            "by execution_arn, details.name",
            "sort seconds desc",
            "limit 50",
        ),
    ),
    "one run's story": (
        (FUNCTIONS, MACHINES),
        (
            "fields @timestamp, coalesce(service, details.name) as part, "
            "coalesce(message, type) as what, level, outcome, error_class, rule, rows",
            "filter @message like /RUN_ID/",
            "sort @timestamp asc",
            "limit 1000",
        ),
    ),
    "function errors": (
        (FUNCTIONS,),
        (
            'filter level in ["ERROR", "CRITICAL"] or @message like /Task timed out/',
            "fields @timestamp, service, dataset, run_id, message, exception_name",
            "sort @timestamp desc",
            "limit 200",
        ),
    ),
}
"""By name: whose logs are asked, and the commands. ``RUN_ID`` is what a person replaces."""


class SavedQueries(Construct):
    """The questions of ``QUERIES`` to this lake's logs, in a folder of its name.

    Args:
        prefix: ``<project>-<environment>``; the folder.
        functions: the functions' log groups.
        machines: the state machines' log groups.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        functions: Sequence[logs.ILogGroup],
        machines: Sequence[logs.ILogGroup],
    ) -> None:
        super().__init__(scope, construct_id)
        groups = {FUNCTIONS: functions, MACHINES: machines}
        for name, (asked, commands) in QUERIES.items():
            logs.CfnQueryDefinition(
                self,
                "".join(word.capitalize() for word in name.replace("'", "").split()),
                name=f"{prefix}/{name}",
                query_string="\n| ".join(commands),
                log_group_names=[group.log_group_name for one in asked for group in groups[one]],
            )
