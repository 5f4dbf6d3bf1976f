"""Snapshots of templates and evaluation of alarms, for the tests of apps that use the library.

Needs neither the AWS CDK nor a test runner::

    from data_lake.testing import assert_snapshot

    def test_the_template_is_the_one_that_was_reviewed() -> None:
        template = Template.from_stack(stack).to_json()
        assert_snapshot(template, Path("tests/snapshots/lake.json"))

With ``STRATA_UPDATE_SNAPSHOTS=1`` in the environment, the assertion writes the file instead.

An alarm is read from the template and evaluated over a series as CloudWatch does::

    alarm = AlarmRule.of(template["Resources"]["Failed"]["Properties"])
    assert list(states(alarm, [None, 1.0]))[-1] is AlarmState.ALARM
"""

from data_lake.testing.alarm_evaluation import (
    AlarmRule,
    AlarmState,
    Missing,
    evaluate,
    evaluate_series,
    states,
)
from data_lake.testing.differences import differences
from data_lake.testing.normalising import normalise
from data_lake.testing.snapshots import SnapshotMismatchError, assert_snapshot

__all__ = [
    "AlarmRule",
    "AlarmState",
    "Missing",
    "SnapshotMismatchError",
    "assert_snapshot",
    "differences",
    "evaluate",
    "evaluate_series",
    "normalise",
    "states",
]
