"""How the lake is watched: alarms for what went wrong or did not happen, and one dashboard."""

from collections.abc import Collection, Mapping, Sequence

from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from data_lake.alarms import AlarmSet
from data_lake.alerts import RUNBOOKS
from data_lake.cause_alarms import CauseAlarms
from data_lake.dashboard import LakeDashboard, Monitored
from data_lake.severity import Severity
from data_lake.state_machine import LakeStateMachine
from data_lake.zone import LakeZone
from data_lake.zone_replication import RULE


class LakeMonitoring(Construct):
    """An alarm for each way in which the lake can fail its promises, and a dashboard of them.

    Each alarm tells the topic of its severity; what wakes people is a composite alarm, one for
    each cause, so that one cause does not wake them ten times.

    Alarms start with one datapoint: on a run that failed, ran out of time or was aborted, on a
    message in a dead-letter queue, on an object that was not replicated, on a batch that was
    quarantined or is overdue, on an object whose event never came, and when the time in which a
    contract promises new data has passed without any. All of them tell when they start and when
    they end.

    Args:
        prefix: ``<project>-<environment>``; names the dashboard and starts the alarms' names.
        environment: the environment's name, a dimension of every metric of runs.
        datasets: every dataset and product.
        machines: the state machines by name.
        dead_letters: every dead-letter queue, by what it belongs to.
        topics: who is told, by severity; their policies and keys must let
            ``cloudwatch.amazonaws.com`` publish.
        unheard: the dead-letter queues that fill because a topic takes nothing or tells nobody;
            their alarms open an OpsItem in Systems Manager as well. Default: none.
        zones: by name; needed where ``replicas`` has entries.
        replicas: the replica bucket's name by zone. Default: nothing is replicated.
        runbooks: the folder or URL of the runbooks, whose pages alarms name. Default: the folder of
            this repository.

    Attributes:
        alarms: every alarm on a metric.
        causes: the composite alarms, by cause.
        dashboard: the dashboard.

    Raises:
        ValueError: a contract promises data less often than every seven days, which no CloudWatch
            alarm can watch.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        environment: str,
        datasets: Sequence[Monitored],
        machines: Mapping[str, LakeStateMachine],
        dead_letters: Mapping[str, sqs.IQueue],
        topics: Mapping[Severity, sns.ITopic],
        unheard: Collection[str] = (),
        zones: Mapping[str, LakeZone],
        replicas: Mapping[str, str] | None = None,
        runbooks: str = RUNBOOKS,
    ) -> None:
        super().__init__(scope, construct_id)
        alarms = AlarmSet(self, "Alarms", prefix=prefix, topics=topics, runbooks=runbooks)
        for name, machine in machines.items():
            alarms.on_failed_runs(name, machine.arn)
        for name, queue in dead_letters.items():
            alarms.on_messages(name, queue.queue_name, beside_topic=name in unheard)
        for zone, bucket in (replicas or {}).items():
            alarms.on_failed_replication(
                zone,
                {
                    "SourceBucket": zones[zone].name,
                    "DestinationBucket": bucket,
                    "RuleId": RULE,
                },
            )
        alarms.on_findings(environment)
        alarms.on_quarantined_batches(environment)
        for dataset in datasets:
            if dataset.freshness_hours is not None:
                alarms.on_stale_data(environment, dataset.name, dataset.freshness_hours)
        self.alarms = alarms.alarms
        self.causes = CauseAlarms(
            self,
            "Causes",
            prefix=prefix,
            topics=topics,
            alarms=alarms.by_cause,
            runbooks=runbooks,
        ).alarms
        self.dashboard = LakeDashboard(
            self,
            "Overview",
            name=prefix,
            environment=environment,
            datasets=datasets,
            machines={name: machine.arn for name, machine in machines.items()},
            queues={name: queue.queue_name for name, queue in dead_letters.items()},
            alarms=self.alarms,
        ).dashboard
