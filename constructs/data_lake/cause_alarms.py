"""Composite alarms: one for each cause, so that a person is woken once for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from data_lake.alarm_kinds import CAUSES, Cause, with_runbook
from data_lake.alerts import RUNBOOKS
from data_lake.severity import Severity

MOST_IN_A_RULE: Final = 36
"""Alarms that one rule names: CloudWatch takes 100 of them and 10,240 characters, into which so
many ARNs fit whose names have 195 characters.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html"""

WAIT: Final = Duration.minutes(10)
"""How long a cause waits for the one that would explain it; a failed run is counted within five
minutes."""

EXTENSION: Final = Duration.hours(1)
"""How long a cause stays quiet after the one that explains it is over: time to do runs again."""


class CauseAlarms(Construct):
    """Tells each cause once, however many of its alarms ring.

    An alarm that rings after another of the same cause tells its own topic and wakes nobody
    again. Where a cause has more than ``MOST_IN_A_RULE`` alarms, silent composite alarms gather
    them first.

    Args:
        prefix: ``<project>-<environment>``; starts each alarm's name.
        topics: who is told, by severity.
        alarms: the alarms of each cause, by its name in ``CAUSES``. A cause without any has no
            composite alarm.
        runbooks: the folder or URL of the runbooks. Default: the folder of this repository.

    Attributes:
        alarms: the composite alarm of each cause.

    Raises:
        ValueError: a cause has more alarms than two levels of composite alarms can name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        topics: Mapping[Severity, sns.ITopic],
        alarms: Mapping[str, Sequence[cloudwatch.IAlarm]],
        runbooks: str = RUNBOOKS,
    ) -> None:
        super().__init__(scope, construct_id)
        self._prefix, self._runbooks = prefix, runbooks
        self.alarms: dict[str, cloudwatch.CompositeAlarm] = {}
        for name, cause in CAUSES.items():
            if not alarms.get(name):
                continue
            self._check(name, len(alarms[name]))
            composite = self._composite(name, cause, list(self._gathered(name, alarms[name])))
            action = actions.SnsAction(topics[cause.severity])
            composite.add_alarm_action(action)
            composite.add_ok_action(action)
            self.alarms[name] = composite

    def _check(self, name: str, count: int) -> None:
        if count > MOST_IN_A_RULE**2:
            raise ValueError(
                f"{self.node.path}: {name}: must have at most {MOST_IN_A_RULE**2} alarms, as many "
                f"as two levels of composite alarms can name: got {count}"
            )

    def _gathered(
        self, name: str, alarms: Sequence[cloudwatch.IAlarm]
    ) -> Iterator[cloudwatch.IAlarm]:
        """Give the alarms, or silent composite alarms of so many of them each."""
        if len(alarms) <= MOST_IN_A_RULE:
            yield from alarms
            return
        starts = range(0, len(alarms), MOST_IN_A_RULE)
        for number, start in enumerate(starts, start=1):
            part = alarms[start : start + MOST_IN_A_RULE]
            yield cloudwatch.CompositeAlarm(
                self,
                f"{name}-{number}",
                composite_alarm_name=f"{self._prefix}-{name}-{number}",
                alarm_description=f"Part {number} of {self._prefix}-{name}, which tells",
                alarm_rule=cloudwatch.AlarmRule.any_of(*part),
            )

    def _composite(
        self, name: str, cause: Cause, alarms: Sequence[cloudwatch.IAlarm]
    ) -> cloudwatch.CompositeAlarm:
        suppressor = self.alarms.get(cause.quiet_while or "")
        return cloudwatch.CompositeAlarm(
            self,
            name,
            composite_alarm_name=f"{self._prefix}-{name}",
            alarm_description=with_runbook(cause.says, self._runbooks, name),
            alarm_rule=cloudwatch.AlarmRule.any_of(*alarms),
            actions_suppressor=suppressor,
            actions_suppressor_wait_period=WAIT if suppressor else None,
            actions_suppressor_extension_period=EXTENSION if suppressor else None,
        )
