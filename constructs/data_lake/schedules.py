"""The contracts' schedules."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, TimeZone
from aws_cdk import aws_kms as kms
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from data_lake.dead_letters import DeadLetters
from data_lake.encryption import KEY_READ_WRITE
from data_lake.permissions import allow, service_role
from data_lake.state_machine import LakeStateMachine


@dataclass(frozen=True)
class DatasetSchedule:
    """When a dataset's waiting arrivals are taken.

    Attributes:
        cron: the six fields of EventBridge Scheduler's cron, without the word around them.
        time_zone: IANA name, such as ``America/New_York``. In the hour that spring skips, the
            service skips the run; in the hour that autumn repeats, it runs once.
    """

    cron: str
    time_zone: str


class DatasetSchedules(Construct):
    """One schedule per dataset that has one, in a group of their own.

    Scheduler tries for an hour; what it could not start is kept for 14 days in a dead-letter
    queue.

    Args:
        schedules: by dataset.
        machine: the machine that is started, with the dataset's name.
        key: encrypts the dead-letter queue.
        enabled: false keeps the schedules but starts nothing. Default: true.
        window_minutes: schedules of the same minute are spread over so many. Default: 5.

    Attributes:
        dead_letters: starts that were lost.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        schedules: Mapping[str, DatasetSchedule],
        machine: LakeStateMachine,
        key: kms.IKey,
        enabled: bool = True,
        window_minutes: int = 5,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = DeadLetters(
            self, "DeadLetters", key=key, sender="EventBridge Scheduler"
        ).queue
        role = service_role(
            self, "Role", "scheduler.amazonaws.com", "Starts the runs of scheduled datasets"
        )
        machine.allow_starting(role)
        allow(
            role,
            "KeepLostStarts",
            actions=["sqs:SendMessage"],
            resources=[self.dead_letters.queue_arn],
        )
        allow(role, "UseKey", actions=KEY_READ_WRITE, resources=[key.key_arn])
        group = scheduler.ScheduleGroup(self, "Group", removal_policy=RemovalPolicy.DESTROY)
        for dataset, schedule in sorted(schedules.items()):
            entry = scheduler.Schedule(
                self,
                f"Schedule-{dataset}",
                description=f"Takes the waiting arrivals of {dataset}",
                schedule_group=group,
                enabled=enabled,
                schedule=scheduler.ScheduleExpression.expression(
                    f"cron({schedule.cron})", TimeZone.of(schedule.time_zone)
                ),
                time_window=scheduler.TimeWindow.flexible(Duration.minutes(window_minutes)),
                target=targets.StepFunctionsStartExecution(
                    machine.live,
                    input=scheduler.ScheduleTargetInput.from_object(
                        {"dataset": dataset, "trigger": "schedule"}
                    ),
                    role=role.without_policy_updates(),
                    dead_letter_queue=self.dead_letters,
                    max_event_age=Duration.hours(1),
                    retry_attempts=10,
                ),
            )
            entry.node.add_dependency(role, machine.alias)
