"""The alarms of a lake, each of one kind, all made the same way."""

import math
from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from data_lake.alarm_kinds import KINDS, AlarmKind, with_runbook
from data_lake.alerts import RUNBOOKS
from data_lake.metrics import NAMESPACE, RUNS, SUCCESSES, quarantined_by_dataset, run_dimensions
from data_lake.severity import Severity

FAILURES: Final = {
    "ExecutionsFailed": (AlarmKind.RUN_FAILED, "failed"),
    "ExecutionsTimedOut": (AlarmKind.RUN_TIMED_OUT, "ran out of time"),
    "ExecutionsAborted": (AlarmKind.RUN_ABORTED, "was aborted"),
}
"""Step Functions' metrics of executions that did not succeed, their kind and what they say."""

FINDINGS: Final = (
    (
        AlarmKind.BATCHES_OVERDUE,
        "BatchesOverdue",
        "A batch is not complete though its deadline has passed: see the sweep's notice",
    ),
    (
        AlarmKind.EVENTS_MISSED,
        "EventsMissed",
        "Objects came into the raw zone of which no event told; the sweep has registered them",
    ),
)
"""Kind of the alarm, which is its name; metric of the sweep, and what it says."""

FAILURE_PERIODS: Final = 6
"""Periods for which an alarm of failed runs rings on after the last of them: half an hour, so that
failures which follow each other are one alarm."""

SHORT_PERIOD: Final = Duration.minutes(5)
LONG_PERIOD: Final = Duration.hours(1)
LONGEST_WITH_SHORT_PERIOD: Final = 24
LONGEST_FRESHNESS: Final = 7 * 24
"""Hours. CloudWatch looks back a day with periods under an hour, and seven days with others:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""


class AlarmSet(Construct):
    """Makes alarms that tell the topic of their severity when they start and when they end.

    Args:
        prefix: ``<project>-<environment>``; starts each alarm's name, which is what a person sees
            first in the message.
        topics: who is told, by severity.
        runbooks: the folder or URL of the runbooks. Default: the folder of this repository.

    Attributes:
        alarms: every alarm that was made.
        by_cause: those of kinds that have a cause, by its name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        topics: Mapping[Severity, sns.ITopic],
        runbooks: str = RUNBOOKS,
    ) -> None:
        super().__init__(scope, construct_id)
        self._prefix, self._runbooks = prefix, runbooks
        self._actions = {severity: actions.SnsAction(topic) for severity, topic in topics.items()}
        self.alarms: list[cloudwatch.Alarm] = []
        self.by_cause: dict[str, list[cloudwatch.IAlarm]] = {}

    def on_failed_runs(self, machine: str, arn: str) -> None:
        """Alarm on every execution of a state machine that did not succeed.

        Rings for ``FAILURE_PERIODS`` after the last one.
        """
        for metric, (kind, what) in FAILURES.items():
            self.on_any(
                kind,
                f"{machine}-{metric}",
                f"An execution of the {machine} state machine {what}",
                _metric("AWS/States", metric, {"StateMachineArn": arn}),
                within=FAILURE_PERIODS,
            )

    def on_messages(self, queue: str, queue_name: str, *, beside_topic: bool = False) -> None:
        """Alarm while a queue, which should be empty, has a message.

        Args:
            queue: what the queue belongs to.
            queue_name: its name.
            beside_topic: open an OpsItem as well, since the topic itself may be what failed.
                Default: no.
        """
        alarm = self.on_any(
            AlarmKind.DEAD_LETTERS,
            f"{queue}-dead-letters",
            f"Something could not be delivered: look into the dead-letter queue of {queue}",
            _metric(
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                {"QueueName": queue_name},
                statistic="Maximum",
            ),
        )
        if beside_topic:
            severity, kind = actions.OpsItemSeverity.HIGH, actions.OpsItemCategory.AVAILABILITY
            alarm.add_alarm_action(actions.SsmAction(severity, kind))

    def on_failed_replication(self, zone: str, dimensions: Mapping[str, str]) -> None:
        """Alarm on an object that S3 gave up replicating, which it does not try again."""
        self.on_any(
            AlarmKind.REPLICATION_FAILED,
            f"{zone}-replication",
            f"An object of the {zone} zone is not in the second region and will not get there",
            _metric("AWS/S3", "OperationsFailedReplication", dimensions),
        )

    def on_stale_data(self, environment: str, dataset: str, hours: float) -> None:
        """Alarm when no run has published a dataset or product for so many hours.

        Raises:
            ValueError: more than 168 hours, which no alarm can look back.
        """
        if not 0 < hours <= LONGEST_FRESHNESS:
            raise ValueError(
                f"{self.node.path}: {dataset}: freshness_hours: must be above 0 and at most "
                f"{LONGEST_FRESHNESS}, because no CloudWatch alarm looks back more than 7 days: "
                f"got {hours}; promise less than that, or nothing"
            )
        period = SHORT_PERIOD if hours <= LONGEST_WITH_SHORT_PERIOD else LONG_PERIOD
        periods = math.ceil(hours * 3600 / period.to_seconds())
        self._add(
            AlarmKind.FRESHNESS,
            f"{dataset}-freshness",
            f"No run has published {dataset} for {hours} hours, as its contract promises",
            # A metric counts only its own outcome and has no data between runs. Filled with
            # zeros, a success counts exactly as long as promised: CloudWatch would otherwise
            # look further back for data it lacks.
            cloudwatch.MathExpression(
                expression="SUM(FILL(METRICS(), 0))",
                label=f"{dataset} published",
                period=period,
                using_metrics={
                    outcome: _metric(NAMESPACE, RUNS, run_dimensions(environment, dataset, outcome))
                    for outcome in SUCCESSES
                },
            ),
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=periods,
            needed=periods,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )

    def on_quarantined_batches(self, environment: str) -> None:
        """Alarm on a run whose batch was quarantined: one alarm, with a series for each dataset."""
        self._add(
            AlarmKind.BATCH_QUARANTINED,
            AlarmKind.BATCH_QUARANTINED,
            "A batch was quarantined and not published, because its quality is below the threshold",
            cloudwatch.MathExpression(
                expression=quarantined_by_dataset(environment),
                label="batches quarantined",
                period=SHORT_PERIOD,
            ),
            comparison=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            periods=1,
            needed=1,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def on_findings(self, environment: str) -> None:
        """Alarm on what the sweep found that a producer or an operator should look into."""
        for kind, metric, what in FINDINGS:
            self.on_any(kind, kind, what, _metric(NAMESPACE, metric, {"environment": environment}))

    def on_any(
        self,
        kind: AlarmKind,
        name: str,
        description: str,
        metric: cloudwatch.Metric,
        *,
        within: int = 1,
    ) -> cloudwatch.Alarm:
        """Alarm on the first datapoint of 1 or more: one failed run a night is enough.

        Args:
            kind: decides who is told.
            name: end of the alarm's name.
            description: what has happened, as the person reads it who is told.
            metric: what is counted.
            within: periods that are looked at; the alarm is over when none of them has such a
                datapoint. Default: 1.
        """
        return self._add(
            kind,
            name,
            description,
            metric,
            comparison=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            periods=within,
            needed=1,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _add(
        self,
        kind: AlarmKind,
        name: str,
        description: str,
        metric: cloudwatch.IMetric,
        *,
        comparison: cloudwatch.ComparisonOperator,
        periods: int,
        needed: int,
        missing: cloudwatch.TreatMissingData,
    ) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._prefix}-{name}",
            alarm_description=with_runbook(description, self._runbooks, kind),
            metric=metric,
            threshold=1,
            comparison_operator=comparison,
            evaluation_periods=periods,
            datapoints_to_alarm=needed,
            treat_missing_data=missing,
        )
        action = self._actions[KINDS[kind].severity]
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        self.alarms.append(alarm)
        cause = KINDS[kind].cause
        if cause is not None:
            self.by_cause.setdefault(cause, []).append(alarm)
        return alarm


def _metric(
    namespace: str, name: str, dimensions: Mapping[str, str], *, statistic: str = "Sum"
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dict(dimensions),
        statistic=statistic,
        period=SHORT_PERIOD,
    )
