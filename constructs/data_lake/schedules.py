"""The contracts' schedules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from data_lake.acknowledgement import acknowledge
from data_lake.compaction import TableCompaction
from data_lake.dead_letters import DeadLetters
from data_lake.encryption import KEY_READ_WRITE
from data_lake.looks import Look, looks_for
from data_lake.permissions import allow, service_role
from data_lake.state_machine import LakeStateMachine
from data_lake.sweep import LakeSweep


@dataclass(frozen=True)
class DatasetSchedule:
    """When a dataset's waiting arrivals are taken.

    Attributes:
        cron: the six fields of EventBridge Scheduler's cron, without the word around them.
        time_zone: IANA name, such as ``America/New_York``. In the hour that spring skips, the
            service skips the run; in the hour that autumn repeats, it runs once.
        catch_up: start a run at the first minute after a jump of the clock that skipped one.
            Default: no.
    """

    cron: str
    time_zone: str
    catch_up: bool = False


class DatasetSchedules(Construct):
    """One schedule per dataset that has one, and per table that is compacted, in a group.

    A cron starts an execution; a micro-batch first looks whether anything waits, which costs one
    call of a function. A schedule that catches up has a second one beside it, which looks every
    half hour, the minutes at which clocks jump, whether the clock has just skipped a run.

    Scheduler tries for an hour; what it could not start is kept for 14 days in a dead-letter
    queue.

    Args:
        schedules: by dataset.
        machine: the machine that is started, with the dataset's name.
        key: encrypts the dead-letter queue.
        enabled: false keeps the schedules but starts nothing. Default: true.
        window_minutes: schedules of the same minute are spread over so many. Default: 5.
        micro_batches: minutes between two looks, by dataset. Default: none.
        sweep: what looks whether anything waits, or was skipped, and only then starts a run;
            needed where there are micro-batches or schedules that catch up. Default: none.
        compaction: the tables that are compacted, and when. Default: none.

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
        micro_batches: Mapping[str, int] | None = None,
        sweep: LakeSweep | None = None,
        compaction: TableCompaction | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        catching_up = {name: one.time_zone for name, one in schedules.items() if one.catch_up}
        looks = looks_for(micro_batches or {}, catching_up)
        if looks and sweep is None:
            what = looks[0].what
            named = ", ".join(look.dataset for look in looks if look.what == what)
            raise ValueError(
                f"{self.node.path}: sweep: needed for the {what} of {named}: got None; pass the "
                "lake's LakeSweep"
            )
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
            self._start(
                f"Schedule-{dataset}",
                f"Takes the waiting arrivals of {dataset}",
                schedule,
                machine,
                {"dataset": dataset, "trigger": "schedule"},
                role=role,
                group=group,
                enabled=enabled,
                window=Duration.minutes(window_minutes),
            )
        if looks and sweep is not None:
            self._look(looks, sweep, role, group, enabled=enabled)
        if compaction is not None:
            self._compact(compaction, role, group, enabled=enabled)
        if not (schedules or looks or compaction):
            acknowledge(
                self.dead_letters,
                "Strata-DLQ1",
                reason="It keeps the lost starts of schedules, and this lake has none yet.",
            )

    def _start(
        self,
        construct_id: str,
        description: str,
        when: DatasetSchedule,
        machine: LakeStateMachine,
        given: Mapping[str, str],
        *,
        role: iam.Role,
        group: scheduler.ScheduleGroup,
        enabled: bool,
        window: Duration,
    ) -> None:
        entry = scheduler.Schedule(
            self,
            construct_id,
            description=description,
            schedule_group=group,
            enabled=enabled,
            schedule=scheduler.ScheduleExpression.expression(
                f"cron({when.cron})", TimeZone.of(when.time_zone)
            ),
            time_window=scheduler.TimeWindow.flexible(window),
            target=targets.StepFunctionsStartExecution(
                machine.live,
                input=scheduler.ScheduleTargetInput.from_object(dict(given)),
                role=role.without_policy_updates(),
                dead_letter_queue=self.dead_letters,
                max_event_age=Duration.hours(1),
                retry_attempts=10,
            ),
        )
        entry.node.add_dependency(role, machine.alias)

    def _compact(
        self,
        compaction: TableCompaction,
        role: iam.Role,
        group: scheduler.ScheduleGroup,
        *,
        enabled: bool,
    ) -> None:
        machine, settings = compaction.machine, compaction.settings
        allow(
            role,
            "StartCompactions",
            actions=["states:StartExecution"],
            resources=[machine.start_arn],
        )
        for name, table in sorted(compaction.tables.items()):
            self._start(
                f"Compaction-{name}",
                f"Brings the small files of {name} together",
                DatasetSchedule(settings.cron, table.time_zone),
                machine,
                {"dataset": name, "zone": table.zone, "trigger": "compaction"},
                role=role,
                group=group,
                enabled=enabled and settings.enabled,
                window=compaction.window,
            )

    def _look(
        self,
        looks: Sequence[Look],
        sweep: LakeSweep,
        role: iam.Role,
        group: scheduler.ScheduleGroup,
        *,
        enabled: bool,
    ) -> None:
        """Look from time to time; a look that finds nothing to do starts no execution."""
        allow(
            role,
            "LookForWaiting",
            actions=["lambda:InvokeFunction"],
            resources=[sweep.function.function.function_arn],
        )
        for look in looks:
            entry = scheduler.Schedule(
                self,
                f"{look.name}-{look.dataset}",
                description=look.description,
                schedule_group=group,
                enabled=enabled,
                schedule=look.when,
                target=targets.LambdaInvoke(
                    sweep.function.function,
                    input=scheduler.ScheduleTargetInput.from_object(
                        {"dataset": look.dataset, "trigger": look.trigger}
                    ),
                    role=role.without_policy_updates(),
                    dead_letter_queue=self.dead_letters,
                    max_event_age=Duration.hours(1),
                    retry_attempts=10,
                ),
            )
            entry.node.add_dependency(role)
