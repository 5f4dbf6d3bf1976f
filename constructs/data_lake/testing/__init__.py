"""Snapshots of synthesised templates, for the tests of every app that uses the library.

Needs neither the AWS CDK nor a test runner::

    from data_lake.testing import assert_snapshot

    def test_the_template_is_the_one_that_was_reviewed() -> None:
        template = Template.from_stack(stack).to_json()
        assert_snapshot(template, Path("tests/snapshots/lake.json"))

With ``STRATA_UPDATE_SNAPSHOTS=1`` in the environment, the assertion writes the file instead.
"""

from data_lake.testing.differences import differences
from data_lake.testing.normalising import normalise
from data_lake.testing.snapshots import SnapshotMismatchError, assert_snapshot

__all__ = ["SnapshotMismatchError", "assert_snapshot", "differences", "normalise"]
